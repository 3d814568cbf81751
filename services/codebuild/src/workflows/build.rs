//! A build as long work: the role is assumed, the runner is told to run it, and its end is waited for.

use crate::{
    CodeBuild, RetryBuild, RetryBuildInput, events,
    model::PhaseContext,
    names::Owner,
    starting::forget_tokens,
    state::{ACTIVE, BUILDS, BuildRow, FAILED, FAULT, STOPPED, TIMED_OUT},
};
use base::AccountId;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope, StoredCaller};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

pub(crate) struct BuildWork;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    account: AccountId,
    region: String,
    id: String,
    running: bool,
}

/// What the runner is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) id: String,
    /// The project's role, assumed.
    pub(crate) actor: StoredCaller,
}

/// The runner's handler of commands.
pub(crate) const RUN: &str = "run";
/// A runner ends builds that take too long; where none is there, this much later the work ends by itself.
const GRACE: Duration = Duration::from_secs(600);

pub(crate) fn work_id(owner: &Owner, id: &str) -> String {
    format!("codebuild/{}/{}/{id}", owner.account, owner.region)
}

/// Starts the work of a build whose row is written.
pub(crate) fn begin(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str) -> Result<(), Error> {
    let state = State { account: owner.account, region: owner.region.clone(), id: id.into(), running: false };
    durable::start::<BuildWork>(scope, &work_id(owner, id), owner.account, &state)
}

/// Writes a build, counts it among the active ones while it is one, and tells the feed.
pub(crate) fn save(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str, row: &BuildRow) -> Result<(), Error> {
    let before = scope.get(&BUILDS, &owner.row(id))?;
    scope.put(&BUILDS, &owner.row(id), row)?;
    let place = owner.row_of(&row.project, id);
    match row.ended {
        None if before.is_none() => scope.put(&ACTIVE, &place, &row.started)?,
        None => {}
        Some(_) => scope.delete(&ACTIVE, &place),
    }
    // Who waits for a build waits for its end.
    if before.as_ref().is_none_or(|before| before.status != row.status) {
        let arn = owner.build_arn(id);
        durable::publish(scope, &format!("build/{arn}"), json!({"id": id, "arn": arn, "buildStatus": row.status}))?;
    }
    events::changed(scope, owner, id, before.as_ref(), row)
}

/// Tries a failed build again, as its role, where that is asked for and it was not done as often as it may.
fn retry(work: &mut Work<'_, BuildWork>, owner: &Owner, id: &str, row: &mut BuildRow) -> Result<(), Error> {
    let asked = row.retry_wanted.unwrap_or(0).max(row.auto_retry.as_ref().map_or(0, |auto| auto.auto_retry_limit));
    let done = row.auto_retry.as_ref().map_or(0, |auto| auto.auto_retry_number);
    let again = row.status == FAILED && done < asked && row.source.kind != "CODEPIPELINE" && row.part.is_none();
    if !again || row.auto_retry.as_ref().is_some_and(|auto| auto.next_auto_retry.is_some()) {
        return Ok(());
    }
    let service = work.as_service(owner.account, Some(&owner.project_arn(&row.project)));
    let input = RetryBuildInput { id: id.into(), idempotency_token: None, auto: Some(asked) };
    let retried =
        work.assume(&service, row.service_role.as_str(), &session_name(id)).and_then(|actor| work.invoke::<RetryBuild>(&actor, input));
    // A role that may not try again is no fault of the build; its record tells of the denial.
    if let Ok(output) = retried {
        let auto = row.auto_retry.get_or_insert_default();
        (auto.auto_retry_limit, auto.next_auto_retry) = (asked, Some(output.build.arn));
        work.put(&BUILDS, &owner.row(id), row)?;
    }
    Ok(())
}

pub(crate) fn session_name(id: &str) -> String {
    format!("AWSCodeBuild-{}", id.rsplit(':').next().unwrap_or(id))
}

impl Workflow for BuildWork {
    type Service = CodeBuild;
    const NAME: &'static str = "Build";
    type State = State;

    fn token() -> CodeBuild {
        CodeBuild(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let owner = Owner { account: state.account, region: state.region.clone() };
        let now = work.now();
        let Some(mut row) = work.get(&BUILDS, &owner.row(&state.id))? else { return Ok(Next::Done) };
        if row.ended.is_some() {
            forget_tokens(work, &owner, &state.id)?;
            retry(work, &owner, &state.id, &mut row)?;
            return Ok(Next::Done);
        }
        let minutes = row.timeout_in_minutes + row.queued_timeout_in_minutes;
        let deadline = row.started.plus(Duration::from_secs(minutes * 60) + GRACE);
        if state.running && now < deadline {
            return Ok(Next::At(state, deadline));
        }
        if state.running || row.stopping {
            row.complete(if row.stopping { STOPPED } else { TIMED_OUT }, Vec::new(), now);
            save(work, &owner, &state.id, &row)?;
            return Ok(Next::Done);
        }
        let service = work.as_service(owner.account, Some(&owner.project_arn(&row.project)));
        let actor = match &row.session {
            Some(session) => work.resume(session),
            None => work.assume(&service, row.service_role.as_str(), &session_name(&state.id)),
        };
        match actor {
            Ok(actor) => {
                let order = Order { account: owner.account, region: owner.region.clone(), id: state.id.clone(), actor: work.keep(&actor)? };
                let payload = serde_json::to_value(order).map_err(Error::internal)?;
                work.command(RUN, &work_id(&owner, &state.id), payload)?;
                Ok(Next::At(State { running: true, ..state }, deadline))
            }
            Err(error) => {
                row.enter("PROVISIONING", now);
                let message = format!(
                    "CodeBuild is not authorized to perform: sts:AssumeRole on {}. Error message: {}",
                    row.service_role, error.message
                );
                row.complete(FAILED, vec![PhaseContext::new("ACCESS_DENIED", message)], now);
                save(work, &owner, &state.id, &row)?;
                Ok(Next::Done)
            }
        }
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, error: &Error) -> Result<(), Error> {
        let owner = Owner { account: state.account, region: state.region };
        let now = work.now();
        let Some(mut row) = work.get(&BUILDS, &owner.row(&state.id))? else { return Ok(()) };
        row.complete(FAULT, vec![PhaseContext::new("INTERNAL_ERROR", error.to_string())], now);
        save(work, &owner, &state.id, &row)
    }
}
