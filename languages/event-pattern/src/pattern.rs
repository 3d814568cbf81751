//! Event patterns.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>

use crate::matcher::Matcher;
use serde_json::{Map, Value};
use std::fmt;

/// Which events a rule is for: `{"source": ["aws.s3"], "detail": {"bucket": {"name": [{"prefix": "shop-"}]}}}`.
#[derive(Debug, Clone)]
pub struct Pattern(Fields);

/// Why a text is no pattern, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPattern(String);

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event pattern is not valid. Reason: {}", self.0)
    }
}
impl std::error::Error for InvalidPattern {}

pub(crate) fn invalid<T>(why: impl Into<String>) -> Result<T, InvalidPattern> {
    Err(InvalidPattern(why.into()))
}

/// Each field must match, and of each `$or` one of its alternatives.
#[derive(Debug, Clone)]
struct Fields {
    fields: Vec<(String, Field)>,
    either: Vec<Vec<Fields>>,
}

#[derive(Debug, Clone)]
enum Field {
    /// One of these.
    Leaf(Vec<Matcher>),
    Inner(Fields),
}

const DEEPEST: usize = 64;
const OR: &str = "$or";

impl Pattern {
    /// The longest pattern of a rule, in characters.
    pub const LONGEST: usize = 4096;

    /// Reads a pattern.
    ///
    /// # Errors
    /// It is none, and why.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => fields(&members, 0).map(Self),
            Ok(_) => invalid("Filter is not an object"),
            Err(e) => invalid(e.to_string()),
        }
    }

    /// Whether an event is one of those.
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(event)
    }

    /// The texts that a field may have, if the pattern names each of them: what conditions of policies are about.
    pub fn texts(&self, path: &[&str]) -> Vec<String> {
        let Some((last, inner)) = path.split_last() else { return Vec::new() };
        let mut at = &self.0;
        for name in inner {
            match at.field(name) {
                Some(Field::Inner(fields)) => at = fields,
                _ => return Vec::new(),
            }
        }
        match at.field(last) {
            Some(Field::Leaf(matchers)) => matchers.iter().filter_map(Matcher::text).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }
}

impl Fields {
    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|(own, _)| own == name).map(|(_, field)| field)
    }

    /// Of a list of objects, one must match as a whole.
    fn matches(&self, value: &Value) -> bool {
        match value {
            Value::Object(members) => self.matches_members(members),
            Value::Array(items) => items.iter().any(|item| self.matches(item)),
            _ => self.matches_members(&Map::new()),
        }
    }

    fn matches_members(&self, members: &Map<String, Value>) -> bool {
        let fields = self.fields.iter().all(|(name, field)| match field {
            Field::Leaf(matchers) => matchers.iter().any(|matcher| matches_leaf(matcher, members.get(name))),
            Field::Inner(inner) => match members.get(name) {
                Some(value) => inner.matches(value),
                // What is not there may be asked not to be there.
                None => inner.matches_members(&Map::new()),
            },
        });
        fields && self.either.iter().all(|alternatives| alternatives.iter().any(|one| one.matches_members(members)))
    }
}

/// A list matches if one of its items does; an object is no leaf.
fn matches_leaf(matcher: &Matcher, value: Option<&Value>) -> bool {
    let mut leaves = Vec::new();
    collect(value, &mut leaves);
    match matcher {
        Matcher::Exists(wanted) => *wanted != leaves.is_empty(),
        other => leaves.iter().any(|leaf| other.matches(leaf)),
    }
}

fn collect<'v>(value: Option<&'v Value>, leaves: &mut Vec<&'v Value>) {
    match value {
        None | Some(Value::Object(_)) => {}
        Some(Value::Array(items)) => items.iter().for_each(|item| collect(Some(item), leaves)),
        Some(leaf) => leaves.push(leaf),
    }
}

