//! The values of Systems Manager's parameters that templates name: fetched when a version of a stack is prepared, and kept
//! with it. Secrets are never among them.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>

use crate::{CloudFormation, error::invalid, state::Stack, workflow};
use base::Arn;
use gate::{Actor, Error, Scope};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use template::{Parameter, Template};

/// Names of one call of GetParameters.
const AT_ONCE: usize = 10;
/// Dynamic references of one template: AWS's limit.
pub(crate) const MOST_REFERENCES: usize = 60;
/// The type whose values are the names of parameters that exist.
const NAME: &str = "AWS::SSM::Parameter::Name";

/// What a parameter holds.
struct Held {
    kind: String,
    value: String,
}

/// AWS's words for a call that failed. A failure of our own stays what it is.
fn unread(error: Error) -> Error {
    match error {
        error if error.is_denied() => {
            let message = format!("AccessDenied. User doesn't have permission to call ssm:GetParameters\n{}", error.message);
            Error { denial: error.denial, ..invalid(message) }
        }
        error if error.status >= 500 => error,
        error => invalid(error.message),
    }
}

fn fetch(scope: &mut Scope<'_, CloudFormation>, actor: &Actor, names: &BTreeSet<String>) -> Result<BTreeMap<String, Held>, Error> {
    let mut all = BTreeMap::new();
    let names: Vec<&String> = names.iter().collect();
    for names in names.chunks(AT_ONCE) {
        let answer = scope.invoke_named(actor, "ssm:GetParameters", json!({"Names": names})).map_err(unread)?;
        let list = |member: &str| answer[member].as_array().cloned().unwrap_or_default();
        let missing = list("InvalidParameters");
        let text = |found: &Value, member: &str| found[member].as_str().unwrap_or_default().to_string();
        let present = names.iter().filter(|name| !missing.iter().any(|other| other == name.as_str()));
        for (name, found) in present.zip(list("Parameters")) {
            all.insert((*name).clone(), Held { kind: text(&found, "Type"), value: text(&found, "Value") });
        }
    }
    Ok(all)
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: BTreeSet<&str> = names.map(String::as_str).collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

/// The values behind the template's parameters of Systems Manager's types. The caller must be allowed to read them.
pub(crate) fn of_parameters(
    scope: &mut Scope<'_, CloudFormation>,
    template: &Template,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Error> {
    let value = |parameter: &Parameter| given.get(&parameter.name).or(parameter.default.as_ref()).cloned();
    let named = |wanted: fn(&Parameter) -> bool| {
        let parameters = template.parameters().iter().filter(|parameter| wanted(parameter));
        parameters.filter_map(|parameter| Some((value(parameter)?, parameter))).filter(|(name, _)| !name.is_empty()).collect::<Vec<_>>()
    };
    let (values, names) = (named(Parameter::is_stored), named(|parameter| parameter.parameter_type == NAME));
    if values.is_empty() && names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let actor = scope.forward();
    let wanted = values.iter().chain(&names).map(|(name, _)| name.clone()).collect();
    let held = fetch(scope, &actor, &wanted)?;
    if let Some(missing) = listed(values.iter().map(|(name, _)| name).filter(|name| !held.contains_key(*name))) {
        return Err(invalid(format!("Unable to fetch parameters [{missing}] from parameter store for this account.")));
    }
    if let Some((name, parameter)) = names.iter().find(|(name, _)| !held.contains_key(name)) {
        let message = format!("Parameter validation failed: parameter value {name} for parameter name {} does not exist", parameter.name);
        return Err(invalid(message));
    }
    let of_kind = |wrong: &dyn Fn(&Parameter, &str) -> bool| {
        listed(values.iter().filter(|(name, parameter)| wrong(parameter, &held[name].kind)).map(|(name, _)| name))
    };
    if let Some(secure) = of_kind(&|_, kind| kind == "SecureString") {
        return Err(invalid(format!("Parameters [{secure}] referenced by template have types not supported by CloudFormation.")));
    }
    if let Some(other) = of_kind(&|parameter, kind| parameter.is_list() != (kind == "StringList")) {
        return Err(invalid(format!("Types for SSM parameters [{other}] defined in CFN template and SSM are incompatible")));
    }
    let stored = values.into_iter().filter_map(|(name, _)| Some((name.clone(), held.get(&name)?.value.clone())));
    Ok(stored.collect())
}

/// The values of plain dynamic references, which the stack's role must be allowed to read, or the caller if it has none.
pub(crate) fn of_references(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    role: Option<&Arn>,
    names: BTreeSet<String>,
) -> Result<BTreeMap<String, String>, Error> {
    let actor = match role.or(stack.role_arn.as_ref()) {
        Some(role) => workflow::role_actor(scope, stack, role)
            .map_err(|e| Error { denial: e.denial, ..invalid(format!("Role {role} is invalid or cannot be assumed\n{}", e.message)) })?,
        None => scope.forward(),
    };
    of_actor(scope, &actor, names)
}

/// As `of_references`, for who acts for the stack.
pub(crate) fn of_actor(
    scope: &mut Scope<'_, CloudFormation>,
    actor: &Actor,
    names: BTreeSet<String>,
) -> Result<BTreeMap<String, String>, Error> {
    if names.len() > MOST_REFERENCES {
        return Err(invalid(format!("The template has {} dynamic references; AWS takes {MOST_REFERENCES} at most", names.len())));
    }
    let held = fetch(scope, actor, &names)?;
    let missing = names.iter().filter(|name| !held.contains_key(*name)).map(|name| format!("ssm:{name}")).collect::<Vec<_>>();
    if !missing.is_empty() {
        return Err(invalid(format!("Parameters: [{}] cannot be found.", missing.join(", "))));
    }
    if let Some(secure) = listed(held.iter().filter(|(_, held)| held.kind == "SecureString").map(|(name, _)| name)) {
        return Err(invalid(format!("Non-secure ssm prefix was used for secure parameter {secure}")));
    }
    Ok(held.into_iter().map(|(name, held)| (name, held.value)).collect())
}
