//! `#{namespace.Name}` in action configurations.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html>

use std::collections::BTreeMap;

/// The namespace of the pipeline's own variables, and that of an execution's facts.
pub(crate) const PIPELINE: &str = "variables";
pub(crate) const EXECUTION: &str = "codepipeline";

/// A resolved value is at most this long: AWS's limit for all variables of an action.
const MAX_RESOLVED: usize = 122_880;

/// One reference, as (namespace, name).
pub(crate) type Reference<'a> = (&'a str, &'a str);

enum Piece<'a> {
    Text(&'a str),
    Reference(Reference<'a>),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("#{") {
        let inner = &rest[start + 2..];
        let Some(end) = inner.find('}') else { break };
        match inner[..end].split_once('.') {
            Some((namespace, name)) if word(namespace) && word(name) => {
                pieces.push(Piece::Text(&rest[..start]));
                pieces.push(Piece::Reference((namespace, name)));
                rest = &inner[end + 1..];
            }
            _ => {
                pieces.push(Piece::Text(&rest[..start + 2]));
                rest = inner;
            }
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-@".contains(c))
}

/// All references in a text.
pub(crate) fn references(text: &str) -> Vec<Reference<'_>> {
    pieces(text).into_iter().filter_map(|p| if let Piece::Reference(r) = p { Some(r) } else { None }).collect()
}

/// The text with its references' values. `within_json`: the values stand inside JSON strings.
///
/// Err: why it could not be resolved.
pub(crate) fn resolve(text: &str, within_json: bool, lookup: impl Fn(Reference<'_>) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Reference((namespace, name)) => {
                let value = lookup((namespace, name)).ok_or_else(|| format!("#{{{namespace}.{name}}} has no value"))?;
                if within_json {
                    let quoted = serde_json::Value::from(value).to_string();
                    out.push_str(&quoted[1..quoted.len() - 1]);
                } else {
                    out.push_str(&value);
                }
            }
        }
        if out.len() > MAX_RESOLVED {
            return Err(format!("the resolved value is longer than {MAX_RESOLVED} bytes"));
        }
    }
    Ok(out)
}

/// The settings whose values are JSON.
const JSON_SETTINGS: [&str; 2] = ["EnvironmentVariables", "ParameterOverrides"];

/// A configuration with its references' values.
pub(crate) fn resolve_all(
    configuration: &BTreeMap<String, String>,
    lookup: impl Fn(Reference<'_>) -> Option<String>,
) -> Result<BTreeMap<String, String>, String> {
    let resolved = |(name, text): (&String, &String)| {
        let value = resolve(text, JSON_SETTINGS.contains(&name.as_str()), &lookup)?;
        Ok((name.clone(), value))
    };
    configuration.iter().map(resolved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup((namespace, name): Reference<'_>) -> Option<String> {
        (namespace == "S" && name == "Message").then(|| "say \"hi\"\n".to_string())
    }

    #[test]
    fn values_take_the_place_of_references() {
        assert_eq!(resolve("a #{S.Message}b", false, lookup).unwrap(), "a say \"hi\"\nb");
        assert_eq!(resolve(r##"["#{S.Message}"]"##, true, lookup).unwrap(), r#"["say \"hi\"\n"]"#);
        assert_eq!(resolve("#{S.Other}", false, lookup).unwrap_err(), "#{S.Other} has no value");
    }

    #[test]
    fn what_is_no_reference_stays() {
        for plain in ["", "#", "#{", "#{a}", "#{a.b", "#{ a.b }", "${S.Message}", "#{#{}}"] {
            assert_eq!(resolve(plain, false, |_| None).unwrap(), plain);
            assert!(references(plain).is_empty(), "{plain}");
        }
        assert_eq!(references("#{#{S.Message}"), [("S", "Message")]);
    }
}
