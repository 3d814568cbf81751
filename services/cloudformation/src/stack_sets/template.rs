//! What a stack set's template asks for.

use crate::{
    CloudFormation,
    error::{findings, invalid},
    evaluation::parsed,
    prepare::{Parameter, check_capabilities, check_tags, kinds},
    state::Tag,
};
use gate::{Error, Scope};
use std::collections::BTreeMap;

/// The values of a template's parameters.
pub(crate) struct Declared {
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) hidden: Vec<String>,
}

/// Checks what can be checked without an account, and settles the values of all parameters.
pub(crate) fn declare(
    scope: &mut Scope<'_, CloudFormation>,
    text: &str,
    given: &[Parameter],
    before: &BTreeMap<String, String>,
    capabilities: &[String],
    tags: &[Tag],
) -> Result<Declared, Error> {
    let template = parsed(text).map_err(|list| findings(&list))?;
    kinds(scope, &template)?;
    check_capabilities(&template, capabilities)?;
    check_tags(tags)?;
    let known = template.parameters();
    let unknown: Vec<&str> = given.iter().map(|p| p.parameter_key.as_str()).filter(|key| !known.iter().any(|p| p.name == *key)).collect();
    if !unknown.is_empty() {
        return Err(invalid(format!("Parameters: [{}] do not exist in the template", unknown.join(", "))));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for parameter in known {
        let own = given.iter().find(|p| p.parameter_key == parameter.name);
        let value = match own {
            Some(own) if own.use_previous_value == Some(true) => before.get(&parameter.name).cloned(),
            Some(own) => own.parameter_value.as_ref().map(|value| value.expose().clone()),
            None => None,
        };
        match value.or_else(|| parameter.default.clone()) {
            Some(value) => {
                values.insert(parameter.name.clone(), value);
            }
            None => missing.push(parameter.name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(invalid(format!("Parameters: [{}] must have values", missing.join(", "))));
    }
    let hidden = known.iter().filter(|p| p.no_echo).map(|p| p.name.clone()).collect();
    Ok(Declared { values, hidden })
}
