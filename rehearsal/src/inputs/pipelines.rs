//! Pipelines that are given as JSON.

use super::{
    facts::{Named, arns},
    options::Problem,
    texts::{Bindings, TOKEN, Text},
    units::{Shape, shape},
};
use crate::Value as Filled;
use serde_json::{Value, json};

/// A pipeline on its way into the estate.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub file: String,
    pub input: Value,
    /// The ARNs in it, that of its role with the service `codepipeline`.
    pub named: Vec<Named>,
    /// What an article calls its account.
    pub label: Option<String>,
}

/// Reads the input of CreatePipeline, the answer of GetPipeline, or a pipeline as such. None: it is none of them.
pub(super) fn read(text: &Text, bindings: &Bindings) -> Result<Option<Given>, Problem> {
    let made = text.filled_in(bindings);
    let Some(tree) = text.tree(&made)? else { return Ok(None) };
    let whole = match shape(&tree) {
        Shape::Pipeline => tree.literal().to_json(),
        Shape::BarePipeline => json!({"pipeline": tree.literal().to_json()}),
        _ => return Ok(None),
    };
    let mut input = json!({"pipeline": whole["pipeline"]});
    if let Some(tags) = whole.get("tags") {
        input["tags"] = tags.clone();
    }
    let mut named = Vec::new();
    each_text(&input, &mut String::new(), &mut |_, text| arns(text, &mut named));
    let mut role = Vec::new();
    arns(input.pointer("/pipeline/roleArn").and_then(Value::as_str).unwrap_or_default(), &mut role);
    named.extend(role.into_iter().map(|arn| Named { service: "codepipeline".into(), ..arn }));
    Ok(Some(Given { file: text.file.clone(), input, named, label: None }))
}

/// What is to be filled in: pointer, token, output.
pub(super) fn outputs(input: &Value, output: &dyn Fn(&str) -> Option<Filled>) -> Vec<(String, String, Filled)> {
    let mut found = Vec::new();
    each_text(input, &mut String::new(), &mut |pointer, text| {
        for token in tokens(text) {
            found.extend(output(token).map(|value| (pointer.to_owned(), token.to_owned(), value)));
        }
    });
    found
}

/// The tokens in a text.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(TOKEN) {
        let digits = text[start + TOKEN.len()..].bytes().take_while(u8::is_ascii_digit).count();
        found.extend(text.get(start..start + TOKEN.len() + digits + 1).filter(|token| token.ends_with('z')));
    }
    found
}

fn each_text(value: &Value, pointer: &mut String, each: &mut dyn FnMut(&str, &str)) {
    let length = pointer.len();
    match value {
        Value::String(text) => each(pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                each_text(item, pointer, each);
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                each_text(member, pointer, each);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
