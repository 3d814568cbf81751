//! The names of an example, turned into the members of inputs that they come from.

use gate::Example;
use serde_json::Value;
use testworld::{MANAGEMENT, REGION};

use crate::prepared::ACCOUNT;

/// Values of inputs, longest first, with the members that held them.
pub struct Names(Vec<(String, String)>);

fn collect(member: &str, value: &Value, names: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => {
            let fits = !text.is_empty() && !text.starts_with(['$', '{']) && text.len() < 200;
            if fits && !names.iter().any(|(have, _)| have == text) {
                names.push((text.clone(), member.to_owned()));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(member, item, names)),
        Value::Object(members) => members.iter().for_each(|(member, value)| collect(member, value, names)),
        _ => {}
    }
}

fn is_border(c: Option<char>) -> bool {
    c.is_none_or(|c| matches!(c, '/' | ':' | '*'))
}

/// `text` with each whole part of it that is `name` replaced.
fn replaced(text: &str, name: &str, by: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(name) {
        let (head, tail) = (&rest[..at], &rest[at + name.len()..]);
        out.push_str(head);
        let left = head.chars().last().or(before);
        let whole = is_border(left) && is_border(tail.chars().next());
        out.push_str(if whole { by } else { name });
        before = name.chars().last();
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn is_id(part: &str) -> bool {
    let uuid = part.len() == 36 && part.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let unique =
        (16..=21).contains(&part.len()) && part.starts_with('A') && part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    uuid && part.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) || unique
}

impl Names {
    /// The names in a call's own input come before those in the calls before it.
    pub fn of(input: &Value, example: &Example) -> Self {
        let mut names = Vec::new();
        collect("", input, &mut names);
        example.before.iter().for_each(|before| collect("", &before.input, &mut names));
        names.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self(names)
    }

    /// An ARN or a name without what is the example's own.
    pub fn general(&self, text: &str) -> String {
        if let Some((_, member)) = self.0.iter().find(|(value, _)| value == text && value.starts_with("arn:")) {
            return format!("{{{member}}}");
        }
        let (head, resource) = text.match_indices(':').nth(4).map_or(("", text), |(at, _)| text.split_at(at));
        let mut general: String = resource
            .split_inclusive(['/', ':'])
            .map(|part| match part.strip_suffix(['/', ':']) {
                Some(bare) if is_id(bare) => format!("{{id}}{}", &part[bare.len()..]),
                None if is_id(part) => "{id}".to_owned(),
                _ => part.to_owned(),
            })
            .collect();
        for (value, member) in &self.0 {
            general = replaced(&general, value, &format!("{{{member}}}"));
        }
        let mut general = format!("{head}{general}");
        for account in [ACCOUNT, MANAGEMENT] {
            general = replaced(&general, account, "{account}");
        }
        replaced(&general, REGION, "{region}")
    }
}
