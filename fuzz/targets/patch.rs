//! Changes of documents: any text is read or refused, a change gives a document that is read again, and the changes that were
//! made by edits are those that were asked for.
#![no_main]

use fuzz::{pieces, text};
use libfuzzer_sys::fuzz_target;
use patch::{Change, Document, Path, Syntax, apply};
use serde_json::{Value, json};

/// The first paths of a value.
fn paths(value: &Value, path: &Path, all: &mut Vec<Path>) {
    if all.len() >= 24 {
        return;
    }
    all.push(path.clone());
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| paths(item, &path.then(index), all)),
        Value::Object(map) => map.iter().for_each(|(key, item)| paths(item, &path.then(key.as_str()), all)),
        _ => {}
    }
}

fuzz_target!(|data: &[u8]| {
    let mut pieces = pieces(data).map(text);
    let source = pieces.next().unwrap_or_default();
    let word = pieces.next().unwrap_or_else(|| "s3:GetObject".into());
    for syntax in [Syntax::Yaml, Syntax::Json] {
        let Ok(document) = Document::read(&source, syntax) else { continue };
        let Some(value) = document.value(&Path::root()) else { continue };
        let mut all = Vec::new();
        paths(&value, &Path::root(), &mut all);
        for path in all {
            if let Ok(place) = document.locate(&path) {
                assert!(source.get(place.start..place.end).is_some(), "a place lies within the text");
                document.path_at(place.line, place.column);
            }
            for change in [
                Change::Append { path: path.clone(), value: json!(word) },
                Change::Insert { path: path.clone(), key: word.clone(), value: json!([word]) },
                Change::Replace { path: path.clone(), value: json!({ "Fn::Sub": word }) },
                Change::Remove { path: path.clone() },
            ] {
                let Ok(edits) = document.change(std::slice::from_ref(&change)) else { continue };
                let after = apply(&source, &edits).expect("edits fit the text that they are of");
                let next = Document::read(&after, syntax).expect("a changed document is read again");
                if let (Change::Replace { path, value }, false) = (&change, path.0.is_empty()) {
                    let is = next.value(path);
                    assert!(is.is_some(), "what was put in is there: {value}");
                }
            }
        }
    }
});
