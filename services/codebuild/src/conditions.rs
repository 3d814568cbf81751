//! The condition keys of declaring a project and of starting a build.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodebuild.html>

use gate::Demand;
use serde_json::Value;

/// What a key tells of its member.
enum Kind {
    /// That it is given.
    Given,
    /// Its text or truth.
    Itself,
    /// The list of these members of its items.
    Each(&'static str),
}

/// Key, where a project has it, where a start has it (each empty: nowhere), and what it tells.
const KEYS: &[(&str, &str, &str, Kind)] = &[
    ("artifacts", "/artifacts", "/artifactsOverride", Kind::Given),
    ("artifacts.bucketOwnerAccess", "/artifacts/bucketOwnerAccess", "/artifactsOverride/bucketOwnerAccess", Kind::Itself),
    ("artifacts.encryptionDisabled", "/artifacts/encryptionDisabled", "/artifactsOverride/encryptionDisabled", Kind::Itself),
    ("artifacts.location", "/artifacts/location", "/artifactsOverride/location", Kind::Itself),
    ("buildBatchConfig", "/buildBatchConfig", "/buildBatchConfigOverride", Kind::Given),
    ("buildBatchConfig.serviceRole", "/buildBatchConfig/serviceRole", "/buildBatchConfigOverride/serviceRole", Kind::Itself),
    ("cache", "/cache", "/cacheOverride", Kind::Given),
    ("cache.location", "/cache/location", "/cacheOverride/location", Kind::Itself),
    ("cache.modes", "/cache/modes", "/cacheOverride/modes", Kind::Each("")),
    ("cache.type", "/cache/type", "/cacheOverride/type", Kind::Itself),
    ("encryptionKey", "/encryptionKey", "/encryptionKeyOverride", Kind::Itself),
    ("environment", "/environment", "", Kind::Given),
    ("environment.computeType", "/environment/computeType", "/computeTypeOverride", Kind::Itself),
    ("environment.environmentVariables", "/environment/environmentVariables", "/environmentVariablesOverride", Kind::Given),
    ("environment.environmentVariables.name", "/environment/environmentVariables", "/environmentVariablesOverride", Kind::Each("name")),
    ("environment.environmentVariables.value", "/environment/environmentVariables", "/environmentVariablesOverride", Kind::Each("value")),
    ("environment.image", "/environment/image", "/imageOverride", Kind::Itself),
    ("environment.imagePullCredentialsType", "/environment/imagePullCredentialsType", "/imagePullCredentialsTypeOverride", Kind::Itself),
    ("environment.privilegedMode", "/environment/privilegedMode", "/privilegedModeOverride", Kind::Itself),
    ("environment.type", "/environment/type", "/environmentTypeOverride", Kind::Itself),
    ("logsConfig", "/logsConfig", "/logsConfigOverride", Kind::Given),
    ("logsConfig.s3Logs", "/logsConfig/s3Logs", "/logsConfigOverride/s3Logs", Kind::Given),
    ("logsConfig.s3Logs.location", "/logsConfig/s3Logs/location", "/logsConfigOverride/s3Logs/location", Kind::Itself),
    ("logsConfig.s3Logs.status", "/logsConfig/s3Logs/status", "/logsConfigOverride/s3Logs/status", Kind::Itself),
    ("secondaryArtifacts", "/secondaryArtifacts", "/secondaryArtifactsOverride", Kind::Given),
    ("secondaryArtifacts.artifactIdentifier", "/secondaryArtifacts", "/secondaryArtifactsOverride", Kind::Each("artifactIdentifier")),
    ("secondaryArtifacts.location", "/secondaryArtifacts", "/secondaryArtifactsOverride", Kind::Each("location")),
    ("secondarySources", "/secondarySources", "/secondarySourcesOverride", Kind::Given),
    ("secondarySources.location", "/secondarySources", "/secondarySourcesOverride", Kind::Each("location")),
    ("secondarySources.sourceIdentifier", "/secondarySources", "/secondarySourcesOverride", Kind::Each("sourceIdentifier")),
    ("serviceRole", "/serviceRole", "/serviceRoleOverride", Kind::Itself),
    ("source", "/source", "/sourceTypeOverride", Kind::Given),
    ("source.auth.resource", "/source/auth/resource", "/sourceAuthOverride/resource", Kind::Itself),
    ("source.auth.type", "/source/auth/type", "/sourceAuthOverride/type", Kind::Itself),
    ("source.buildspec", "/source/buildspec", "/buildspecOverride", Kind::Given),
    ("source.insecureSsl", "/source/insecureSsl", "/insecureSslOverride", Kind::Itself),
    ("source.location", "/source/location", "/sourceLocationOverride", Kind::Itself),
];

fn texts(items: &Value, member: &str) -> Vec<String> {
    let text = |item: &Value| {
        let own = if member.is_empty() { Some(item) } else { item.get(member) };
        own.and_then(Value::as_str).map(str::to_owned)
    };
    items.as_array().into_iter().flatten().filter_map(text).collect()
}

fn add(mut demand: Demand, input: &Value, of_start: bool) -> Demand {
    for (key, of_project, at_start, kind) in KEYS {
        let pointer = if of_start { at_start } else { of_project };
        let Some(value) = input.pointer(pointer).filter(|value| !pointer.is_empty() && !value.is_null()) else { continue };
        let key = format!("codebuild:{key}");
        demand = match (kind, value) {
            (Kind::Given, Value::Array(items)) if items.is_empty() => demand,
            (Kind::Given, _) => demand.with(key, true),
            (Kind::Each(member), items) => match texts(items, member) {
                none if none.is_empty() => demand,
                some => demand.with(key, some),
            },
            (Kind::Itself, Value::String(text)) => demand.with(key, text.as_str()),
            (Kind::Itself, Value::Bool(truth)) => demand.with(key, *truth),
            (Kind::Itself, _) => demand,
        };
    }
    demand
}

/// With the keys of a project that is declared.
pub(crate) fn of_project(demand: Demand, input: &impl serde::Serialize) -> Demand {
    serde_json::to_value(input).map_or(demand.clone(), |input| add(demand, &input, false))
}

/// With the keys of a start.
pub(crate) fn of_start(demand: Demand, input: &impl serde::Serialize) -> Demand {
    serde_json::to_value(input).map_or(demand.clone(), |input| add(demand, &input, true))
}
