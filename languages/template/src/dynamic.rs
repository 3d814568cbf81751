//! Dynamic references: `{{resolve:service:...}}`.
//!
//! Plain parameters are put in place of their references. References to secrets stay as they are written: what a resource
//! looks like is kept and shown, and whoever makes it fetches its secrets then.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>

use std::ops::Range;

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

/// The dynamic references of a text with their bytes in it; None for one that cannot be read.
pub fn dynamic_references(text: &str) -> Vec<(Range<usize>, Option<DynamicReference>)> {
    let mut found = Vec::new();
    let mut done = 0;
    while let Some(open) = text[done..].find(OPEN).map(|at| at + done) {
        let Some(close) = text[open..].find("}}").map(|at| at + open) else { break };
        found.push((open..close + 2, DynamicReference::parse(&text[open + OPEN.len()..close])));
        done = close + 2;
    }
    found
}

/// Replaces every reference to a plain parameter in a value, and checks the others.
pub(crate) fn resolve(value: Located, resolver: Option<Resolver<'_>>, findings: &mut Vec<Diagnostic>) -> Located {
    let Located { value: inner, span, via, parts, secret } = value;
    let inner = match inner {
        LocatedValue::List(items) => LocatedValue::List(items.into_iter().map(|item| resolve(item, resolver, findings)).collect()),
        LocatedValue::Map(members) => {
            LocatedValue::Map(members.into_iter().map(|(key, item)| (key, resolve(item, resolver, findings))).collect())
        }
        LocatedValue::String(text) if text.contains(OPEN) => {
            let whole = Located { value: LocatedValue::String(text), span, via, parts, secret };
            return string(whole, resolver, findings);
        }
        other => other,
    };
    Located { value: inner, span, via, parts, secret }
}

fn string(whole: Located, resolver: Option<Resolver<'_>>, findings: &mut Vec<Diagnostic>) -> Located {
    let text = whole.text().unwrap_or_default();
    let mut composed = Composed::default();
    let mut done = 0;
    for (range, reference) in dynamic_references(text) {
        let before = whole.slice(done, range.start);
        composed.push_value(&text[done..range.start], &before);
        let here = whole.slice(range.start, range.end);
        done = range.end;
        match one(reference, &here.shown(), resolver) {
            Ok(None) => composed.push_value(&text[range], &here),
            Ok(Some(found)) => {
                let found = Located { secret: here.secret, ..Located::new(LocatedValue::String(found), here.span) };
                composed.push_value(found.text().unwrap_or_default(), &found);
            }
            Err((message, help)) => findings.push(Diagnostic::error(&here.span, message).help(help)),
        }
    }
    composed.push_value(&text[done..], &whole.slice(done, text.len()));
    Located { via: whole.via.clone(), ..composed.finish(&whole.span) }
}

/// What stands for a reference; None when it stays.
fn one(reference: Option<DynamicReference>, name: &str, resolver: Option<Resolver<'_>>) -> Result<Option<String>, (String, String)> {
    let reference = reference.ok_or_else(|| {
        let what = if name.starts_with("{{resolve:ssm") { "SSM" } else { "dynamic" };
        (
            format!("Incorrect format is used in the following {what} reference: [{name}]"),
            "write {{resolve:ssm:name:version}}, {{resolve:ssm-secure:name:version}} or {{resolve:secretsmanager:secret:SecretString:key}}"
                .to_owned(),
        )
    })?;
    if reference.is_secret() {
        return Ok(None);
    }
    let failed = |why: String| (format!("Could not resolve the dynamic reference {name}"), why);
    let resolver = resolver.ok_or_else(|| failed("dynamic references cannot be answered here".to_owned()))?;
    resolver(&reference).map(Some).map_err(failed)
}
