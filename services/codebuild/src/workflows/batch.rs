//! A batch as long work: its first build reads which builds follow, and these are started as the batch's role as soon as those
//! that they wait for have succeeded.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/batch-build.html>

use crate::{
    CodeBuild, StartBuild, StartBuildInput, StopBuild, StopBuildInput,
    batches::{BATCHES, BatchRow, GroupState, TaskRow},
    model::{
        EnvironmentVariable,
        batch::{BatchPart, context},
        plaintext,
    },
    names::Owner,
    overrides::add_variables,
    state::{BUILDS, FAILED, FAULT, STOPPED, SUCCEEDED, TIMED_OUT},
};
use base::AccountId;
use durable::{Next, Work, Workflow};
use gate::{Actor, Error, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

pub(crate) struct BatchWork;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    account: AccountId,
    region: String,
    id: String,
}

/// The build that reads the buildspec.
pub(crate) const DOWNLOAD: &str = "DOWNLOAD_SOURCE";
/// How long a batch may take where nothing is said.
const LIMIT: Duration = Duration::from_secs(480 * 60);
/// The feed tells how builds end; this is for a wake that was lost.
const LOOK: Duration = Duration::from_secs(10);

/// What the first build of a batch has read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BatchTasks {
    fast_fail: bool,
    tasks: Vec<TaskRow>,
}

impl BatchTasks {
    pub(crate) fn of(batch: &buildspec::Batch) -> Result<Self, String> {
        Ok(Self { fast_fail: batch.fast_fail, tasks: batch.tasks()?.into_iter().map(TaskRow::from).collect() })
    }
}

fn work_id(owner: &Owner, id: &str) -> String {
    format!("codebuild-batch/{}/{}/{id}", owner.account, owner.region)
}

/// Starts the work of a batch whose row is written.
pub(crate) fn begin(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str) -> Result<(), Error> {
    let state = State { account: owner.account, region: owner.region.clone(), id: id.into() };
    durable::start::<BatchWork>(scope, &work_id(owner, id), owner.account, &state)
}

/// Wakes a batch that is to stop.
pub(crate) fn wake(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str) -> Result<(), Error> {
    durable::signal(scope, &work_id(owner, id), json!("stop"))
}

/// Writes a batch and tells the feed.
pub(crate) fn save(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str, row: &BatchRow) -> Result<(), Error> {
    scope.put(&BATCHES, &owner.row(id), row)?;
    let arn = owner.batch_arn(id);
    let phase = row.phases.last().map(|phase| phase.kind.as_str());
    let change = json!({"id": id, "arn": arn, "buildBatchStatus": row.status, "currentPhase": phase});
    durable::publish(scope, &format!("build-batch/{arn}"), change)
}

/// How a build of a batch stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

/// The input of a build of the batch.
fn input(row: &BatchRow, id: &str, task: &TaskRow) -> StartBuildInput {
    let mut input = row.start.clone();
    let some = |own: &Option<String>, before: Option<String>| own.clone().or(before);
    input.buildspec_override = some(&task.buildspec, input.buildspec_override);
    input.compute_type_override = some(&task.compute_type, input.compute_type_override);
    input.image_override = some(&task.image, input.image_override);
    input.environment_type_override = some(&task.kind, input.environment_type_override);
    input.privileged_mode_override = task.privileged.or(input.privileged_mode_override);
    let variables =
        task.variables.iter().map(|(name, value)| EnvironmentVariable { name: name.clone(), value: value.clone(), kind: plaintext() });
    add_variables(&mut input.environment_variables_override, &variables.collect::<Vec<_>>());
    input.auto_retry_limit_override = Some(0);
    input.idempotency_token = None;
    input.batch_part = Some(BatchPart { batch: id.into(), identifier: task.identifier.clone() });
    input
}

struct Turn<'w, 'a> {
    work: &'w mut Work<'a, BatchWork>,
    owner: Owner,
    id: String,
    actor: Actor,
}

impl Turn<'_, '_> {
    fn standing(&mut self, group: &GroupState) -> Result<Standing, Error> {
        if group.refused.is_some() {
            return Ok(Standing::Failed);
        }
        let Some(build) = &group.build else { return Ok(Standing::Waiting) };
        // A build that was deleted is as good as failed.
        Ok(match self.work.get(&BUILDS, &self.owner.row(build))? {
            Some(build) if build.ended.is_none() => Standing::Running,
            Some(build) if build.status == SUCCEEDED => Standing::Succeeded,
            _ => Standing::Failed,
        })
    }

