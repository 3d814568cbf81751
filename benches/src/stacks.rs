//! Stacks of many resources: made, changed in one place and deleted, by a server's own time; and long stories of events.

use crate::{
    Result, Run,
    caller::{Caller, encoded},
    process::cpu_of,
    table::{Table, median},
};
use serde_json::json;
use std::time::{Duration, Instant};

const SIZES: [usize; 4] = [50, 100, 200, 400];
const UPDATES: usize = 10;
const POLL: Duration = Duration::from_millis(4);
const PATIENCE: Duration = Duration::from_secs(120);
/// How many events the long story has, and by which stack it is written.
const EVENTS: usize = 100_000;
const STORYTELLERS: usize = 400;
const PAGES: usize = 200;

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    delivery.made()?;
    let server = delivery.up()?;
    let caller = Stacks(Caller::new(&server, &delivery.environment()?)?);
    for size in SIZES {
        let made = caller.operation("CreateStack", size, 0, "CREATE_COMPLETE")?;
        table.add(
            &format!("stack of {size} made"),
            made.shown(),
            "wall time until DescribeStacks says so; CPU of the server, polls included",
        );
        let mut changed = Vec::new();
        for round in 1..=UPDATES {
            changed.push(caller.operation("UpdateStack", size, round, "UPDATE_COMPLETE")?);
        }
        let wall = median(changed.iter().map(|t| t.wall.as_secs_f64() * 1e3).collect());
        let cpu = changed.iter().map(|t| t.cpu).sum::<Duration>().as_secs_f64() * 1e3 / UPDATES as f64;
        let what = format!("one of {size} changed");
        table.add(&what, format!("{wall:.0} ms, {cpu:.0} ms CPU"), &format!("median wall time and mean CPU of {UPDATES} updates"));
        let gone = caller.operation("DeleteStack", size, 0, "DELETE_COMPLETE")?;
        table.add(&format!("stack of {size} deleted"), gone.shown(), "the same");
    }
    server.stop()?;
    Ok(())
}

/// Reads pages from a stack's story when it is short and when it is long.
pub(crate) fn events(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    delivery.made()?;
    let server = delivery.up()?;
    let caller = Stacks(Caller::new(&server, &delivery.environment()?)?);
    caller.operation("CreateStack", STORYTELLERS, 0, "CREATE_COMPLETE")?;
    let mut written = 3 * STORYTELLERS;
    let how = format!("the newest 100, server's CPU, mean of {PAGES}");
    table.add(&format!("page of {written} events"), caller.page(STORYTELLERS)?, &how);
    let mut round = 0;
    while written < EVENTS {
        round += 1;
        // A round of its own for each resource changes them all.
        caller.run("UpdateStack", &caller.input(STORYTELLERS, &template(STORYTELLERS, |_| round)), "UPDATE_COMPLETE", STORYTELLERS)?;
        written += 2 * STORYTELLERS;
    }
    table.add(&format!("page of {written} events"), caller.page(STORYTELLERS)?, &how);
    server.stop()?;
    Ok(())
}

/// So many resources: half of them groups, and for each a parameter that names it.
fn template(size: usize, round: impl Fn(usize) -> usize) -> String {
    let mut resources = serde_json::Map::new();
    for n in 0..size / 2 {
        let days = [7, 14][round(n) % 2];
        resources.insert(format!("G{n}"), json!({"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}}));
        let value = json!({"Fn::Sub": format!("${{G{n}}} {}", round(n))});
        resources.insert(format!("P{n}"), json!({"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}));
    }
    json!({"Resources": resources}).to_string()
}

struct Took {
    wall: Duration,
    cpu: Duration,
}

impl Took {
    fn shown(&self) -> String {
        format!("{:.0} ms, {:.0} ms CPU", self.wall.as_secs_f64() * 1e3, self.cpu.as_secs_f64() * 1e3)
    }
}

/// Stacks by the calls of one caller.
struct Stacks<'s>(Caller<'s>);

impl Stacks<'_> {
    fn call(&self, operation: &str, input: &str) -> Result<String> {
        self.0.cloudformation(operation, input)
    }

    fn input(&self, size: usize, template: &str) -> String {
        format!("&StackName=stack-{size}&TemplateBody={}", encoded(template))
    }

    /// Begins an operation that touches one resource and waits for its end.
    fn operation(&self, operation: &str, size: usize, round: usize, end: &str) -> Result<Took> {
        let input = match operation {
            "DeleteStack" => format!("&StackName=stack-{size}"),
            _ => self.input(size, &template(size, |n| if n == 0 { round } else { 0 })),
        };
        self.run(operation, &input, end, size)
    }

    fn run(&self, operation: &str, input: &str, end: &str, size: usize) -> Result<Took> {
        // A deleted stack is known by its id alone.
        let described = self.call("DescribeStacks", &format!("&StackName=stack-{size}")).ok();
        let id = described.as_deref().and_then(|text| text.split_once("<StackId>")?.1.split_once('<')).map(|(id, _)| encoded(id));
        let named = id.unwrap_or_else(|| format!("stack-{size}"));
        let process = self.0.server.id().to_string();
        let (cpu, begun) = (cpu_of(&process)?, Instant::now());
        self.call(operation, input)?;
        loop {
            let text = self.call("DescribeStacks", &format!("&StackName={named}"))?;
            let status = text.split_once("<StackStatus>").and_then(|(_, rest)| rest.split_once('<')).map_or("", |(status, _)| status);
            if status == end {
                return Ok(Took { wall: begun.elapsed(), cpu: cpu_of(&process)? - cpu });
            }
            if !status.ends_with("_IN_PROGRESS") || begun.elapsed() > PATIENCE {
                return Err(format!("{operation} of {size} resources ends as {status}").into());
            }
            std::thread::sleep(POLL);
        }
    }

    /// What a page of events costs.
    fn page(&self, size: usize) -> Result<String> {
        let process = self.0.server.id().to_string();
        let cpu = cpu_of(&process)?;
        for _ in 0..PAGES {
            self.call("DescribeStackEvents", &format!("&StackName=stack-{size}"))?;
        }
        let each = (cpu_of(&process)? - cpu).as_secs_f64() * 1e3 / PAGES as f64;
        Ok(format!("{each:.2} ms CPU"))
    }
}
