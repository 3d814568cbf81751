//! Parameters: what the template declares, and whether the values that are given hold.

use std::collections::HashMap;

use regex_lite::{Regex, RegexBuilder};

use crate::diagnostic::{Diagnostic, Findings};
use crate::dynamic::DynamicReference;
use crate::inputs::Inputs;
use crate::located::Located;
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::suggest::did_you_mean;
use crate::{LocatedValue, Span};

/// A declared parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type, as written.
    pub parameter_type: String,
    /// The value when none is given.
    pub default: Option<String>,
    /// Where the default stands.
    pub default_span: Option<Span>,
    /// Its value is not to be shown.
    pub no_echo: bool,
    /// What the author says of it.
    pub description: Option<String>,
    /// What the author says when a value is refused.
    pub constraint_description: Option<String>,
    /// The only values, when there is such a list.
    pub allowed_values: Vec<String>,
    /// What the whole value must match.
    pub allowed_pattern: Option<String>,
    /// The fewest characters.
    pub min_length: Option<u64>,
    /// The most characters.
    pub max_length: Option<u64>,
    /// The smallest number.
    pub min_value: Option<f64>,
    /// The largest number.
    pub max_value: Option<f64>,
    /// Where its name stands.
    pub span: Span,
    pattern: Option<Regex>,
}

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

const MEMBERS: [&str; 11] = [
    "Type", "Default", "NoEcho", "Description", "ConstraintDescription", "AllowedValues", "AllowedPattern", "MinLength",
    "MaxLength", "MinValue", "MaxValue",
];

/// Reads the `Parameters` section.
pub(crate) fn declared(entries: Vec<Entry>, findings: &mut Findings) -> Vec<Parameter> {
    entries.into_iter().filter_map(|Entry { key, value }| parameter(key, value, findings)).collect()
}

fn parameter(key: Name, value: Node, findings: &mut Findings) -> Option<Parameter> {
    let Kind::Map(members) = value.kind else {
        findings.push(Diagnostic::error(&value.span, format!("Template format error: [/Parameters/{}] parameter definition is malformed", key.text)));
        return None;
    };
    let mut parameter = Parameter {
        name: key.text,
        parameter_type: String::new(),
        default: None,
        default_span: None,
        no_echo: false,
        description: None,
        constraint_description: None,
        allowed_values: Vec::new(),
        allowed_pattern: None,
        min_length: None,
        max_length: None,
        min_value: None,
        max_value: None,
        span: key.span,
        pattern: None,
    };
    let mut has_type = false;
    for Entry { key, value } in members {
        if let Err(finding) = member(&mut parameter, &key, &value, &mut has_type) {
            findings.push(finding);
        }
    }
    if !has_type {
        findings.push(Diagnostic::error(&parameter.span, "Template format error: Every Parameters object must contain a Type member.")
            .help(format!("add 'Type: String' to {}", parameter.name)));
    }
    Some(parameter)
}