    /// Starts one build; what refuses it is kept with it.
    fn start(&mut self, row: &mut BatchRow, at: usize) -> Result<(), Error> {
        let input = input(row, &self.id, &row.groups[at].task);
        match self.work.invoke::<StartBuild>(&self.actor, input) {
            Ok(output) => {
                self.work.subscribe(&format!("codebuild/build/{}", output.build.arn))?;
                row.groups[at].build = Some(output.build.id);
            }
            Err(error) => row.groups[at].refused = Some(format!("{}: {}", error.code, error.message)),
        }
        Ok(())
    }

    /// Stops what runs; one that may not be stopped comes to its own end.
    fn stop(&mut self, row: &BatchRow, standings: &[Standing]) {
        for (group, _) in row.groups.iter().zip(standings).filter(|(_, standing)| **standing == Standing::Running) {
            let id = group.build.clone().unwrap_or_default();
            let _ = self.work.invoke::<StopBuild>(&self.actor, StopBuildInput { id });
        }
    }

    fn standings(&mut self, row: &BatchRow) -> Result<Vec<Standing>, Error> {
        row.groups.iter().map(|group| self.standing(group)).collect()
    }

    /// One look at all builds. True: the batch has come to its end.
    fn go_on(&mut self, row: &mut BatchRow) -> Result<bool, Error> {
        let now = self.work.now();
        if row.groups.is_empty() {
            row.groups.push(GroupState::of(TaskRow { identifier: DOWNLOAD.into(), ..TaskRow::default() }));
            row.enter("DOWNLOAD_BATCHSPEC", now);
            self.start(row, 0)?;
        }
        if row.phases.last().is_some_and(|phase| phase.kind == "DOWNLOAD_BATCHSPEC") && !self.read_tasks(row)? {
            return Ok(row.ended.is_some());
        }
        let mut standings = self.standings(row)?;
        let failed = |standings: &[Standing], row: &BatchRow| {
            row.groups.iter().zip(standings).any(|(group, standing)| *standing == Standing::Failed && !group.task.ignore_failure)
        };
        let ending = row.stopping || row.late || (row.fast_fail && failed(&standings, row));
        if ending {
            self.stop(row, &standings);
        } else {
            self.start_ready(row, &mut standings)?;
        }
        if standings.contains(&Standing::Running) {
            return Ok(false);
        }
        let refused = row.groups.iter().find_map(|group| Some((&group.task.identifier, group.refused.as_ref()?)));
        let told = refused
            .map(|(name, why)| context("BATCH_BUILD_ERROR", format!("Build {name} could not be started: {why}")))
            .unwrap_or_default();
        let status = match (row.late, row.stopping) {
            (true, _) => TIMED_OUT,
            (_, true) => STOPPED,
            _ if failed(&standings, row) => FAILED,
            _ => SUCCEEDED,
        };
        row.complete(status, told, now);
        Ok(true)
    }

    /// Takes what the first build has read. False: it still reads, or the batch has ended by it.
    fn read_tasks(&mut self, row: &mut BatchRow) -> Result<bool, Error> {
        let now = self.work.now();
        let standing = self.standing(&row.groups[0])?;
        if standing == Standing::Running {
            if row.stopping || row.late {
                self.stop(row, &[standing]);
            }
            return Ok(false);
        }
        let build = row.groups[0].build.clone().unwrap_or_default();
        let read = self.work.get(&BUILDS, &self.owner.row(&build))?.and_then(|build| build.tasks);
        let read: Option<BatchTasks> = read.and_then(|tasks| serde_json::from_value(tasks).ok());
        let (Standing::Succeeded, Some(read)) = (standing, read) else {
            let why = row.groups[0].refused.clone().unwrap_or_else(|| format!("Build {build} could not read the batch's buildspec"));
            let status = if row.stopping { STOPPED } else { FAILED };
            row.complete(status, context("DOWNLOAD_BATCHSPEC_ERROR", why), now);
            return Ok(false);
        };
        if let Err(why) = allowed(row, &read.tasks) {
            row.complete(FAILED, context("BATCH_RESTRICTION_ERROR", why), now);
            return Ok(false);
        }
        row.fast_fail = read.fast_fail;
        row.groups.extend(read.tasks.into_iter().map(GroupState::of));
        row.enter("IN_PROGRESS", now);
        Ok(true)
    }

