//! Dynamic references: `{{resolve:service:...}}`.

use crate::diagnostic::Diagnostic;
use crate::inputs::Resolver;
use crate::located::{Composed, Located, LocatedValue};

/// A value that is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DynamicReference {
    /// A parameter of Systems Manager.
    Ssm {
        /// Its name.
        name: String,
        /// Its version; the latest when there is none.
        version: Option<String>,
    },
    /// An encrypted parameter of Systems Manager.
    SsmSecure {
        /// Its name.
        name: String,
        /// Its version; the latest when there is none.
        version: Option<String>,
    },
    /// A secret of Secrets Manager.
    SecretsManager {
        /// Its name or ARN.
        secret_id: String,
        /// The key in its JSON; the whole secret string when there is none.
        json_key: Option<String>,
        /// Its version, by stage.
        version_stage: Option<String>,
        /// Its version, by id.
        version_id: Option<String>,
    },
}

const OPEN: &str = "{{resolve:";

impl DynamicReference {
    /// Whether the value must be kept out of sight.
    pub fn is_secret(&self) -> bool {
        !matches!(self, DynamicReference::Ssm { .. })
    }

    /// Reads what stands between `{{resolve:` and `}}`.
    pub fn parse(text: &str) -> Option<DynamicReference> {
        let (service, rest) = text.split_once(':')?;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match service {
            "ssm" | "ssm-secure" => {
                let (name, version) = match rest.rsplit_once(':') {
                    Some((name, version)) => (name, Some(version.parse::<u64>().ok()?.to_string())),
                    None => (rest, None),
                };
                let name = some(name)?;
                Some(if service == "ssm" { DynamicReference::Ssm { name, version } } else { DynamicReference::SsmSecure { name, version } })
            }
            "secretsmanager" => {
                // An ARN has six colons of its own.
                let length = if rest.starts_with("arn:") {
                    rest.match_indices(':').nth(6).map_or(rest.len(), |(at, _)| at)
                } else {
                    rest.find(':').unwrap_or(rest.len())
                };
                let (secret_id, options) = rest.split_at(length);
                let mut options = options.split(':').skip(1);
                match options.next() {
                    None | Some("" | "SecretString") => {}
                    Some(_) => return None,
                }
                let mut next = || options.next().and_then(some);
                let (json_key, version_stage, version_id) = (next(), next(), next());
                match (options.next(), &version_stage, &version_id) {
                    (Some(_), ..) | (_, Some(_), Some(_)) => None,
                    _ => Some(DynamicReference::SecretsManager { secret_id: some(secret_id)?, json_key, version_stage, version_id }),
                }
            }
            _ => None,
        }
    }
}

/// Replaces every dynamic reference in a value. With `shown`, secrets are refused.
pub(crate) fn resolve(value: Located, resolver: Option<Resolver<'_>>, shown: bool, findings: &mut Vec<Diagnostic>) -> Located {
    let Located { value: inner, span, via, parts, secret } = value;
    let inner = match inner {
        LocatedValue::List(items) => LocatedValue::List(items.into_iter().map(|item| resolve(item, resolver, shown, findings)).collect()),
        LocatedValue::Map(members) => {
            LocatedValue::Map(members.into_iter().map(|(key, item)| (key, resolve(item, resolver, shown, findings))).collect())
        }
        LocatedValue::String(text) if text.contains(OPEN) => {
            let whole = Located { value: LocatedValue::String(text), span, via, parts, secret };
            return string(whole, resolver, shown, findings);
        }
        other => other,
    };
    Located { value: inner, span, via, parts, secret }
}

fn string(whole: Located, resolver: Option<Resolver<'_>>, shown: bool, findings: &mut Vec<Diagnostic>) -> Located {
    let text = whole.text().unwrap_or_default();
    let mut composed = Composed::default();
    let mut done = 0;
    while let Some(open) = text[done..].find(OPEN).map(|at| at + done) {
        let Some(close) = text[open..].find("}}").map(|at| at + open) else {
            break;
        };
        let before = whole.slice(done, open);
        composed.push_value(&text[done..open], &before);
        let here = whole.slice(open, close + 2);
        match one(&text[open + OPEN.len()..close], &here.shown(), resolver, shown) {
            Ok((found, secret)) => {
                let found = Located { secret, ..Located::new(LocatedValue::String(found), here.span) };
                composed.push_value(found.text().unwrap_or_default(), &found);
            }
            Err((message, help)) => findings.push(Diagnostic::error(&here.span, message).help(help)),
        }
        done = close + 2;
    }
    composed.push_value(&text[done..], &whole.slice(done, text.len()));
    Located { via: whole.via.clone(), ..composed.finish(&whole.span) }
}

fn one(text: &str, name: &str, resolver: Option<Resolver<'_>>, shown: bool) -> Result<(String, bool), (String, String)> {
    let reference = DynamicReference::parse(text).ok_or_else(|| {
        (
            format!("Incorrect format is used in the following dynamic reference: [{name}]"),
            "write {{resolve:ssm:name:version}}, {{resolve:ssm-secure:name:version}} or {{resolve:secretsmanager:secret:SecretString:key}}"
                .to_owned(),
        )
    })?;
    if shown && reference.is_secret() {
        let message = format!("The dynamic reference {name} would show a secret in an output");
        return Err((message, "remove it: outputs can be read by anyone who may describe the stack".to_owned()));
    }
    let failed = |why: String| (format!("Could not resolve the dynamic reference {name}"), why);
    let resolver = resolver.ok_or_else(|| failed("dynamic references cannot be answered here".to_owned()))?;
    let value = resolver(&reference).map_err(failed)?;
    Ok((value, reference.is_secret()))
}
