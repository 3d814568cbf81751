//! Conditions: one operator with one key and its values.

mod operator;
mod value;

use crate::{
    Context,
    context::ValueRef,
    key::KeyText,
    options::{Asks, Point},
    pattern::{Item, Pattern, Syntax, items, resolve, split_arn},
    resource::arn_parts,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use operator::{Family, Operator, Order, Quantifier};
use value::{Decimal, Network, date};

#[derive(Debug)]
pub(crate) struct Condition {
    operator: Operator,
    /// As the policy writes it, with set operator and IfExists.
    pub operator_text: Box<str>,
    key: KeyText,
    /// As the policy writes it.
    pub key_text: Box<str>,
    pub texts: Box<[Box<str>]>,
    tests: Box<[Test]>,
}

/// One value of the policy, ready to be compared. None: the text is not of the operator's type.
#[derive(Debug)]
enum Test {
    Text(Pattern),
    TextAnyCase(Pattern),
    Bool(Pattern),
    Number(Order, Option<Decimal>),
    Date(Order, Option<i64>),
    Binary(Option<Vec<u8>>),
    Address(Option<Network>),
    Arn(Option<Box<[Pattern; 6]>>),
    /// An ARN with variables: its parts are known when they have values.
    ArnWithVariables(Box<[Item]>),
    Absent(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Yes,
    No,
    /// Not comparable: neither the operator nor its negation holds.
    Never,
}

impl From<bool> for Compared {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl Condition {
    pub fn parse(operator: &str, key: &str, texts: Vec<Box<str>>, variables: bool) -> Result<Self, String> {
        let parsed = Operator::parse(operator)?;
        let syntax = |wildcards| Syntax { wildcards, variables: variables && parsed.takes_variables() };
        let test = |text: &str| {
            Ok(match parsed.family {
                Family::Text => Test::Text(Pattern::parse(text, syntax(false))?),
                Family::TextAnyCase => Test::TextAnyCase(Pattern::parse(text, syntax(false))?),
                Family::Like => Test::Text(Pattern::parse(text, syntax(true))?),
                Family::Bool => Test::Bool(Pattern::parse(text, syntax(false))?),
                Family::Number(order) => Test::Number(order, Decimal::parse(text)),
                Family::Date(order) => Test::Date(order, date(text)),
                Family::Binary => Test::Binary(STANDARD.decode(text).ok()),
                Family::Address => Test::Address(Network::parse(text)),
                Family::Arn => arn_test(items(text, syntax(true))?),
                Family::Null => match truth(text) {
                    Some(absent) => Test::Absent(absent),
                    None => return Err(format!("Null takes \"true\" or \"false\", not \"{text}\"")),
                },
            })
        };
        let tests: Result<Vec<Test>, String> = texts.iter().map(|text| test(text)).collect();
        Ok(Self {
            operator: parsed,
            operator_text: operator.into(),
            key: KeyText::new(key),
            key_text: key.into(),
            tests: tests?.into(),
            texts: texts.into(),
        })
    }

    /// The request's value for the condition's key; an empty list is none.
    pub fn seen<'c>(&self, context: &'c Context) -> Option<ValueRef<'c>> {
        context.get_key(&self.key).filter(|value| !value.is_empty())
    }

    pub fn holds(&self, context: &Context, asks: &Asks<'_>) -> bool {
        let seen = self.seen(context);
        if self.operator.family == Family::Null {
            return self.tests.iter().any(|test| matches!(test, Test::Absent(absent) if *absent == seen.is_none()));
        }
        let Some(seen) = seen else { return self.holds_without_value(asks) };
        let one = |value: &str| self.holds_for(value, context, asks);
        match (self.operator.quantifier, seen) {
            (None, ValueRef::One(value)) => one(value),
            (None, ValueRef::Many(..)) => {
                let any = seen.values().any(one);
                any && asks.ask(Point::MultivaluedKeyWithoutSetOperator, |o| o.multivalued_key_without_set_operator)
            }
            (Some(Quantifier::Any), seen) => seen.values().any(one),
            (Some(Quantifier::All), seen) => {
                let all = seen.values().all(one);
                all || seen.values().all(str::is_empty)
                    && asks.ask(Point::ForAllValuesEmptyStringIsMissing, |o| o.for_all_values_empty_string_is_missing)
            }
        }
    }

    fn holds_without_value(&self, asks: &Asks<'_>) -> bool {
        let Operator { negated, if_exists, quantifier, .. } = self.operator;
        match quantifier {
            Some(Quantifier::All) => true,
            Some(Quantifier::Any) => {
                if_exists && asks.ask(Point::ForAnyValueIfExistsOnMissingKey, |o| o.for_any_value_if_exists_on_missing_key)
            }
            None => if_exists || negated,
        }
    }

    /// Positive: some policy value matches. Negated: none does.
    fn holds_for(&self, value: &str, context: &Context, asks: &Asks<'_>) -> bool {
        let mut compared = self.tests.iter().map(|test| self.compare(test, value, context, asks));
        if self.operator.negated { compared.all(|c| c == Compared::No) } else { compared.any(|c| c == Compared::Yes) }
    }

    fn compare(&self, test: &Test, value: &str, context: &Context, asks: &Asks<'_>) -> Compared {
        match test {
            Test::Text(pattern) => pattern.matches(value, context).into(),
            Test::TextAnyCase(pattern) => pattern.expand(context).is_some_and(|text| same_letters(&text, value)).into(),
            Test::Bool(pattern) => {
                let wanted = pattern.expand(context).and_then(|text| truth(&text));
                (wanted.is_some() && wanted == truth(value)).into()
            }
            Test::Number(order, policy) => in_order(*order, Decimal::parse(value), *policy),
            Test::Date(order, policy) => in_order(*order, date(value), *policy),
            Test::Binary(policy) => (policy.is_some() && *policy == STANDARD.decode(value).ok()).into(),
            Test::Address(policy) => match (policy, value.parse()) {
                (Some(network), Ok(address)) => network.contains(address).into(),
                _ => Compared::No,
            },
            Test::Arn(parts) => match (parts, arn_parts(value)) {
                (Some(parts), Some(value)) => arn_matches(parts, &value, context).into(),
                _ => self.not_an_arn(asks),
            },
            Test::ArnWithVariables(items) => match resolve(items, context) {
                None => Compared::No,
                Some(items) => self.compare(&arn_test(items), value, context, asks),
            },
            Test::Absent(_) => Compared::Never,
        }
    }

    fn not_an_arn(&self, asks: &Asks<'_>) -> Compared {
        if self.operator.negated && !asks.ask(Point::ArnNotEqualsOnNonArn, |o| o.arn_not_equals_on_non_arn) {
            return Compared::Never;
        }
        Compared::No
    }

    /// Holds only for fixed values of one of `keys`: what makes a bucket policy of "*" not public.
    pub fn fixes(&self, keys: &[&str]) -> bool {
        let Operator { negated, if_exists, quantifier, .. } = self.operator;
        let fixed = |test: &Test| match test {
            Test::Text(pattern) | Test::TextAnyCase(pattern) => pattern.fixed().is_some(),
            Test::Arn(Some(parts)) => parts.iter().all(|part| part.fixed().is_some()),
            Test::Address(Some(network)) => !network.is_broad(),
            _ => false,
        };
        !negated && !if_exists && quantifier != Some(Quantifier::All) && keys.contains(&&*self.key.text) && self.tests.iter().all(fixed)
    }
}

/// An ARN pattern without variables by its parts, or the items of one with variables.
fn arn_test(items: Vec<Item>) -> Test {
    if items.iter().any(|item| matches!(item, Item::Variable { .. })) {
        return Test::ArnWithVariables(items.into());
    }
    let parts = split_arn(&items).map(|parts| Box::new(parts.map(Pattern::of)));
    Test::Arn(parts.filter(|parts| parts[0].fixed() == Some("arn")))
}

fn arn_matches(parts: &[Pattern; 6], value: &[&str; 5], context: &Context) -> bool {
    parts[1..].iter().zip(value).all(|(pattern, part)| pattern.matches(part, context))
}

fn in_order<T: Ord>(order: Order, request: Option<T>, policy: Option<T>) -> Compared {
    match (request, policy) {
        (Some(request), Some(policy)) => order.holds(request, policy).into(),
        _ => Compared::Never,
    }
}

fn truth(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|b| text.eq_ignore_ascii_case(if *b { "true" } else { "false" }))
}

fn same_letters(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || !a.is_ascii() && a.to_lowercase() == b.to_lowercase()
}
