use crate::{
    PolicyError,
    document::parse_document,
    json::{Node, Value},
};

/// Replaces principals of kind AWS, as IAM does: ARNs become unique ids when a policy is saved, and ids
/// become ARNs again when it is read. `f` gives the replacement of a text, or None to keep it.
/// All else of the text stays as it is.
pub fn rewrite_principals(text: &str, mut f: impl FnMut(&str) -> Option<String>) -> Result<String, PolicyError> {
    let document = parse_document(text)?;
    let mut changes = Vec::new();
    let statements = member(&document, "Statement").map_or(&[][..], Node::one_or_many);
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            let names = member(statement, element).and_then(|principal| member(principal, "AWS"));
            for name in names.map_or(&[][..], Node::one_or_many) {
                let new = name.text().filter(|text| *text != "*").and_then(&mut f);
                changes.extend(new.map(|new| (name.at, name.end, new)));
            }
        }
    }
    changes.sort_unstable();
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    for (at, end, new) in changes {
        written.push_str(&text[from..at]);
        written.push_str(&serde_json::Value::from(new).to_string());
        from = end;
    }
    written.push_str(&text[from..]);
    Ok(written)
}

fn member<'n, 't>(node: &'n Node<'t>, name: &str) -> Option<&'n Node<'t>> {
    match &node.value {
        Value::Object(members) => members.iter().find(|m| m.key == name).map(|m| &m.node),
        _ => None,
    }
}
