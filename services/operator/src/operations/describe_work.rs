use crate::{Operator, error::operators_own};
use base::{AccountId, IsoTime};
use durable::{Status, Under, Waiting};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is under way in all accounts, what failed and when it is tried again: `sekisho status`.
pub struct DescribeWork;

/// Nothing is to be said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {}

/// A workflow.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Work {
    id: String,
    workflow: String,
    account: AccountId,
    status: &'static str,
    started: IsoTime,
    /// When it goes on; without it, it waits for something to happen.
    next: Option<IsoTime>,
    failures: u32,
    error: Option<String>,
    /// Why this release leaves it as it is.
    left: Option<String>,
    worker: Option<String>,
}

/// A command of the outbox.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Command {
    id: String,
    handler: String,
    account: AccountId,
    attempts: u64,
    failures: u32,
    error: Option<String>,
    next: Option<IsoTime>,
    left: Option<String>,
    worker: Option<String>,
}

/// All of it, by ids.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    work: Vec<Work>,
    commands: Vec<Command>,
}

fn work(under: Under) -> Work {
    let status = match under.status {
        Status::Running => "Running",
        Status::Done => "Done",
        Status::Failed => "GivenUp",
    };
    Work {
        id: under.id,
        workflow: under.workflow,
        account: under.account,
        status,
        started: IsoTime(under.started),
        next: under.wake.map(IsoTime),
        failures: under.failures,
        error: under.error,
        left: under.left,
        worker: under.lease.map(|lease| lease.worker),
    }
}

fn command(waiting: Waiting) -> Command {
    Command {
        id: waiting.id,
        handler: waiting.handler,
        account: waiting.account,
        attempts: waiting.attempts,
        failures: waiting.failures,
        error: waiting.error,
        next: waiting.next.map(IsoTime),
        left: waiting.left,
        worker: waiting.lease.map(|lease| lease.worker),
    }
}

impl Operation for DescribeWork {
    type Service = Operator;
    const NAME: &'static str = "DescribeWork";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, Operator>) -> Result<Demands, Error> {
        Ok(Demand::any("operator:DescribeWork").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        operators_own(call)?;
        let survey = durable::survey(call)?;
        Ok(Output { work: survey.work.into_iter().map(work).collect(), commands: survey.commands.into_iter().map(command).collect() })
    }

    fn example() -> Example {
        Example::of(json!({})).by(gate::CalledBy::Management)
    }
}
