//! What is not known of a call: something stands for it, and a verdict that rests on that is none.

use crate::grants::meets_form;
use script::{Call, Piece, Word};
use serde_json::{Map, Value};

/// Stands for what is not known, where a text must stand.
pub(crate) const STAND_IN: &str = "xnotknownx";
/// As many reasons as the policy engine tells of a denial; there may be more.
const MOST_REASONS: usize = 5;

/// Why a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Because {
    /// Where it was read.
    pub(crate) text: String,
    /// Whether the script comes to it in any case.
    pub(crate) certain: bool,
    /// Whether all is known of it that conditions may ask for; of a call that a trail tells of, it is not.
    pub(crate) whole: bool,
}

/// What is made of a denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It is one, on this resource.
    Denied(String),
    /// Some statement may allow it: it depends on what is not known.
    Open(String),
}

fn stand_in(word: &Word) -> String {
    word.0.iter().map(|piece| if let Piece::Known(text) = piece { text.as_str() } else { STAND_IN }).collect()
}

/// The call's input with something for all that is not known.
pub(super) fn filled(call: &Call) -> Value {
    let mut input = call.input.clone();
    for (pointer, word) in &call.unknown {
        let Some(name) = pointer.strip_prefix('/') else { continue };
        if !input.is_object() {
            input = Value::Object(Map::new());
        }
        input[name] = Value::String(stand_in(word));
    }
    input
}

/// What a denial is worth: where something stands for what is not known, and a statement would allow the call with something else
/// in its place, nothing is known.
pub(crate) fn judge(action: &str, resource: &str, context: &Value, reasons: &[Value]) -> Judged {
    if !(resource.contains(STAND_IN) || context.to_string().contains(STAND_IN)) {
        return Judged::Denied(resource.to_owned());
    }
    let pattern = resource.replace(STAND_IN, "*");
    // Of what nothing is known may be anything that the action is done on.
    let forms = match actions::action(action).filter(|_| resource.splitn(6, ':').nth(5) == Some(STAND_IN)) {
        Some((service, action)) => service.resource_types_of(action).map(|kind| kind.arn.to_owned()).collect(),
        None => vec![resource.replace(STAND_IN, "${x}")],
    };
    let meets = |expected: &str| forms.iter().any(|form| meets_form(expected, form));
    let member = |reason: &Value, name: &str| reason[name].as_str().unwrap_or_default().to_owned();
    let near: Vec<&Value> = reasons.iter().filter(|reason| reason["role"] == "nearMiss").collect();
    let open = near.iter().any(|reason| {
        let (element, expected) = (member(reason, "element"), member(reason, "expected"));
        match element.as_str() {
            "Resource" => expected.ends_with("...") || expected.split(", ").any(meets),
            "NotResource" => true,
            element if element.starts_with("Condition") => member(reason, "seen").contains(STAND_IN),
            _ => false,
        }
    });
    if open || near.len() >= MOST_REASONS { Judged::Open(pattern) } else { Judged::Denied(pattern) }
}
