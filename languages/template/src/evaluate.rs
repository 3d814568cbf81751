//! Evaluating expressions.

use std::collections::HashMap;

use base64::Engine as _;

use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::{Call, Expr, ExprKind, Field, Piece};
use crate::inputs::{Attributes, Inputs};
use crate::located::{Composed, Located};
use crate::node::{Name, shorten};
use crate::suggest::did_you_mean;
use crate::template::Template;
use crate::{LocatedValue, Part, Span};

/// What every evaluation of a plan knows.
pub(crate) struct World<'a> {
    pub template: &'a Template,
    pub inputs: &'a Inputs<'a>,
    pub parameters: HashMap<String, Located>,
    pub conditions: HashMap<&'a str, bool>,
}

/// One evaluation.
pub(crate) struct Evaluator<'e, 'a> {
    world: &'e World<'a>,
    known: Option<&'e dyn Attributes>,
    findings: Findings,
    /// How many bytes the functions may still write: nested `Fn::Sub`s could double their text at every level.
    budget: usize,
}

/// The evaluation failed; the findings say why.
pub(crate) struct Failed;

/// A value; `None` is `AWS::NoValue`.
type Value = Result<Option<Located>, Failed>;

const BUDGET: usize = 16 * 1024 * 1024;

impl<'e, 'a> Evaluator<'e, 'a> {
    pub(crate) fn run<T>(
        world: &'e World<'a>,
        known: Option<&'e dyn Attributes>,
        evaluate: impl FnOnce(&mut Self) -> Result<T, Failed>,
    ) -> Result<T, Vec<Diagnostic>> {
        let mut evaluator = Evaluator { world, known, findings: Findings::default(), budget: BUDGET };
        let value = evaluate(&mut evaluator).ok();
        evaluator.findings.finish(value).map(|(value, _)| value)
    }

    fn fail<T>(&mut self, span: &Span, message: impl Into<String>) -> Result<T, Failed> {
        self.report(Diagnostic::error(span, message))
    }

    fn report<T>(&mut self, finding: Diagnostic) -> Result<T, Failed> {
        self.findings.push(finding);
        Err(Failed)
    }

