//! Pipelines and executions in great numbers: what a page, a start and a state cost among few and among many.

use crate::{
    Result, Run,
    caller::Caller,
    pipelines::{self, target},
    process::cpu_of,
    table::Table,
};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// How many executions there are at last, unless `SEKISHO_EXECUTIONS` says another number; a hundredth of it are pipelines.
const EXECUTIONS: usize = 100_000;
const EACH: usize = 100;
const FEW: usize = 10;
const CALLS: usize = 200;
const POLL: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    let most = std::env::var("SEKISHO_EXECUTIONS").ok().map_or(Ok(EXECUTIONS), |text| text.parse())?;
    delivery.made()?;
    let server = delivery.up()?;
    let many = Many { caller: Caller::new(&server, &delivery.environment()?)?, process: server.id().to_string() };
    let role = pipelines::role_of_bench(&many.caller)?;
    let (mut made, mut started) = (0, 0);
    for executions in [FEW, most] {
        let pipelines = (executions / EACH).max(FEW);
        while made < pipelines {
            // Its creation starts it, and it ends at once: its source is not there.
            many.call("CreatePipeline", &json!({"pipeline": declaration(made, &role)}))?;
            (made, started) = (made + 1, started + 1);
        }
        while started < executions {
            many.start(started % made)?;
            started += 1;
        }
        many.rest()?;
        many.costs(&format!("{made} pipelines, {started} executions"), table)?;
    }
    table.add("resident then", format!("{:.0} MiB", server.resident_mib()?), "VmRSS");
    server.stop()?;
    Ok(())
}

fn name(number: usize) -> String {
    format!("many-{number:06}")
}

fn declaration(number: usize, role: &str) -> Value {
    let kind = |category: &str, provider: &str| json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"});
    json!({
        "name": name(number), "roleArn": role, "artifactStore": {"type": "S3", "location": "bench-none"},
        "stages": [
            {"name": "Source", "actions": [{
                "name": "Source", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "Source"}],
                "configuration": {"S3Bucket": "bench-none", "S3ObjectKey": "none.zip", "PollForSourceChanges": "false"},
            }]},
            {"name": "Approval", "actions": [{"name": "Approval", "actionTypeId": kind("Approval", "Manual")}]},
        ],
    })
}

struct Many<'s> {
    caller: Caller<'s>,
    process: String,
}

impl Many<'_> {
    fn call(&self, operation: &str, input: &Value) -> Result<Value> {
        self.caller.json("codepipeline", &target(operation), input)
    }

    fn start(&self, number: usize) -> Result<()> {
        self.call("StartPipelineExecution", &json!({"name": name(number)})).map(drop)
    }

    /// Waits until the server has nothing left to do.
    fn rest(&self) -> Result<()> {
        let begun = Instant::now();
        let mut before = cpu_of(&self.process)?;
        while begun.elapsed() < PATIENCE {
            thread::sleep(4 * POLL);
            let now = cpu_of(&self.process)?;
            if now - before < POLL {
                return Ok(());
            }
            before = now;
        }
        Err("the server does not come to rest".into())
    }

    /// The server's time for each call, and for what it starts.
    fn costs(&self, among: &str, table: &mut Table) -> Result<()> {
        let of = |more: Value| {
            let mut input = json!({"pipelineName": name(0)});
            input.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            input
        };
        let calls = [
            ("page of pipelines", "ListPipelines", json!({"maxResults": FEW})),
            ("page of executions", "ListPipelineExecutions", of(json!({"maxResults": FEW}))),
            ("page of actions", "ListActionExecutions", of(json!({"maxResults": FEW}))),
            ("state", "GetPipelineState", json!({"name": name(0)})),
            ("start", "StartPipelineExecution", json!({"name": name(0)})),
        ];
        for (what, operation, input) in calls {
            let before = cpu_of(&self.process)?;
            for _ in 0..CALLS {
                self.call(operation, &input)?;
            }
            if what == "start" {
                self.rest()?;
            }
            let each = (cpu_of(&self.process)? - before).as_secs_f64() * 1e3 / CALLS as f64;
            let how = if what == "start" { ", with the execution, which fails at its source" } else { "" };
            table.add(&format!("{what} among {among}"), format!("{each:.2} ms"), &format!("server's CPU, mean of {CALLS}{how}"));
        }
        Ok(())
    }
}
