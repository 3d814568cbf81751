//! Filters: what a JSONPath selects of a payload has to be as said. Members, indexes and `*` are understood; `..`, slices and
//! expressions are refused when a webhook is declared.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_WebhookFilterRule.html>

use super::WebhookFilterRule;
use crate::declaration::ActionDeclaration;
use serde_json::Value;

#[derive(Debug, PartialEq, Eq)]
enum Part<'p> {
    Member(&'p str),
    Index(usize),
    Every,
}

/// The parts of `$.a.b[0]['c']`.
fn parts(path: &str) -> Result<Vec<Part<'_>>, String> {
    let wrong = |why: &str| format!("The jsonPath '{path}' {why}");
    let mut rest = path.strip_prefix('$').ok_or_else(|| wrong("does not begin with $"))?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("..").or_else(|| rest.strip_prefix("[?")).or_else(|| rest.strip_prefix("[(")) {
            return Err(wrong(&format!("searches or computes before '{after}', which is not supported; name members and indexes")));
        }
        if let Some(after) = rest.strip_prefix('.') {
            let (name, more) = after.split_at(after.find(['.', '[']).unwrap_or(after.len()));
            if name.is_empty() || name.contains(['\'', '"', ']', '(', ')', '?', '@']) {
                return Err(wrong("has a member without a plain name"));
            }
            parts.push(if name == "*" { Part::Every } else { Part::Member(name) });
            rest = more;
        } else if let Some(after) = rest.strip_prefix('[') {
            let quote = after.chars().next().filter(|c| matches!(c, '\'' | '"'));
            let (inside, more) = match quote {
                Some(quote) => after[1..].split_once(&format!("{quote}]")),
                None => after.split_once(']'),
            }
            .ok_or_else(|| wrong("has a bracket that is not closed"))?;
            parts.push(match inside {
                name if quote.is_some() && !name.contains(['\'', '"', '\\']) => Part::Member(name),
                "*" => Part::Every,
                digits => {
                    let index = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
                    Part::Index(index.ok_or_else(|| wrong("has brackets with neither an index, nor a quoted name, nor *"))?)
                }
            });
            rest = more;
        } else {
            return Err(wrong("goes on with neither '.' nor '['"));
        }
    }
    Ok(parts)
}

/// What is wrong with a path.
pub(super) fn check(path: &str) -> Result<(), String> {
    parts(path).map(drop)
}

fn selected<'v>(parts: &[Part<'_>], payload: &'v Value) -> Vec<&'v Value> {
    parts.iter().fold(vec![payload], |found, part| {
        let step = |value: &'v Value| -> Vec<&'v Value> {
            match (part, value) {
                (Part::Member(name), Value::Object(members)) => members.get(*name).into_iter().collect(),
                (Part::Index(index), Value::Array(items)) => items.get(*index).into_iter().collect(),
                (Part::Every, Value::Array(items)) => items.iter().collect(),
                (Part::Every, Value::Object(members)) => members.values().collect(),
                _ => Vec::new(),
            }
        };
        found.into_iter().flat_map(step).collect()
    })
}

/// With the action's settings in place of `{Branch}` and the like.
fn filled(text: &str, target: &ActionDeclaration) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').and_then(|(name, more)| Some((target.setting(name)?, more))) {
            Some((value, more)) => {
                filled.push_str(value);
                rest = more;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// Whether a payload fits.
pub(super) fn fits(rule: &WebhookFilterRule, target: &ActionDeclaration, payload: &Value) -> bool {
    let Ok(parts) = parts(&rule.json_path) else { return false };
    let found = selected(&parts, payload);
    let Some(wanted) = &rule.match_equals else { return !found.is_empty() };
    let wanted = filled(wanted, target);
    let said = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    found.into_iter().filter_map(said).any(|text| text == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fit(path: &str, wanted: Option<&str>) -> bool {
        let target = json!({
            "name": "Code", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
            "configuration": {"BranchName": "main", "RepositoryName": "site"},
        });
        let payload = json!({
            "ref": "refs/heads/main", "number": 7, "deleted": false, "repository": {"full.name": "shop/site", "owner": null},
            "commits": [{"id": "a"}, {"id": "b"}],
        });
        let rule = WebhookFilterRule { json_path: path.into(), match_equals: wanted.map(str::to_owned) };
        fits(&rule, &serde_json::from_value(target).unwrap(), &payload)
    }

    #[test]
    fn what_is_selected_has_to_be_as_said() {
        for (path, wanted) in [
            ("$.ref", Some("refs/heads/{BranchName}")),
            ("$['ref']", Some("refs/heads/main")),
            ("$.ref", None),
            ("$.number", Some("7")),
            ("$.deleted", Some("false")),
            ("$.repository['full.name']", Some("shop/{RepositoryName}")),
            ("$.commits[1].id", Some("b")),
            ("$.commits[*]['id']", Some("b")),
            ("$[\"repository\"].*", Some("shop/site")),
            ("$.repository.owner", None),
        ] {
            assert!(fit(path, wanted), "{path} {wanted:?}");
        }
        for (path, wanted) in [
            ("$.ref", Some("refs/heads/{Branch}")),
            ("$.ref", Some("refs/heads/mai")),
            ("$.other", None),
            ("$.commits[2].id", Some("b")),
            ("$.commits.id", Some("b")),
            ("$.repository", Some("{")),
            ("$.repository.owner", Some("null")),
        ] {
            assert!(!fit(path, wanted), "{path} {wanted:?}");
        }
    }

    #[test]
    fn paths_that_are_not_understood_are_refused() {
        for wrong in
            ["", "ref", "$ref", "$.", "$..ref", "$.a[", "$.a[x]", "$.a['b]", "$.a[?(@.b)]", "$.a[-1]", "$.a[0:2]", "$.a.", "$.a()", "$['é"]
        {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
