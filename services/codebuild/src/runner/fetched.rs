//! Variables whose values are kept elsewhere: read as the build's role before its commands run, and never shown in its log.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.parameter-store>

use super::{book::Ending, log::Log, objects::told};
use crate::{model::plaintext, state::BuildRow};
use base::Secret;
use buildspec::Buildspec;
use gate::{Client, Error};
use serde_json::Value;
use std::collections::BTreeMap;

const PARAMETER_STORE: &str = "PARAMETER_STORE";
const SECRETS_MANAGER: &str = "SECRETS_MANAGER";
/// Parameters of one call.
const BATCH: usize = 10;

/// Values by what names them.
pub(super) struct Fetched {
    parameters: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

fn no_parameter(why: impl Into<String>) -> Ending {
    Ending::failed("Decrypted Variables Error", why)
}

fn no_secret(why: impl Into<String>) -> Ending {
    Ending::failed("Secrets Manager Error", why)
}

/// What the build and its buildspec name, each once.
fn named<'n>(row: &'n BuildRow, kind: &str, spec: &'n BTreeMap<String, String>) -> Vec<&'n str> {
    let own = row.environment.environment_variables.iter().filter(|variable| variable.kind == kind).map(|variable| variable.value.as_str());
    // What the start or the project overrides is not read.
    let overridden = |name: &str| row.environment.environment_variables.iter().any(|variable| variable.name == name);
    let specs = spec.iter().filter(|(name, _)| !overridden(name)).map(|(_, value)| value.as_str());
    let mut all: Vec<&str> = own.chain(specs).collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl Fetched {
    /// Reads all values; from here on the log masks them.
    pub(super) fn read(client: &Client, row: &BuildRow, spec: &Buildspec, log: &Log) -> Result<Self, Ending> {
        log.say("Processing environment variables");
        let names = named(row, PARAMETER_STORE, &spec.env.parameter_store);
        let mut fetched = Self { parameters: BTreeMap::new(), secrets: BTreeMap::new() };
        if !names.is_empty() {
            log.say("Decrypting parameter store environment variables");
        }
        for batch in names.chunks(BATCH) {
            fetched.parameters.extend(parameters(client, batch)?);
        }
        for reference in named(row, SECRETS_MANAGER, &spec.env.secrets_manager) {
            fetched.secrets.insert(reference.to_owned(), secret(client, reference)?);
        }
        log.mask(fetched.parameters.values().chain(fetched.secrets.values()).map(String::as_str));
        Ok(fetched)
    }

    /// Puts the values in the place of their names.
    pub(super) fn into(self, row: &mut BuildRow, spec: &mut Buildspec) {
        for variable in &mut row.environment.environment_variables {
            let values = match variable.kind.as_str() {
                PARAMETER_STORE => &self.parameters,
                SECRETS_MANAGER => &self.secrets,
                _ => continue,
            };
            if let Some(value) = values.get(&variable.value) {
                variable.value.clone_from(value);
                variable.kind = plaintext();
            }
        }
        let env = &mut spec.env;
        for (names, values) in [(&env.parameter_store, &self.parameters), (&env.secrets_manager, &self.secrets)] {
            for (name, reference) in names {
                if let Some(value) = values.get(reference) {
                    env.variables.insert(name.clone(), value.clone());
                }
            }
        }
    }
}

fn parameters(client: &Client, names: &[&str]) -> Result<Vec<(String, String)>, Ending> {
    let input = || ssm::GetParametersInput { names: names.iter().map(|name| (*name).to_owned()).collect(), with_decryption: true };
    let found = client.call::<ssm::GetParameters>(input).map_err(|error| no_parameter(told(&error)))?;
    if let Some(missing) = found.invalid_parameters.first() {
        return Err(no_parameter(format!("parameter does not exist: {missing}")));
    }
    let bare = |name: &str| name.trim().trim_start_matches('/').to_owned();
    let value = |name: &str| {
        let named = |parameter: &&ssm::FoundParameter| {
            let selector = parameter.selector.as_deref().unwrap_or_default();
            [parameter.name.as_str(), parameter.arn.as_str()].iter().any(|own| bare(&format!("{own}{selector}")) == bare(name))
        };
        found.parameters.iter().find(named).map(|parameter| parameter.value.expose().clone())
    };
    let pair = |name: &&str| {
        let value = value(name).ok_or_else(|| no_parameter(format!("parameter does not exist: {name}")))?;
        Ok(((*name).to_owned(), value))
    };
    names.iter().map(pair).collect()
}

/// `secret-id:json-key:version-stage:version-id`, where all but the first may be left out.
struct Reference<'r> {
    id: &'r str,
    key: Option<&'r str>,
    stage: Option<&'r str>,
    version: Option<&'r str>,
}

impl<'r> Reference<'r> {
    fn read(text: &'r str) -> Self {
        // An ARN has six colons of its own.
        let own = if text.starts_with("arn:") { 6 } else { 0 };
        let end = text.match_indices(':').nth(own).map_or(text.len(), |(at, _)| at);
        let mut rest = text[end..].split(':').skip(1).map(|part| Some(part).filter(|part| !part.is_empty()));
        let mut next = || rest.next().flatten();
        Self { id: &text[..end], key: next(), stage: next(), version: next() }
    }
}

fn secret(client: &Client, text: &str) -> Result<String, Ending> {
    let reference = Reference::read(text);
    let text = string(client, &reference).map_err(no_secret)?;
    let Some(key) = reference.key else { return Ok(text.expose().clone()) };
    let json: Value = serde_json::from_str(text.expose())
        .map_err(|_| no_secret(format!("the secret {} is not JSON, so it has no key {key}", reference.id)))?;
    match json.get(key) {
        Some(Value::String(value)) => Ok(value.clone()),
        Some(other) => Ok(other.to_string()),
        None => Err(no_secret(format!("the secret {} does not contain the JSON key {key}", reference.id))),
    }
}

/// A secret's whole text.
pub(super) fn secret_text(client: &Client, id: &str) -> Result<Secret<String>, String> {
    string(client, &Reference { id, key: None, stage: None, version: None })
}

fn string(client: &Client, reference: &Reference<'_>) -> Result<Secret<String>, String> {
    let input = || secretsmanager::GetSecretValueInput {
        secret_id: reference.id.into(),
        version_id: reference.version.map(str::to_owned),
        version_stage: reference.stage.map(str::to_owned),
    };
    let found = client.call::<secretsmanager::GetSecretValue>(input).map_err(|error: Error| told(&error))?;
    found.value.secret_string.ok_or_else(|| format!("the secret {} holds bytes, not a string", reference.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read() {
        let read = |text| {
            let Reference { id, key, stage, version } = Reference::read(text);
            (id, key, stage, version)
        };
        assert_eq!(read("db"), ("db", None, None, None));
        assert_eq!(read("db:password"), ("db", Some("password"), None, None));
        assert_eq!(read("db::AWSPREVIOUS"), ("db", None, Some("AWSPREVIOUS"), None));
        let arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-abcdef";
        assert_eq!(read(arn), (arn, None, None, None));
        assert_eq!(read(&format!("{arn}:user:AWSCURRENT:v1")), (arn, Some("user"), Some("AWSCURRENT"), Some("v1")));
    }
}
