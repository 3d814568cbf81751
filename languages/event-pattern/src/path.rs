//! Paths to a part of an event: `$.detail.bucket.name`.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use serde_json::Value;

/// A path to a part of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
}

impl Path {
    /// Reads a path; None: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix('.') {
                let end = tail.find(['.', '[']).unwrap_or(tail.len());
                let name = Some(&tail[..end]).filter(|name| !name.is_empty())?;
                steps.push(Step::Name(name.into()));
                rest = &tail[end..];
            } else {
                let tail = rest.strip_prefix('[')?;
                let quote = tail.chars().next().filter(|c| matches!(c, '\'' | '"'));
                let (step, after) = match quote {
                    Some(quote) => {
                        let (name, after) = tail[1..].split_once(quote)?;
                        (Step::Name(name.into()), after.strip_prefix(']')?)
                    }
                    None => {
                        let (index, after) = tail.split_once(']')?;
                        (Step::Index(index.parse().ok()?), after)
                    }
                };
                steps.push(step);
                rest = after;
            }
        }
        Some(Self(steps))
    }

    /// The part, if the event has it.
    pub fn find<'v>(&self, event: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(event, |at, step| match step {
            Step::Name(name) => at.get(name),
            Step::Index(index) => at.get(*index),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_into_events() {
        let event = json!({"detail": {"a-b": [1, {"c d": true}]}});
        for (path, wanted) in [
            ("$", Some(&event)),
            ("$.detail.a-b[0]", Some(&json!(1))),
            ("$.detail['a-b'][1][\"c d\"]", Some(&json!(true))),
            ("$.detail.none", None),
            ("$.detail.a-b[7]", None),
        ] {
            assert_eq!(Path::parse(path).unwrap().find(&event), wanted, "{path}");
        }
        for wrong in ["", "detail", "$detail", "$.", "$..a", "$.a[", "$.a[x]", "$['a", "$.a[*]"] {
            assert_eq!(Path::parse(wrong), None, "{wrong}");
        }
    }
}
