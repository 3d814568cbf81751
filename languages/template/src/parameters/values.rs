//! The values of parameters, and whether they hold.

use std::collections::HashMap;

use super::{AWS_TYPES, Parameter, SSM_VALUE, ZONE};
use crate::diagnostic::{Diagnostic, Findings};
use crate::dynamic::DynamicReference;
use crate::inputs::Inputs;
use crate::located::Located;
use crate::node::shorten;
use crate::suggest::did_you_mean;
use crate::{LocatedValue, Span};

/// The value that a parameter has in a plan.
#[derive(Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// The parameter's name.
    pub name: String,
    /// The value as given, or the default.
    pub value: String,
    /// What the value stands for, when it names a Systems Manager parameter.
    pub resolved_value: Option<String>,
    /// Its value is not to be shown.
    pub no_echo: bool,
}

impl std::fmt::Debug for ParameterValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.name, if self.no_echo { "****" } else { &self.value })
    }
}

impl Parameter {
    /// Whether its value is a list.
    pub fn is_list(&self) -> bool {
        let inner = self.parameter_type.strip_prefix(SSM_VALUE).unwrap_or(&self.parameter_type);
        inner.starts_with("List<") || inner.starts_with("CommaDelimitedList")
    }

    /// Whether its value names a parameter of Systems Manager, whose value it takes.
    pub fn is_stored(&self) -> bool {
        self.parameter_type.starts_with(SSM_VALUE)
    }

    /// The item of a value that is the id of no resource, where the type asks for one.
    fn missing<'v>(&self, value: &'v str, inputs: &Inputs<'_>) -> Option<&'v str> {
        let kind = self.parameter_type.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(&self.parameter_type);
        let exists = |item: &str| kind == ZONE && inputs.availability_zones.iter().any(|zone| zone == item);
        self.items(value).into_iter().map(|(_, item)| item).find(|item| AWS_TYPES.contains(&kind) && !exists(item))
    }

    fn is_number(&self) -> bool {
        matches!(self.parameter_type.as_str(), "Number" | "List<Number>")
    }

    /// The items of a value, with their bytes in it.
    fn items<'v>(&self, value: &'v str) -> Vec<(usize, &'v str)> {
        if !self.is_list() {
            return vec![(0, value)];
        }
        // A CommaDelimitedList of nothing has one item, which is empty: templates ask for it by Fn::Select.
        if value.is_empty() && self.parameter_type != "CommaDelimitedList" {
            return Vec::new();
        }
        let mut at = 0;
        value
            .split(',')
            .map(|item| {
                let start = at + item.len() - item.trim_start().len();
                at += item.len() + 1;
                (start, item.trim())
            })
            .collect()
    }

    /// Why a value is refused, in AWS's words. The value itself is not repeated: it may be a secret.
    fn refuses(&self, value: &str) -> Option<String> {
        let name = &self.name;
        let reason = self.items(value).into_iter().find_map(|(_, item)| {
            if !self.allowed_values.is_empty() && !self.allowed_values.iter().any(|allowed| allowed == item) {
                return Some("must be one of AllowedValues".to_owned());
            }
            if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(item)) {
                return Some(format!("must match pattern {}", self.allowed_pattern.as_deref().unwrap_or_default()));
            }
            if self.is_number() {
                return self.refuses_number(item);
            }
            let length = item.chars().count() as u64;
            if let Some(least) = self.min_length.filter(|least| length < *least) {
                return Some(format!("must contain at least {least} characters"));
            }
            let most = self.max_length.filter(|most| length > *most)?;
            Some(format!("must contain at most {most} characters"))
        })?;
        Some(match &self.constraint_description {
            Some(description) => {
                format!("Parameter {name} failed to satisfy constraint: {description}")
            }
            None => format!("Parameter '{name}' {reason}"),
        })
    }

    fn refuses_number(&self, item: &str) -> Option<String> {
        let Some(number) = item.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return Some("must be a number".to_owned());
        };
        if let Some(least) = self.min_value.filter(|least| number < *least) {
            return Some(format!("must be a number not less than {least}"));
        }
        let most = self.max_value.filter(|most| number > *most)?;
        Some(format!("must be a number not greater than {most}"))
    }
}

/// The values of a plan's parameters.
pub(crate) struct Resolved {
    pub values: Vec<ParameterValue>,
    /// By name, as `Ref` gives them.
    pub located: HashMap<String, Located>,
}

