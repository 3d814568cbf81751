//! Whether a resource has the properties that its type takes.

use super::{MARKER, finding};
use gate::{Property, ResourceType, Shape};
use template::{Diagnostic, Located, LocatedValue, ResourcePlan, did_you_mean};

pub(super) fn check_properties(kind: &dyn ResourceType, resource: &ResourcePlan, properties: &Located, findings: &mut Vec<Diagnostic>) {
    let known = kind.properties();
    let LocatedValue::Map(members) = &properties.value else { return };
    for (name, value) in members {
        match known.iter().find(|p| p.name == name) {
            Some(property) => findings.extend(misshapen(property, value, resource)),
            None if kind.has_property(name) => {}
            None => {
                let names = known.iter().map(|p| p.name);
                let all = format!("Sekisho knows of {}: {}", kind.name(), names.clone().collect::<Vec<_>>().join(", "));
                let help = did_you_mean(name, names).map_or(all.clone(), |meant| format!("{meant} {all}"));
                let message = format!("Resource {}: Encountered unsupported property {name}", resource.logical_id);
                findings.push(finding(&value.span, message, Some(help)));
            }
        }
    }
    for property in known.iter().filter(|p| p.required && properties.get(p.name).is_none()) {
        let message = format!(
            "Property validation failure: [The property {{/{}}} is required] for resource {} of type {}",
            property.name,
            resource.logical_id,
            kind.name()
        );
        findings.push(finding(&resource.span, message, Some(format!("add {} to its Properties", property.name))));
    }
}

/// A value of another kind than the property has. What is known only when it is made is decided then.
fn misshapen(property: &Property, value: &Located, resource: &ResourcePlan) -> Option<Diagnostic> {
    let (found, fits) = match &value.value {
        LocatedValue::Null => return None,
        LocatedValue::String(text) if text.contains(MARKER) => return None,
        LocatedValue::String(_) => ("String", matches!(property.shape, Shape::Scalar | Shape::Document)),
        LocatedValue::Bool(_) => ("Boolean", property.shape == Shape::Scalar),
        LocatedValue::Number(_) => ("Number", property.shape == Shape::Scalar),
        LocatedValue::List(_) => ("JSONArray", property.shape == Shape::List),
        LocatedValue::Map(_) => ("JSONObject", matches!(property.shape, Shape::Structure | Shape::Document)),
    };
    let expected = match property.shape {
        Shape::Scalar => "String",
        Shape::List => "JSONArray",
        Shape::Structure | Shape::Document => "JSONObject",
    };
    let (id, name) = (&resource.logical_id, property.name);
    let message =
        format!("Properties validation failed for resource {id} with message: [#/{name}: expected type: {expected}, found: {found}]");
    (!fits).then(|| finding(&value.span, message, None))
}