fn fields(members: &Map<String, Value>, depth: usize) -> Result<Fields, InvalidPattern> {
    if members.is_empty() {
        return invalid("Empty objects are not allowed");
    }
    if depth > DEEPEST {
        return invalid(format!("It is nested more than {DEEPEST} levels deep"));
    }
    let mut all = Fields { fields: Vec::new(), either: Vec::new() };
    for (name, value) in members {
        match value {
            Value::Array(items) if name == OR && is_either(items) => {
                let alternatives = items.iter().filter_map(Value::as_object).map(|one| fields(one, depth + 1));
                all.either.push(alternatives.collect::<Result<_, _>>()?);
            }
            Value::Array(items) if items.is_empty() => return invalid("Empty arrays are not allowed"),
            Value::Array(items) => {
                let matchers = items.iter().map(Matcher::read).collect::<Result<_, _>>()?;
                all.fields.push((name.clone(), Field::Leaf(matchers)));
            }
            Value::Object(inner) => all.fields.push((name.clone(), Field::Inner(fields(inner, depth + 1)?))),
            _ => return invalid(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(all)
}

/// `$or` is also a name that a field may have: it is the operator in front of two or more objects that are no matchers.
fn is_either(items: &[Value]) -> bool {
    let alternative = |item: &Value| item.as_object().is_some_and(|one| !one.is_empty() && !one.keys().any(|name| Matcher::is_name(name)));
    items.len() > 1 && items.iter().all(alternative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(pattern: Value, event: Value, wanted: bool) {
        assert_eq!(Pattern::parse(&pattern.to_string()).unwrap().matches(&event), wanted, "{pattern} {event}");
    }
    #[track_caller]
    fn refused(pattern: &str, why: &str) {
        let error = Pattern::parse(pattern).unwrap_err().to_string();
        assert!(error.contains(why), "{pattern}: {error}");
    }

    #[test]
    fn fields_lists_and_absences() {
        let event = json!({"source": "aws.s3", "resources": ["a", "b"], "detail": {"n": 3, "none": null, "t": true, "l": [{"x": 1, "y": 2}, {"x": 3}]}});
        for (pattern, wanted) in [
            (json!({"source": ["aws.ec2", "aws.s3"]}), true),
            (json!({"source": ["aws.ec2"]}), false),
            (json!({"resources": ["b"]}), true),
            (json!({"detail": {"n": [3.0]}}), true),
            (json!({"detail": {"n": ["3"]}}), false),
            (json!({"detail": {"none": [null]}}), true),
            (json!({"detail": {"other": [null]}}), false),
            (json!({"detail": {"t": [true]}, "source": ["aws.s3"]}), true),
            (json!({"detail": {"other": [{"exists": false}]}}), true),
            (json!({"other": {"deep": [{"exists": false}]}}), true),
            (json!({"other": {"deep": [{"exists": true}]}}), false),
            (json!({"detail": [{"exists": true}]}), false),
            (json!({"detail": {"l": {"x": [1], "y": [2]}}}), true),
            (json!({"detail": {"l": {"x": [3], "y": [2]}}}), false),
            (json!({"$or": [{"source": ["x"]}, {"detail": {"n": [3]}}]}), true),
            (json!({"$or": [{"source": ["x"]}, {"detail": {"n": [4]}}]}), false),
            (json!({"$or": [{"source": ["x"]}, {"source": ["aws.s3"]}], "resources": ["z"]}), false),
        ] {
            check(pattern, event.clone(), wanted);
        }
    }

    #[test]
    fn each_operator() {
        for (matcher, text, wanted) in [
            (json!({"prefix": "shop-"}), json!("shop-1"), true),
            (json!({"prefix": "shop-"}), json!("Shop-1"), false),
            (json!({"prefix": {"equals-ignore-case": "SHOP"}}), json!("shop-1"), true),
            (json!({"suffix": ".zip"}), json!("a.zip"), true),
            (json!({"suffix": {"equals-ignore-case": ".ZIP"}}), json!("a.zip"), true),
            (json!({"suffix": ".zip"}), json!("zip.a"), false),
            (json!({"equals-ignore-case": "MAIN"}), json!("main"), true),
            (json!({"wildcard": "re*/*.txt"}), json!("release/1/a.txt"), true),
            (json!({"wildcard": "re*/*.txt"}), json!("release.txt"), false),
            (json!({"wildcard": "a\\*b"}), json!("a*b"), true),
            (json!({"wildcard": "a\\*b"}), json!("axb"), false),
            (json!({"anything-but": "main"}), json!("dev"), true),
            (json!({"anything-but": ["main", "dev"]}), json!("dev"), false),
            (json!({"anything-but": [1, 2]}), json!(3), true),
            (json!({"anything-but": {"prefix": "re"}}), json!("release"), false),
            (json!({"anything-but": {"prefix": ["x", "re"]}}), json!("release"), false),
            (json!({"anything-but": {"suffix": ["x", ".txt"]}}), json!("a.zip"), true),
            (json!({"anything-but": {"equals-ignore-case": ["MAIN"]}}), json!("main"), false),
            (json!({"anything-but": {"wildcard": "*/lib/*"}}), json!("a/lib/b"), false),
            (json!({"numeric": [">", 0, "<=", 5]}), json!(5), true),
            (json!({"numeric": [">", 0, "<=", 5]}), json!(0), false),
            (json!({"numeric": ["=", 3.5]}), json!(3.5), true),
            (json!({"numeric": ["=", 3.5]}), json!("3.5"), false),
            (json!({"cidr": "10.0.0.0/24"}), json!("10.0.0.255"), true),
            (json!({"cidr": "10.0.0.0/24"}), json!("10.0.1.0"), false),
            (json!({"cidr": "2001:db8::/32"}), json!("2001:db8::1"), true),
            (json!({"cidr": "10.0.0.0/24"}), json!("main"), false),
            (json!({"exists": true}), json!(null), true),
        ] {
            check(json!({"f": [matcher]}), json!({"f": text}), wanted);
        }
        check(json!({"f": [{"anything-but": "x"}]}), json!({}), false);
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        refused("[]", "Filter is not an object");
        refused("{", "EOF");
        refused("{}", "Empty objects are not allowed");
        refused(r#"{"source": []}"#, "Empty arrays are not allowed");
        refused(r#"{"source": "aws.s3"}"#, "\"source\" must be an object or an array");
        refused(r#"{"source": [["aws.s3"]]}"#, "Match value must be String, number, true, false, or null");
        refused(r#"{"source": [{"like": "a"}]}"#, "Unrecognized match type like");
        refused(r#"{"source": [{"prefix": 1}]}"#, "prefix match pattern must be a string");
        refused(r#"{"source": [{"prefix": "a", "suffix": "b"}]}"#, "Only one key allowed in match expression");
        refused(r#"{"n": [{"numeric": [">", "a"]}]}"#, "Value of > must be numeric");
        refused(r#"{"n": [{"numeric": ["!", 1]}]}"#, "Unrecognized numeric range operator: !");
        refused(r#"{"n": [{"numeric": [">", 5, "<", 1]}]}"#, "Bottom must be less than top");
        refused(r#"{"n": [{"anything-but": ["a", 1]}]}"#, "mixed type is not supported");
        refused(r#"{"n": [{"exists": 1}]}"#, "exists match pattern must be either true or false");
        refused(r#"{"n": [{"cidr": "10.0.0.0"}]}"#, "Malformed CIDR, one '/' required");
        refused(r#"{"n": [{"wildcard": "a**"}]}"#, "Consecutive wildcard characters at pos 1");
        refused(&format!("{}[1]{}", r#"{"a":"#.repeat(80), "}".repeat(80)), "nested more than");
    }

    #[test]
    fn its_texts_are_told() {
        let pattern = Pattern::parse(r#"{"source": ["aws.s3", {"prefix": "x"}], "detail": {"service": ["EC2"]}}"#).unwrap();
        assert_eq!(pattern.texts(&["source"]), ["aws.s3"]);
        assert_eq!(pattern.texts(&["detail", "service"]), ["EC2"]);
        assert!(pattern.texts(&["detail"]).is_empty() && pattern.texts(&["other", "x"]).is_empty());
    }
}