fn member(parameter: &mut Parameter, key: &Name, value: &Node, has_type: &mut bool) -> Result<(), Diagnostic> {
    let bad = |wanted: &str| {
        let message = format!("Template format error: Every {} member must be {wanted}.", key.text);
        Diagnostic::error(&value.span, message)
    };
    let text = || value.scalar().map(str::to_owned).ok_or_else(|| bad("a string"));
    let length = || value.scalar().and_then(|text| text.parse().ok()).ok_or_else(|| bad("a whole number"));
    let number = || value.scalar().and_then(|text| text.parse().ok()).ok_or_else(|| bad("a number"));
    match key.text.as_str() {
        "Type" => {
            *has_type = true;
            parameter.parameter_type = text()?;
            known_type(&parameter.parameter_type, &value.span)?;
        }
        "Default" => {
            parameter.default = Some(text()?);
            parameter.default_span = Some(value.span.clone());
        }
        "NoEcho" => parameter.no_echo = value.scalar().is_some_and(|text| text.eq_ignore_ascii_case("true")),
        "Description" => parameter.description = Some(text()?),
        "ConstraintDescription" => parameter.constraint_description = Some(text()?),
        "AllowedValues" => match &value.kind {
            Kind::List(items) if !items.is_empty() => {
                let values: Option<Vec<String>> = items.iter().map(|item| item.scalar().map(str::to_owned)).collect();
                parameter.allowed_values = values.ok_or_else(|| bad("a list of strings"))?;
            }
            _ => return Err(bad("a list of strings")),
        },
        "AllowedPattern" => {
            let pattern = text()?;
            // AWS matches the whole value.
            let compiled = RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build();
            parameter.pattern = Some(compiled.map_err(|error| {
                Diagnostic::error(&value.span, format!("Template format error: AllowedPattern of {} is not understood: {error}", parameter.name))
                    .help("look-around and back-references are not available in Sekisho")
            })?);
            parameter.allowed_pattern = Some(pattern);
        }
        "MinLength" => parameter.min_length = Some(length()?),
        "MaxLength" => parameter.max_length = Some(length()?),
        "MinValue" => parameter.min_value = Some(number()?),
        "MaxValue" => parameter.max_value = Some(number()?),
        other => {
            return Err(Diagnostic::error(&key.span, format!("Invalid template parameter property '{}'", shorten(other)))
                .maybe_help(did_you_mean(other, MEMBERS)));
        }
    }
    Ok(())
}

const SSM_VALUE: &str = "AWS::SSM::Parameter::Value<";

fn known_type(name: &str, span: &Span) -> Result<(), Diagnostic> {
    let inner = name.strip_prefix(SSM_VALUE).and_then(|rest| rest.strip_suffix('>')).unwrap_or(name);
    let item = inner.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>'));
    let from_store = inner.len() != name.len();
    let known = match (inner, item) {
        ("String", _) | ("CommaDelimitedList", _) => true,
        ("Number", _) => !from_store,
        (_, Some("Number")) => !from_store,
        (_, Some("String")) => from_store,
        (other, None) | (_, Some(other)) => other.starts_with("AWS::") && !other.contains(['<', '>']),
    };
    match known {
        true => Ok(()),
        false => {
            let types = ["String", "Number", "List<Number>", "CommaDelimitedList", "AWS::SSM::Parameter::Value<String>"];
            Err(Diagnostic::error(span, format!("Template format error: Unrecognized parameter type: {}", shorten(name)))
                .maybe_help(did_you_mean(name, types).or_else(|| Some(format!("the types are {} and AWS resource types", types.join(", "))))))
        }
    }
}

impl Parameter {
    /// Whether its value is a list.
    pub fn is_list(&self) -> bool {
        let inner = self.parameter_type.strip_prefix(SSM_VALUE).unwrap_or(&self.parameter_type);
        inner.starts_with("List<") || inner.starts_with("CommaDelimitedList")
    }

    fn from_store(&self) -> bool {
        self.parameter_type.starts_with(SSM_VALUE)
    }

    fn is_number(&self) -> bool {
        matches!(self.parameter_type.as_str(), "Number" | "List<Number>")
    }

    /// The items of a value, with their bytes in it.
    fn items<'v>(&self, value: &'v str) -> Vec<(usize, &'v str)> {
        if !self.is_list() {
            return vec![(0, value)];
        }
        if value.is_empty() {
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
            Some(description) => format!("Parameter {name} failed to satisfy constraint: {description}"),
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
        let Some(value) = given(parameter) else { continue };
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
    let mut resolved_value = None;
    if parameter.from_store() {
        let reference = DynamicReference::Ssm { name: value.clone(), version: None };
        let message = format!("Unable to fetch parameters [{}] from parameter store for this account.", shorten(&value));
        let found = match inputs.resolver {
            Some(resolver) => resolver(&reference).map_err(|reason| Diagnostic::error(span, message).help(reason))?,
            None => return Err(Diagnostic::error(span, message).help("there is no parameter store here")),
        };
        resolved_value = Some(found);
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
