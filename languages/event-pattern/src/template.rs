//! Templates of what a target is given: `{"bucket": <bucket>, "text": "made of <key>"}`.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use crate::Path;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A template with its variables.
#[derive(Debug, Clone)]
pub struct Template {
    paths: BTreeMap<String, Path>,
    text: String,
}

/// What the reserved variables stand for.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// `aws.events.rule-arn`.
    pub rule_arn: &'a str,
    /// `aws.events.rule-name`.
    pub rule_name: &'a str,
    /// `aws.events.event.ingestion-time`.
    pub ingestion_time: &'a str,
    /// `aws.events.event.json`, and without its detail `aws.events.event`.
    pub event: &'a Value,
}

const RESERVED: &str = "aws.events.";
const MOST_PATHS: usize = 100;

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A path is none, a variable is not declared, or there are too many: in AWS's words.
    pub fn parse(paths: &BTreeMap<String, String>, text: &str) -> Result<Self, String> {
        if paths.len() > MOST_PATHS {
            return Err(format!("InputPathsMap has more than {MOST_PATHS} entries"));
        }
        let mut read = BTreeMap::new();
        for (name, path) in paths {
            if name.to_lowercase().starts_with("aws") {
                return Err(format!("InputPathsMap key {name} must not begin with 'AWS'"));
            }
            let path = Path::parse(path).ok_or_else(|| format!("Invalid InputPath for target: {path} (of {name}) is no JSON path"))?;
            read.insert(name.clone(), path);
        }
        let template = Self { paths: read, text: text.into() };
        match template.placeholders().into_iter().find(|name| !template.knows(name)) {
            Some(name) => Err(format!("InputTemplate for target contains invalid placeholder {name}.")),
            None => Ok(template),
        }
    }

    fn knows(&self, name: &str) -> bool {
        let reserved = ["rule-arn", "rule-name", "event.ingestion-time", "event", "event.json"];
        self.paths.contains_key(name) || name.strip_prefix(RESERVED).is_some_and(|rest| reserved.contains(&rest))
    }

    fn placeholders(&self) -> Vec<&str> {
        let mut rest = self.text.as_str();
        let mut names = Vec::new();
        while let Some((_, tail)) = rest.split_once('<') {
            rest = tail;
            if let Some(name) = placeholder(tail) {
                names.push(name);
            }
        }
        names
    }

    fn value(&self, name: &str, told: &Told<'_>) -> Value {
        if let Some(path) = self.paths.get(name) {
            return path.find(told.event).cloned().unwrap_or(Value::Null);
        }
        match name.strip_prefix(RESERVED) {
            Some("rule-arn") => json!(told.rule_arn),
            Some("rule-name") => json!(told.rule_name),
            Some("event.ingestion-time") => json!(told.ingestion_time),
            Some("event") => {
                let mut event = told.event.clone();
                event.as_object_mut().map(|members| members.remove("detail"));
                event
            }
            _ => told.event.clone(),
        }
    }

    /// The text that the target is given. A variable between quotes adds to the text there; elsewhere it is a value of its own.
    pub fn render(&self, told: &Told<'_>) -> String {
        let mut out = String::with_capacity(self.text.len());
        let (mut quoted, mut escaped) = (false, false);
        let mut rest = self.text.as_str();
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            match letter {
                '<' => match placeholder(rest).filter(|name| self.knows(name)) {
                    Some(name) => {
                        push(&mut out, &self.value(name, told), quoted);
                        rest = &rest[name.len() + 1..];
                    }
                    None => out.push('<'),
                },
                letter => {
                    quoted ^= letter == '"' && !escaped;
                    out.push(letter);
                }
            }
            escaped = letter == '\\' && !escaped;
        }
        out
    }
}

/// The name between angle brackets that a text begins with, behind the first of them.
fn placeholder(text: &str) -> Option<&str> {
    let (name, _) = text.split_once('>')?;
    let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    fits.then_some(name)
}

fn push(out: &mut String, value: &Value, quoted: bool) {
    match (value, quoted) {
        (Value::Null, true) => {}
        (value, false) => out.push_str(&value.to_string()),
        (value, true) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = Value::String(text).to_string();
            out.push_str(&text[1..text.len() - 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str) -> Result<String, String> {
        let paths = [("key", "$.detail.key"), ("size", "$.detail.size"), ("all", "$.detail"), ("none", "$.none")];
        let paths = paths.map(|(name, path)| (name.to_string(), path.to_string())).into();
        let event = json!({"id": "1", "detail": {"key": "a \"b\"", "size": 3}});
        let told = Told { rule_arn: "arn", rule_name: "rule", ingestion_time: "now", event: &event };
        Template::parse(&paths, text).map(|template| template.render(&told))
    }

    #[test]
    fn variables_take_their_place() {
        for (template, wanted) in [
            (r#"{"k": <key>, "n": <size>}"#, r#"{"k": "a \"b\"", "n": 3}"#),
            (r#""<key> has <size>""#, r#""a \"b\" has 3""#),
            (r#"{"x": "<none>", "y": <none>}"#, r#"{"x": "", "y": null}"#),
            (r#"{"d": <all>}"#, r#"{"d": {"key":"a \"b\"","size":3}}"#),
            (r#"{"r": <aws.events.rule-name>, "e": <aws.events.event>}"#, r#"{"r": "rule", "e": {"id":"1"}}"#),
            (r#"{"a": "\"<size>", "b": "1 < 2"}"#, r#"{"a": "\"3", "b": "1 < 2"}"#),
        ] {
            assert_eq!(render(template).unwrap(), wanted);
        }
        assert_eq!(render("<other>").unwrap_err(), "InputTemplate for target contains invalid placeholder other.");
    }
}
