//! The condition operators by name.

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Text,
    TextAnyCase,
    Like,
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Address,
    Arn,
    Null,
}

/// The request's value against the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub fn holds<T: Ord>(self, request: T, policy: T) -> bool {
        match self {
            Self::Equal => request == policy,
            Self::Less => request < policy,
            Self::LessOrEqual => request <= policy,
            Self::Greater => request > policy,
            Self::GreaterOrEqual => request >= policy,
        }
    }
}

/// How a multivalued key is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    All,
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub family: Family,
    pub negated: bool,
    pub if_exists: bool,
    pub quantifier: Option<Quantifier>,
}

impl Operator {
    pub fn parse(text: &str) -> Result<Self, String> {
        let (quantifier, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
            Some((other, _)) => {
                return Err(format!("'{other}' is no set operator; there are ForAllValues and ForAnyValue"));
            }
            None => (None, text),
        };
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let (family, negated) = base(name).ok_or_else(|| unknown(text, name))?;
        if family == Family::Null && (if_exists || quantifier.is_some()) {
            return Err(format!("'{text}': Null takes neither IfExists nor a set operator"));
        }
        Ok(Self { family, negated, if_exists, quantifier })
    }

    /// Policy variables are expanded in the values.
    pub fn takes_variables(self) -> bool {
        use Family::{Arn, Bool, Like, Text, TextAnyCase};
        matches!(self.family, Text | TextAnyCase | Like | Arn | Bool)
    }
}

const NAMES: [(&str, Family, bool); 27] = [
    ("StringEquals", Family::Text, false),
    ("StringNotEquals", Family::Text, true),
    ("StringEqualsIgnoreCase", Family::TextAnyCase, false),
    ("StringNotEqualsIgnoreCase", Family::TextAnyCase, true),
    ("StringLike", Family::Like, false),
    ("StringNotLike", Family::Like, true),
    ("NumericEquals", Family::Number(Order::Equal), false),
    ("NumericNotEquals", Family::Number(Order::Equal), true),
    ("NumericLessThan", Family::Number(Order::Less), false),
    ("NumericLessThanEquals", Family::Number(Order::LessOrEqual), false),
    ("NumericGreaterThan", Family::Number(Order::Greater), false),
    ("NumericGreaterThanEquals", Family::Number(Order::GreaterOrEqual), false),
    ("DateEquals", Family::Date(Order::Equal), false),
    ("DateNotEquals", Family::Date(Order::Equal), true),
    ("DateLessThan", Family::Date(Order::Less), false),
    ("DateLessThanEquals", Family::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Family::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Family::Date(Order::GreaterOrEqual), false),
    ("Bool", Family::Bool, false),
    ("BinaryEquals", Family::Binary, false),
    ("IpAddress", Family::Address, false),
    ("NotIpAddress", Family::Address, true),
    ("ArnEquals", Family::Arn, false),
    ("ArnLike", Family::Arn, false),
    ("ArnNotEquals", Family::Arn, true),
    ("ArnNotLike", Family::Arn, true),
    ("Null", Family::Null, false),
];

fn base(name: &str) -> Option<(Family, bool)> {
    NAMES.iter().find(|(known, ..)| *known == name).map(|(_, family, negated)| (*family, *negated))
}

fn unknown(text: &str, name: &str) -> String {
    let close = NAMES.iter().map(|(known, ..)| *known).find(|known| known.eq_ignore_ascii_case(name));
    match close {
        Some(known) => format!("Invalid Condition type : {text}; operators are case-sensitive: write {known}"),
        None => format!("Invalid Condition type : {text}"),
    }
}