    /// Starts all that wait for nothing any more.
    fn start_ready(&mut self, row: &mut BatchRow, standings: &mut [Standing]) -> Result<(), Error> {
        for at in 0..row.groups.len() {
            if standings[at] != Standing::Waiting {
                continue;
            }
            let over = |name: &String| {
                let found = row.groups.iter().zip(standings.iter()).find(|(group, _)| group.task.identifier == *name);
                found.map(|(group, standing)| match standing {
                    Standing::Succeeded => Some(true),
                    Standing::Failed => Some(group.task.ignore_failure),
                    Standing::Waiting | Standing::Running => None,
                })
            };
            let waits: Vec<Option<bool>> = row.groups[at].task.depends_on.iter().map(|name| over(name).unwrap_or(Some(false))).collect();
            if waits.contains(&Some(false)) {
                row.groups[at].refused = Some("a build that it depends on has failed".into());
                standings[at] = Standing::Failed;
            } else if waits.iter().all(Option::is_some) {
                self.start(row, at)?;
                standings[at] = self.standing(&row.groups[at])?;
            }
        }
        Ok(())
    }
}

/// What the project lets a batch have.
fn allowed(row: &BatchRow, tasks: &[TaskRow]) -> Result<(), String> {
    let Some(restrictions) = &row.config.restrictions else { return Ok(()) };
    if restrictions.maximum_builds_allowed.is_some_and(|most| tasks.len() as u64 > most) {
        return Err(format!("the batch has {} builds, more than the project allows", tasks.len()));
    }
    let sizes = &restrictions.compute_types_allowed;
    let own = &row.project.environment.compute_type;
    let wrong = tasks.iter().map(|task| task.compute_type.as_ref().unwrap_or(own)).find(|size| !sizes.is_empty() && !sizes.contains(size));
    wrong.map_or(Ok(()), |size| Err(format!("the project does not allow the compute type {size} in batches")))
}

impl Workflow for BatchWork {
    type Service = CodeBuild;
    const NAME: &'static str = "Batch";
    type State = State;

    fn token() -> CodeBuild {
        CodeBuild(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let owner = Owner { account: state.account, region: state.region.clone() };
        let now = work.now();
        let Some(mut row) = work.get(&BATCHES, &owner.row(&state.id))?.filter(|row| row.ended.is_none()) else { return Ok(Next::Done) };
        let limit = row.config.timeout_in_mins.map_or(LIMIT, |minutes| Duration::from_secs(minutes * 60));
        row.late |= now.since(row.started) >= limit;
        let role = row.config.service_role.clone().unwrap_or_else(|| row.project.service_role.clone());
        let service = work.as_service(owner.account, Some(&owner.project_arn(&row.name)));
        let uuid = state.id.rsplit(':').next().unwrap_or_default();
        let done = match work.assume(&service, role.as_str(), &format!("AWSCodeBuild-{uuid}")) {
            Ok(actor) => Turn { work: &mut *work, owner: owner.clone(), id: state.id.clone(), actor }.go_on(&mut row)?,
            Err(error) => {
                let why = format!("CodeBuild is not authorized to perform: sts:AssumeRole on {role}. Error message: {}", error.message);
                row.complete(FAILED, context("ACCESS_DENIED", why), now);
                true
            }
        };
        save(work, &owner, &state.id, &row)?;
        if done {
            return Ok(Next::Done);
        }
        // While it is asked to end, its builds do so soon.
        let deadline = if row.late { now.plus(LOOK) } else { row.started.plus(limit).min(now.plus(LOOK)) };
        Ok(Next::At(state, deadline))
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, error: &Error) -> Result<(), Error> {
        let owner = Owner { account: state.account, region: state.region };
        let now = work.now();
        let Some(mut row) = work.get(&BATCHES, &owner.row(&state.id))?.filter(|row| row.ended.is_none()) else { return Ok(()) };
        row.complete(FAULT, context("INTERNAL_ERROR", error.to_string()), now);
        save(work, &owner, &state.id, &row)
    }
}
