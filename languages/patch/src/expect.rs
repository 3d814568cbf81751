//! What a document must hold after a change: computed on values, with nothing of how they are written.

use crate::Step;
use serde_json::{Map, Value, json};

/// A change of a value that has been found.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// At the end of a list, or of what stands for one.
    Append(Value),
    Insert(String, Value),
    Replace(Value),
    Remove,
    /// The only item of what stands for a list goes.
    Clear,
}

/// The value with the change made. None: the change does not fit it.
pub(crate) fn expected(mut root: Value, steps: &[Step], action: &Action) -> Option<Value> {
    let target = match action {
        Action::Remove => at(&mut root, &steps[..steps.len().checked_sub(1)?])?,
        _ => at(&mut root, steps)?,
    };
    match action {
        Action::Append(value) => {
            *target = match target.take() {
                Value::Array(mut items) => {
                    items.push(value.clone());
                    Value::Array(items)
                }
                Value::Null => json!([value]),
                single => json!([single, value]),
            }
        }
        Action::Insert(key, value) => match target {
            Value::Object(map) => _ = map.insert(key.clone(), value.clone()),
            Value::Null => *target = Value::Object(Map::from_iter([(key.clone(), value.clone())])),
            _ => return None,
        },
        Action::Replace(value) => *target = value.clone(),
        Action::Clear => *target = json!([]),
        Action::Remove => match (target, steps.last()?) {
            (Value::Array(items), Step::Index(index)) if *index < items.len() => _ = items.remove(*index),
            (Value::Object(map), Step::Key(key)) => _ = map.shift_remove(key)?,
            _ => return None,
        },
    }
    Some(root)
}

/// The value that the steps lead to.
pub(crate) fn at<'v>(root: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(root, |value, step| match (value, step) {
        (Value::Array(items), Step::Index(index)) => items.get_mut(*index),
        (Value::Object(map), Step::Key(key)) => map.get_mut(key),
        _ => None,
    })
}