    fn charge(&mut self, span: &Span, bytes: usize) -> Result<(), Failed> {
        match self.budget.checked_sub(bytes) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => self.fail(span, format!("Template error: the functions of this resource write more than {BUDGET} bytes")),
        }
    }

    /// The value of an expression. Goes on after a failure, so that all findings are reported at once.
    pub(crate) fn value(&mut self, expr: &Expr) -> Value {
        let value = match &expr.kind {
            ExprKind::Call(call) => return self.call(call, &expr.span),
            ExprKind::Null => LocatedValue::Null,
            ExprKind::Bool(value) => LocatedValue::Bool(*value),
            ExprKind::Number(text) => LocatedValue::Number(text.clone()),
            ExprKind::String(text, parts) => {
                let value = LocatedValue::String(text.clone());
                return Ok(Some(Located { parts: parts.clone(), ..Located::new(value, expr.span.clone()) }));
            }
            ExprKind::List(items) => {
                let values: Vec<Value> = items.iter().map(|item| self.value(item)).collect();
                let values: Result<Vec<Option<Located>>, Failed> = values.into_iter().collect();
                LocatedValue::List(values?.into_iter().flatten().collect())
            }
            ExprKind::Map(fields) => LocatedValue::Map(self.fields(fields)?),
        };
        Ok(Some(Located::new(value, expr.span.clone())))
    }

    fn fields(&mut self, fields: &[Field]) -> Result<Vec<(String, Located)>, Failed> {
        let values: Vec<(&str, Value)> = fields.iter().map(|field| (field.key.text.as_str(), self.value(&field.value))).collect();
        let mut members = Vec::with_capacity(values.len());
        for (key, value) in values {
            if let Some(value) = value? {
                members.push((key.to_owned(), value));
            }
        }
        Ok(members)
    }

    fn call(&mut self, call: &Call, span: &Span) -> Value {
        let value = match call {
            Call::Ref(name) => return self.reference(name, span),
            Call::GetAtt(name, attribute) => {
                let attribute = self.text(attribute, "the attribute of Fn::GetAtt")?;
                self.attribute(name, attribute.text().unwrap_or_default(), span)?
            }
            Call::Sub(pieces, variables) => self.sub(pieces, variables, span)?,
            Call::Join(separator, list) => self.join(separator, list, span)?,
            Call::Split(separator, source) => self.split(separator, source, span)?,
            Call::Select(index, list) => self.select(index, list, span)?,
            Call::If(condition, yes, no) => {
                let branch = if self.holds(condition)? { yes } else { no };
                return Ok(self.value(branch)?.map(|value| value.through(span)));
            }
            Call::FindInMap { map, top, second, default } => return self.find_in_map([map, top, second], default.as_ref(), span),
            Call::ImportValue(name) => {
                let name = self.import_name(name)?;
                match (self.world.inputs.imports)(&name) {
                    Some(value) => string(value, span),
                    None => return self.fail(span, format!("No export named {} found.", shorten(&name))),
                }
            }
            Call::Base64(source) => {
                let source = self.text(source, "the argument of Fn::Base64")?;
                let encoded = base64::engine::general_purpose::STANDARD.encode(source.text().unwrap_or_default());
                let parts = vec![Part { start: 0, end: encoded.len(), span: source.span.clone() }];
                Located { parts, secret: source.secret, ..string(encoded, span) }
            }
            Call::Cidr(block, count, bits) => self.cidr(block, count, bits.as_ref(), span)?,
            Call::GetAZs(region) => {
                let region = self.text(region, "the argument of Fn::GetAZs")?;
                let inputs = self.world.inputs;
                match region.text() {
                    Some(name) if name.is_empty() || name == inputs.region => strings(&inputs.availability_zones, span),
                    _ => return self.fail(span, format!("Template error: Fn::GetAZs: the zones of this region alone are known, {}", inputs.region)),
                }
            }
            Call::Length(list) => {
                let items = self.list(list, "the argument of Fn::Length")?.items().map_or(0, <[Located]>::len);
                Located::new(LocatedValue::Number(items.to_string()), span.clone())
            }
            Call::ToJsonString(source) => {
                let value = match self.value(source)? {
                    Some(value) => value,
                    None => return self.fail(span, "Template error: Fn::ToJsonString cannot write AWS::NoValue"),
                };
                let parts = Vec::new();
                Located { parts, secret: any_secret(&value), ..string(value.to_json().to_string(), span) }
            }
            Call::Equals(..) | Call::And(_) | Call::Or(_) | Call::Not(_) | Call::Condition(_) | Call::Contains(..)
            | Call::EachMemberEquals(..) | Call::EachMemberIn(..) => {
                let holds = self.boolean(call, span)?;
                Located::new(LocatedValue::Bool(holds), span.clone())
            }
        };
        self.charge(span, value.text().map_or(0, str::len))?;
        Ok(Some(value))
    }

    fn reference(&mut self, name: &Name, span: &Span) -> Value {
        let inputs = self.world.inputs;
        let text = match name.text.as_str() {
            "AWS::NoValue" => return Ok(None),
            "AWS::NotificationARNs" => return Ok(Some(strings(&inputs.notification_arns, span))),
            "AWS::AccountId" => &inputs.account,
            "AWS::Partition" => &inputs.partition,
            "AWS::Region" => &inputs.region,
            "AWS::StackId" => &inputs.stack_id,
            "AWS::StackName" => &inputs.stack_name,
            "AWS::URLSuffix" => &inputs.url_suffix,
            other => {
                if let Some(value) = self.world.parameters.get(other) {
                    let bytes = value.items().map_or_else(|| value.text().map_or(0, str::len), |items| items.len() * 64);
                    self.charge(span, bytes)?;
                    return Ok(Some(value.clone().through(span)));
                }
                return match self.known.and_then(|known| known.reference(other)) {
                    Some(value) => Ok(Some(string(value, span))),
                    None => self.fail(span, format!("Template error: the reference of {} is not known yet", shorten(other))),
                };
            }
        };
        Ok(Some(string(text.clone(), span)))
    }

    fn attribute(&mut self, name: &Name, attribute: &str, span: &Span) -> Result<Located, Failed> {
        match self.known.and_then(|known| known.attribute(&name.text, attribute)) {
            Some(value) => Ok(Located::from_json(value, span)),
            None => self.report(
                Diagnostic::error(span, format!("Template error: resource {} does not support attribute type {} in Fn::GetAtt", name.text, shorten(attribute)))
                    .help("the resource has no such attribute, or does not exist yet"),
            ),
        }
    }

    fn sub(&mut self, pieces: &[Piece], variables: &[Field], span: &Span) -> Result<Located, Failed> {
        let mut values = Vec::with_capacity(variables.len());
        for variable in variables {
            values.push(self.text(&variable.value, "a variable of Fn::Sub")?);
        }
        let mut composed = Composed::default();
        for piece in pieces {
            let value = match piece {
                Piece::Text(text, parts) => {
                    self.charge(span, text.len())?;
                    composed.push(text, parts);
                    continue;
                }
                Piece::Variable(index, _) => values[*index].clone(),
                Piece::Ref(name) => match self.reference(name, &name.span)? {
                    Some(value) => value,
                    None => return self.fail(&name.span, "Template error: AWS::NoValue has no text for Fn::Sub"),
                },
                Piece::GetAtt(name, attribute) => self.attribute(name, attribute, &name.span)?,
            };
            let Some(text) = value.text() else {
                let place = match piece {
                    Piece::Variable(_, place) => place,
                    Piece::Ref(name) | Piece::GetAtt(name, _) => &name.span,
                    Piece::Text(..) => span,
                };
                let finding = Diagnostic::error(place, "Template error: Fn::Sub can only replace a variable by a string, not by a list or an object");
                return self.report(finding.help("use Fn::Join to make one string of a list"));
            };
            self.charge(span, text.len())?;
            composed.push_value(text, &value);
        }
        Ok(composed.finish(span))
    }

    fn join(&mut self, separator: &Name, list: &Expr, span: &Span) -> Result<Located, Failed> {
        let list = self.list(list, "the second parameter of Fn::Join")?;
        let between = Located::new(LocatedValue::String(separator.text.clone()), separator.span.clone());
        let mut composed = Composed::default();
        for (index, item) in list.items().unwrap_or_default().iter().enumerate() {
            let Some(text) = item.text() else {
                return self.fail(&item.span, "Template error: Fn::Join can only join strings");
            };
            self.charge(span, text.len() + separator.text.len())?;
            if index > 0 {
                composed.push_value(&separator.text, &between);
            }
            composed.push_value(text, item);
        }
        Ok(composed.finish(span))
    }

    fn split(&mut self, separator: &Name, source: &Expr, span: &Span) -> Result<Located, Failed> {
        let source = self.text(source, "the second parameter of Fn::Split")?;
        let text = source.text().unwrap_or_default();
        if separator.text.is_empty() {
            return self.fail(&separator.span, "Template error: Fn::Split needs a delimiter that is not empty");
        }
        self.charge(span, text.len())?;
        let mut at = 0;
        let items = text.split(separator.text.as_str()).map(|item| {
            let slice = source.slice(at, at + item.len());
            at += item.len() + separator.text.len();
            slice.through(span)
        });
        Ok(Located::new(LocatedValue::List(items.collect()), span.clone()))
    }

    fn select(&mut self, index: &Expr, list: &Expr, span: &Span) -> Result<Located, Failed> {
        let index_value = self.text(index, "the index of Fn::Select")?;
        let text = index_value.text().unwrap_or_default();
        let Ok(at) = text.parse::<usize>() else {
            return self.fail(&index.span, "Template error: Fn::Select requires a list argument with two elements: an integer index and a list");
        };
        let mut list = self.list(list, "the second element of Fn::Select")?;
        match &mut list.value {
            LocatedValue::List(items) if at < items.len() => Ok(items.swap_remove(at).through(span)),
            _ => self.fail(span, format!("Template error: Fn::Select  cannot select nonexistent value at index {at}")),
        }
    }

    fn find_in_map(&mut self, [map, top, second]: [&Expr; 3], default: Option<&Expr>, span: &Span) -> Value {
        let keys = [self.text(map, "a key of Fn::FindInMap")?, self.text(top, "a key of Fn::FindInMap")?, self.text(second, "a key of Fn::FindInMap")?];
        let [map_name, top_name, second_name] = keys.each_ref().map(|key| key.text().unwrap_or_default());
        let world = self.world;
        let mapping = world.template.mappings.get(map_name);
        let inner = mapping.and_then(|mapping| mapping.values.get(top_name));
        if let Some(value) = inner.and_then(|inner| inner.get(second_name)) {
            self.charge(span, value.text().map_or(64, str::len))?;
            return Ok(Some(value.clone().through(span)));
        }
        if let Some(default) = default {
            return Ok(self.value(default)?.map(|value| value.through(span)));
        }
        let help = match (mapping, inner) {
            (None, _) => did_you_mean(map_name, world.template.mappings.keys().map(String::as_str)),
            (Some(mapping), None) => did_you_mean(top_name, mapping.values.keys().map(String::as_str)),
            (_, Some(inner)) => did_you_mean(second_name, inner.keys().map(String::as_str)),
        };
        let message = format!(
            "Template error: Unable to get mapping for {}::{}::{}",
            shorten(map_name),
            shorten(top_name),
            shorten(second_name)
        );
        self.report(Diagnostic::error(span, message).maybe_help(help))
    }

    fn cidr(&mut self, block: &Expr, count: &Expr, bits: Option<&Expr>, span: &Span) -> Result<Located, Failed> {
        let block = self.text(block, "the block of Fn::Cidr")?;
        let count = self.text(count, "the count of Fn::Cidr")?;
        let bits = bits.map(|bits| self.text(bits, "the bits of Fn::Cidr")).transpose()?;
        let text = |value: &Located| value.text().unwrap_or_default().to_owned();
        match crate::cidr::blocks(&text(&block), &text(&count), bits.as_ref().map(text).as_deref()) {
            Ok(blocks) => Ok(strings(&blocks, span)),
            Err(why) => self.fail(span, format!("Template error: Fn::Cidr: {why}")),
        }
    }

    pub(crate) fn import_name(&mut self, expr: &Expr) -> Result<String, Failed> {
        let name = self.text(expr, "the name of Fn::ImportValue")?;
        Ok(name.text().unwrap_or_default().to_owned())
    }

    /// The value of an expression that must be a string, a number or a boolean.
    fn text(&mut self, expr: &Expr, what: &str) -> Result<Located, Failed> {
        match self.value(expr)? {
            Some(value) if value.text().is_some() => Ok(value),
            _ => self.fail(&expr.span, format!("Template error: {what} must be a string")),
        }
    }

    fn list(&mut self, expr: &Expr, what: &str) -> Result<Located, Failed> {
        match self.value(expr)? {
            Some(value) if value.items().is_some() => Ok(value),
            _ => self.fail(&expr.span, format!("Template error: {what} must be a list of strings, or a function that returns one")),
        }
    }

    fn holds(&mut self, condition: &Name) -> Result<bool, Failed> {
        match self.world.conditions.get(condition.text.as_str()) {
            Some(holds) => Ok(*holds),
            None => self.fail(&condition.span, format!("Template error: unresolved condition {}", shorten(&condition.text))),
        }
    }

    /// Whether a condition's expression holds.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Result<bool, Failed> {
        match &expr.kind {
            ExprKind::Call(call) => self.boolean(call, &expr.span),
            ExprKind::Bool(value) => Ok(*value),
            ExprKind::String(text, _) if text == "true" || text == "false" => Ok(text == "true"),
            _ => self.not_boolean(&expr.span),
        }
    }

    fn not_boolean(&mut self, span: &Span) -> Result<bool, Failed> {
        let finding = Diagnostic::error(span, "Template format error: Every Condition member must be a boolean function");
        self.report(finding.help("use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition"))
    }

    fn boolean(&mut self, call: &Call, span: &Span) -> Result<bool, Failed> {
        match call {
            Call::Condition(name) => self.holds(name),
            Call::Not(operand) => Ok(!self.condition(operand)?),
            Call::And(operands) => operands.iter().try_fold(true, |all, operand| Ok(self.condition(operand)? && all)),
            Call::Or(operands) => operands.iter().try_fold(false, |any, operand| Ok(self.condition(operand)? || any)),
            Call::Equals(left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(match (&left, &right) {
                    (Some(left), Some(right)) => same(left, right),
                    (None, None) => true,
                    _ => false,
                })
            }
            Call::Contains(list, item) => {
                let (list, item) = (self.list(list, "the first parameter of Fn::Contains")?, self.text(item, "the second parameter of Fn::Contains")?);
                Ok(list.items().unwrap_or_default().iter().any(|member| same(member, &item)))
            }
            Call::EachMemberEquals(list, item) => {
                let (list, item) = (self.list(list, "the first parameter of Fn::EachMemberEquals")?, self.text(item, "the second parameter of Fn::EachMemberEquals")?);
                Ok(list.items().unwrap_or_default().iter().all(|member| same(member, &item)))
            }
            Call::EachMemberIn(list, allowed) => {
                let (list, allowed) = (self.list(list, "the first parameter of Fn::EachMemberIn")?, self.list(allowed, "the second parameter of Fn::EachMemberIn")?);
                let allowed = allowed.items().unwrap_or_default();
                Ok(list.items().unwrap_or_default().iter().all(|member| allowed.iter().any(|one| same(member, one))))
            }
            _ => self.not_boolean(span),
        }
    }
}

/// Equality as conditions see it: scalars by their text.
fn same(left: &Located, right: &Located) -> bool {
    match (left.text(), right.text()) {
        (Some(left), Some(right)) => left == right,
        _ => left.to_json() == right.to_json(),
    }
}

fn any_secret(value: &Located) -> bool {
    match &value.value {
        LocatedValue::List(items) => items.iter().any(any_secret),
        LocatedValue::Map(members) => members.iter().any(|(_, value)| any_secret(value)),
        _ => value.secret,
    }
}

fn string(text: String, span: &Span) -> Located {
    Located::new(LocatedValue::String(text), span.clone())
}

fn strings(texts: &[String], span: &Span) -> Located {
    Located::new(LocatedValue::List(texts.iter().map(|text| string(text.clone(), span)).collect()), span.clone())
}
