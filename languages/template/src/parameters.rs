//! Parameters, as the template declares them.

mod values;

use regex_lite::{Regex, RegexBuilder};

pub use values::ParameterValue;
pub(crate) use values::resolve;

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::dynamic::{DynamicReference, dynamic_references};
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::suggest::did_you_mean;

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

const MEMBERS: [&str; 11] = [
    "Type",
    "Default",
    "NoEcho",
    "Description",
    "ConstraintDescription",
    "AllowedValues",
    "AllowedPattern",
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
];

/// Reads the `Parameters` section.
pub(crate) fn declared(entries: Vec<Entry>, findings: &mut Findings) -> Vec<Parameter> {
    entries.into_iter().filter_map(|Entry { key, value }| parameter(key, value, findings)).collect()
}

fn parameter(key: Name, value: Node, findings: &mut Findings) -> Option<Parameter> {
    let Kind::Map(members) = value.kind else {
        findings.push(Diagnostic::error(
            &value.span,
            format!("Template format error: [/Parameters/{}] parameter definition is malformed", key.text),
        ));
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
        findings.push(
            Diagnostic::error(&parameter.span, "Template format error: Every Parameters object must contain a Type member.")
                .help(format!("add 'Type: String' to {}", parameter.name)),
        );
    }
    let bounds = [
        ("Length", parameter.min_length.zip(parameter.max_length).is_some_and(|(least, most)| least > most)),
        ("Value", parameter.min_value.zip(parameter.max_value).is_some_and(|(least, most)| least > most)),
    ];
    for (what, _) in bounds.iter().filter(|(_, crossed)| *crossed) {
        let message = format!("Template error: Parameter '{}' Min{what} must be less than Max{what}.", parameter.name);
        findings.push(Diagnostic::error(&parameter.span, message));
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
            let default = text()?;
            let versionless = |found: &Option<DynamicReference>| matches!(found, Some(DynamicReference::Ssm { version: None, .. }));
            if dynamic_references(&default).iter().any(|(_, found)| versionless(found)) {
                let message = format!("Template error: parameter {} should not contain ssm versionless resolver", parameter.name);
                return Err(Diagnostic::error(&value.span, message).help("write {{resolve:ssm:name:version}}"));
            }
            parameter.default = Some(default);
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
                Diagnostic::error(
                    &value.span,
                    format!("Template format error: AllowedPattern of {} is not understood: {error}", parameter.name),
                )
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

/// The types whose values are the ids of resources that exist.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>
const AWS_TYPES: [&str; 10] = [
    ZONE,
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
];
const ZONE: &str = "AWS::EC2::AvailabilityZone::Name";

fn known_type(name: &str, span: &Span) -> Result<(), Diagnostic> {
    let inner = name.strip_prefix(SSM_VALUE).and_then(|rest| rest.strip_suffix('>')).unwrap_or(name);
    let item = inner.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>'));
    let from_store = inner.len() != name.len();
    let known = match (inner, item) {
        ("String", _) | ("CommaDelimitedList", _) => true,
        ("Number", _) => !from_store,
        (_, Some("Number")) => !from_store,
        (_, Some("String")) => true,
        ("AWS::SSM::Parameter::Name", None) => !from_store,
        (other, None) | (_, Some(other)) => AWS_TYPES.contains(&other),
    };
    match known {
        true => Ok(()),
        false => {
            let types = ["String", "Number", "List<Number>", "CommaDelimitedList", "AWS::SSM::Parameter::Value<String>"];
            Err(Diagnostic::error(span, format!("Template format error: Unrecognized parameter type: {}", shorten(name))).maybe_help(
                did_you_mean(name, types.into_iter().chain(AWS_TYPES))
                    .or_else(|| Some(format!("the types are {}, and ids such as AWS::EC2::VPC::Id", types.join(", ")))),
            ))
        }
    }
}