/// Checks what is given against what is declared.
pub(crate) fn resolve(template: &crate::Template, inputs: &Inputs<'_>, findings: &mut Findings) -> Resolved {
    let mut resolved = Resolved { values: Vec::new(), located: HashMap::new() };
    let parameters = template.parameters();
    let unknown: Vec<&str> =
        inputs.parameters.keys().map(String::as_str).filter(|name| !parameters.iter().any(|p| p.name == *name)).collect();
    if let Some(first) = unknown.first() {
        let span = inputs.parameter_spans.get(*first).unwrap_or(&template.span);
        let span = Span { end_line: span.line, end_column: span.column + 1, ..span.clone() };
        findings.push(
            Diagnostic::error(&span, format!("Parameters: [{}] do not exist in the template", shorten(&unknown.join(", "))))
                .maybe_help(did_you_mean(first, parameters.iter().map(|p| p.name.as_str()))),
        );
    }
    let given = |parameter: &Parameter| inputs.parameters.get(&parameter.name).or(parameter.default.as_ref()).cloned();
    let missing: Vec<&Parameter> = parameters.iter().filter(|parameter| given(parameter).is_none()).collect();
    if let Some(first) = missing.first() {
        let names: Vec<&str> = missing.iter().map(|parameter| parameter.name.as_str()).collect();
        findings.push(
            Diagnostic::error(&first.span, format!("Parameters: [{}] must have values", names.join(", ")))
                .help("give a value with the stack, or a Default in the template"),
        );
    }
    for parameter in parameters {
        let Some(value) = given(parameter) else {
            continue;
        };
        if let Err(finding) = one(parameter, value, inputs, &mut resolved) {
            findings.push(finding);
        }
    }
    resolved
}

fn one(parameter: &Parameter, value: String, inputs: &Inputs<'_>, resolved: &mut Resolved) -> Result<(), Diagnostic> {
    let defaulted = !inputs.parameters.contains_key(&parameter.name);
    let span = match (inputs.parameter_spans.get(&parameter.name), &parameter.default_span) {
        (Some(span), _) if !defaulted => span,
        (_, Some(span)) if defaulted => span,
        _ => &parameter.span,
    };
    if value.len() > 4096 {
        return Err(Diagnostic::error(span, format!("Parameter '{}' must be 4096 bytes or less", parameter.name)));
    }
    if let Some(reason) = parameter.refuses(&value) {
        return Err(Diagnostic::error(span, reason));
    }
    if let Some(item) = parameter.missing(&value, inputs) {
        let item = if parameter.no_echo { "****" } else { item };
        let message =
            format!("Parameter validation failed: parameter value {} for parameter name {} does not exist", shorten(item), parameter.name);
        let help =
            "the parameter's type asks for a resource that exists, and Sekisho has none of that kind; with the type String any value does";
        return Err(Diagnostic::error(span, message).help(help));
    }
    let mut resolved_value = None;
    if parameter.is_stored() {
        let reference = DynamicReference::Ssm { name: value.clone(), version: None };
        let message = format!(
            "Unable to fetch parameters [{}] from parameter store for this account.",
            if parameter.no_echo { "****".to_owned() } else { shorten(&value) }
        );
        let found = match inputs.resolver {
            Some(resolver) => resolver(&reference).map_err(|reason| Diagnostic::error(span, message).help(reason))?,
            None => {
                return Err(Diagnostic::error(span, message).help("there is no parameter store here"));
            }
        };
        resolved_value = Some(match parameter.is_list() {
            true => parameter.items(&found).into_iter().map(|(_, item)| item).collect::<Vec<_>>().join(","),
            false => found,
        });
    }
    let text = resolved_value.as_deref().unwrap_or(&value);
    let whole = Located { secret: parameter.no_echo, ..Located::new(LocatedValue::String(text.to_owned()), span.clone()) };
    let located = match parameter.is_list() {
        false => whole,
        true => {
            let items = parameter.items(text).into_iter().map(|(start, item)| whole.slice(start, start + item.len())).collect();
            Located::new(LocatedValue::List(items), span.clone())
        }
    };
    resolved.located.insert(parameter.name.clone(), located);
    resolved.values.push(ParameterValue { name: parameter.name.clone(), value, resolved_value, no_echo: parameter.no_echo });
    Ok(())
}
