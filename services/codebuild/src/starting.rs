//! How a build begins: its number, its rows, its work.

use crate::{
    CodeBuild,
    checks::GIT_HOSTS,
    error::{invalid, too_many_active},
    model::ProjectSource,
    names::Owner,
    state::{
        ACTIVE, BUILDS_BY_PROJECT, BUILDS_BY_TIME, BuildRow, IN_PROGRESS, NUMBERS, ProjectRow, TOKENS, TOKENS_BY_TIME, TokenRow, TokenTime,
    },
    workflows::build,
};
use gate::{Caller, Error, Identity, Scope};
use serde::Serialize;
use std::time::Duration;

/// How long an idempotency token counts.
const TOKEN_LIFE: Duration = Duration::from_secs(5 * 60);
/// Of one build's end: more than what one build brings.
const FORGOTTEN_AT_ONCE: usize = 16;

/// As AWS names those who start builds.
pub(crate) fn initiator(caller: &Caller, pipeline: Option<&str>) -> String {
    match (pipeline, caller.identity()) {
        (Some(pipeline), _) => format!("codepipeline/{pipeline}"),
        (None, Identity::Role(session)) => format!("{}/{}", session.role_name, session.name),
        (None, Identity::User { name, .. }) => name.clone(),
        (None, Identity::Root { .. }) => "root".into(),
        (None, Identity::Service { name, .. }) => name.clone(),
        (None, Identity::Federated(session)) => session.name.clone(),
        (None, Identity::WebIdentity(_) | Identity::Anonymous) => "anonymous".into(),
    }
}

/// What cannot be fetched is refused before a build begins.
pub(crate) fn check_reach<'s>(operation: &str, sources: impl IntoIterator<Item = &'s ProjectSource>) -> Result<(), Error> {
    for source in sources.into_iter().filter(|source| GIT_HOSTS.contains(&source.kind.as_str())) {
        let what = if source.git_submodules_config.as_ref().is_some_and(|config| config.fetch_submodules) {
            "gitSubmodulesConfig.fetchSubmodules"
        } else if source.insecure_ssl == Some(true) {
            "insecureSsl"
        } else {
            continue;
        };
        return Err(Error::not_implemented(&format!("codebuild:{operation} with {what} of source type {}", source.kind)));
    }
    Ok(())
}

/// Group and stream of a build's log. None: it is switched off.
pub(crate) fn log_of(project: &ProjectRow, name: &str, uuid: &str) -> Option<(String, String)> {
    let config = project.logs_config.as_ref().and_then(|c| c.cloud_watch_logs.as_ref());
    if config.is_some_and(|c| c.status == "DISABLED") {
        return None;
    }
    let group = config.and_then(|c| c.group_name.clone()).unwrap_or_else(|| format!("/aws/codebuild/{name}"));
    let stream = config.and_then(|c| c.stream_name.as_ref()).map_or_else(|| uuid.to_string(), |prefix| format!("{prefix}/{uuid}"));
    Some((group, stream))
}

/// What a token started before; or an error, if it asked for something else.
pub(crate) fn started_before(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    operation: &str,
    token: Option<&str>,
    asked: &impl Serialize,
) -> Result<Option<String>, Error> {
    let Some(token) = token else { return Ok(None) };
    let now = scope.now();
    match scope.get(&TOKENS, &owner.row_of(operation, token))? {
        Some(row) if now.since(row.when) > TOKEN_LIFE => Ok(None),
        Some(row) if row.asked == digest(asked)? => Ok(Some(row.id)),
        Some(_) => Err(invalid(format!("Parameter mismatch: the idempotency token '{token}' was used with other parameters"))),
        None => Ok(None),
    }
}

/// Keeps what a token has started.
pub(crate) fn keep_token(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    operation: &str,
    token: Option<&str>,
    asked: &impl Serialize,
    id: &str,
) -> Result<(), Error> {
    let Some(token) = token else { return Ok(()) };
    let when = scope.now();
    let row = TokenRow { id: id.into(), asked: digest(asked)?, when };
    scope.put(&TOKENS, &owner.row_of(operation, token), &row)?;
    let by_time = base::uuid_v7(scope.entropy(), when);
    let noted = TokenTime { operation: operation.into(), token: token.into(), when };
    scope.put(&TOKENS_BY_TIME, &owner.row_of(project_of(id), &by_time), &noted)
}

fn project_of(id: &str) -> &str {
    id.split(':').next().unwrap_or(id)
}

/// Forgets the oldest tokens of a build's project that do not count any more.
pub(crate) fn forget_tokens(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str) -> Result<(), Error> {
    let (now, project) = (scope.now(), project_of(id));
    for (key, noted) in scope.page(&TOKENS_BY_TIME, &owner.row(project), None, FORGOTTEN_AT_ONCE, false)? {
        let Some(by_time) = key.last().filter(|_| now.since(noted.when) > TOKEN_LIFE) else { break };
        let place = owner.row_of(&noted.operation, &noted.token);
        // The same token may have come again since.
        if scope.get(&TOKENS, &place)?.is_some_and(|row| now.since(row.when) > TOKEN_LIFE) {
            scope.delete(&TOKENS, &place);
        }
        scope.delete(&TOKENS_BY_TIME, &owner.row_of(project, by_time));
    }
    Ok(())
}

fn digest(asked: &impl Serialize) -> Result<String, Error> {
    let text = serde_json::to_vec(asked).map_err(Error::internal)?;
    Ok(crate::sums::sha256(&text))
}

/// Whether one more build of a project may run.
pub(crate) fn check_concurrency(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, project: &str, limit: Option<u64>) -> Result<(), Error> {
    let Some(limit) = limit else { return Ok(()) };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let active = scope.page(&ACTIVE, &owner.row(project), None, most, false)?.len();
    if active >= most { Err(too_many_active(limit)) } else { Ok(()) }
}

/// Writes a new build's rows and sets its work going; gives its id.
pub(crate) fn begin(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, uuid: &str, row: &mut BuildRow) -> Result<String, Error> {
    let (name, now) = (row.project.clone(), scope.now());
    let id = format!("{name}:{uuid}");
    row.number = scope.get(&NUMBERS, &owner.row(&name))?.unwrap_or(0) + 1;
    scope.put(&NUMBERS, &owner.row(&name), &row.number)?;
    row.status = IN_PROGRESS.into();
    row.started = now;
    row.phases = Vec::new();
    row.enter("SUBMITTED", now);
    row.enter("QUEUED", now);
    build::save(scope, owner, &id, row)?;
    let by_time = base::uuid_v7(scope.entropy(), now);
    scope.put(&BUILDS_BY_TIME, &owner.row(&by_time), &id)?;
    scope.put(&BUILDS_BY_PROJECT, &owner.row_of(&name, &format!("{:020}", row.number)), &id)?;
    build::begin(scope, owner, &id)?;
    Ok(id)
}
