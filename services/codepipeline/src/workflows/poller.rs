use super::{run, webhook};
use crate::{
    CodePipeline,
    declaration::PipelineDeclaration,
    pipelines, providers,
    state::{PIPELINES, PipelineRow, Trigger},
};
use base::AccountId;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Starts a pipeline when a source of it changes: the source action then makes its calls as the pipeline's role.
/// One for each version of a pipeline that has a source with `PollForSourceChanges`, or by a connection.
pub(crate) struct Poller;

/// Which pipeline, and what its sources are told by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PollerState {
    pipeline: String,
    topics: Vec<String>,
    subscribed: bool,
}

impl Workflow for Poller {
    type Service = CodePipeline;
    const NAME: &'static str = "Poller";
    type State = PollerState;

    fn token() -> CodePipeline {
        CodePipeline(())
    }

    fn step(work: &mut Work<'_, Self>, mut state: PollerState) -> Result<Next<PollerState>, Error> {
        let account = work.owner();
        let signals = work.signals();
        let changed = signals.iter().any(is_new);
        let found = work.get(&PIPELINES, &[account.as_str(), state.pipeline.as_str()])?;
        let Some(pipeline) = found.filter(|p| p.poller.as_deref() == Some(work.id())) else { return Ok(Next::Done) };
        if !state.subscribed {
            for topic in &state.topics {
                work.subscribe(topic)?;
            }
            state.subscribed = true;
        }
        let pushed: Vec<&Value> = signals.iter().filter(|change| change["connection"].is_string()).collect();
        if !changed && pushed.is_empty() {
            return Ok(Next::Wait(state));
        }
        let declaration = pipelines::declaration(work, account, &state.pipeline, pipeline.version)?;
        let mut starts: Vec<run::Start> = pushed.into_iter().filter_map(|change| webhook::start(&declaration, change)).collect();
        if changed {
            let trigger = Trigger { trigger_type: "PollForSourceChanges".into(), trigger_detail: None };
            starts.push(run::Start::by(trigger, pipelines::defaults(&declaration)));
        }
        for start in starts {
            match run::start(work, account, &declaration, &pipeline, start) {
                // As many as there may be are under way: AWS starts no more then.
                Err(e) if e.code == "ConcurrentPipelineExecutionsLimitExceededException" => {}
                started => {
                    started?;
                }
            }
        }
        Ok(Next::Wait(state))
    }

    fn give_up(_work: &mut Work<'_, Self>, _state: PollerState, _error: &Error) -> Result<(), Error> {
        Ok(())
    }
}

/// A branch or an object that was deleted is no new revision.
fn is_new(change: &Value) -> bool {
    if change["connection"].is_string() || !change.is_object() {
        return false;
    }
    let branch_deleted = change.get("commit").is_some_and(Value::is_null);
    let object_deleted = change["event"].as_str().is_some_and(|event| event.starts_with("ObjectRemoved"));
    !branch_deleted && !object_deleted
}

/// What the sources that poll are told by.
fn topics(pipeline: &PipelineDeclaration, region: &str, account: AccountId) -> Vec<String> {
    let polling = pipeline.actions().filter(|(_, a)| {
        a.action_type_id.category == "Source" && a.setting("PollForSourceChanges").is_none_or(|v| !v.eq_ignore_ascii_case("false"))
    });
    let mut topics: Vec<String> = polling
        .filter_map(|(_, a)| {
            let owner = a.role_arn.as_ref().and_then(base::Arn::account).unwrap_or(account);
            providers::provider(&a.action_type_id, &a.name).ok()?.source_topic(a, region, owner.as_str())
        })
        .collect();
    topics.sort();
    topics.dedup();
    topics
}

/// Starts the poller of a pipeline's new version, and ends the one before.
pub(crate) fn replace(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    pipeline: &PipelineDeclaration,
    row: &mut PipelineRow,
) -> Result<(), Error> {
    let topics = topics(pipeline, scope.region().as_str(), account);
    let id = format!("codepipeline/poller/{}/{}", row.generation, row.version);
    let old = std::mem::take(&mut row.poller);
    if !topics.is_empty() {
        durable::start::<Poller>(scope, &id, account, &PollerState { pipeline: pipeline.name.clone(), topics, subscribed: false })?;
        row.poller = Some(id);
    }
    end(scope, old)
}

/// Wakes a poller that no pipeline names any more: it ends.
pub(crate) fn end(scope: &mut Scope<'_, CodePipeline>, poller: Option<String>) -> Result<(), Error> {
    match poller {
        Some(id) => durable::signal(scope, &id, json!("replaced")),
        None => Ok(()),
    }
}
