//! Evaluating expressions.

mod boolean;
mod text;

use std::collections::HashMap;

use base64::Engine as _;

use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::{Call, Expr, ExprKind, Field};
use crate::inputs::{Attributes, Inputs};
use crate::located::{Composed, Located};
use crate::node::{Name, shorten};
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

const BUDGET: usize = 4 * 1024 * 1024;

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
                match (self.world.inputs.imports)(name.text().unwrap_or_default()) {
                    Some(value) => string(value, span),
                    None => {
                        return self.fail(span, format!("No export named {} found.", name.shown()));
                    }
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
                    _ => {
                        return self.fail(
                            span,
                            format!("Template error: Fn::GetAZs: the zones of this region alone are known, {}", inputs.region),
                        );
                    }
                }
            }
            Call::Length(list) => {
                let items = self.list(list, "the argument of Fn::Length")?.items().map_or(0, <[Located]>::len);
                Located::new(LocatedValue::Number(items.to_string()), span.clone())
            }
            Call::ToJsonString(source) => {
                let value = match self.value(source)? {
                    Some(value) => value,
                    None => {
                        return self.fail(span, "Template error: Fn::ToJsonString cannot write AWS::NoValue");
                    }
                };
                self.charge(span, value.weight())?;
                let mut composed = Composed::default();
                composed.push_json(&value);
                composed.finish(span)
            }
            Call::RefAll(name) => {
                let parameters = self.world.template.parameters.iter().filter(|parameter| parameter.parameter_type == name.text);
                let values: Vec<Located> = parameters.filter_map(|parameter| self.world.parameters.get(&parameter.name).cloned()).collect();
                let value = Located::new(LocatedValue::List(values), span.clone());
                self.charge(span, value.weight())?;
                value
            }
            Call::Equals(..)
            | Call::And(_)
            | Call::Or(_)
            | Call::Not(_)
            | Call::Condition(_)
            | Call::Contains(..)
            | Call::EachMemberEquals(..)
            | Call::EachMemberIn(..) => {
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
                    self.charge(span, value.weight())?;
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
                Diagnostic::error(
                    span,
                    format!("Template error: resource {} does not support attribute type {} in Fn::GetAtt", name.text, shorten(attribute)),
                )
                .help("the resource has no such attribute, or does not exist yet"),
            ),
        }
    }

    pub(crate) fn import_name(&mut self, expr: &Expr) -> Result<Located, Failed> {
        self.text(expr, "the name of Fn::ImportValue")
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
}

fn string(text: String, span: &Span) -> Located {
    Located::new(LocatedValue::String(text), span.clone())
}

fn strings(texts: &[String], span: &Span) -> Located {
    Located::new(LocatedValue::List(texts.iter().map(|text| string(text.clone(), span)).collect()), span.clone())
}
