//! Decisions on compiled policies.

use crate::{
    Result,
    process::Delivery,
    table::{Table, median},
};
use policy::{Context, Named, Options, Policies, Policy, PolicyKind, Principal, Request};
use std::{hint::black_box, time::Instant};

const BATCHES: usize = 201;
const BATCH: u32 = 2_000;
const COMPILED: usize = 201;

/// Statements with a condition and a policy variable; the last one allows what is asked.
fn comparable(count: usize) -> String {
    let statement = |n: usize| {
        format!(
            r#"{{"Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":"arn:aws:s3:::bucket-{n}/${{aws:PrincipalTag/team}}/*",
            "Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"blue"}},"Bool":{{"aws:SecureTransport":"true"}}}}}}"#
        )
    };
    document((0..count).map(statement))
}

/// Statements of other services, which cannot match.
fn elsewhere(count: usize) -> String {
    let statement = |n: usize| {
        format!(
            r#"{{"Effect":"Allow","Action":["dynamodb:GetItem","sqs:Send*"],"Resource":"arn:aws:dynamodb:us-east-1:111111111111:table/t{n}",
            "Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"red"}}}}}}"#
        )
    };
    document((0..count).map(statement))
}

fn document(statements: impl Iterator<Item = String>) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.collect::<Vec<_>>().join(","))
}

fn compile(text: &str) -> Result<Policy> {
    Policy::parse(text, PolicyKind::Identity).map_err(|e| e.to_string().into())
}

/// Nanoseconds of one decision: the median of many batches, on one thread, warm.
fn decision(policies: &[Policy], bucket: usize, allowed: bool) -> Result<f64> {
    let named: Vec<Named<'_>> = policies.iter().map(|policy| Named { name: "inline policy p of role r", policy }).collect();
    let mut context = Context::default();
    context.set("aws:PrincipalTag/team", "blue");
    context.set_bool("aws:SecureTransport", true);
    context.set("aws:PrincipalAccount", "111111111111");
    context.set("aws:SourceIp", "127.0.0.1");
    let resource = format!("arn:aws:s3:::bucket-{bucket}/blue/object");
    let request = Request {
        principal: Principal::Role {
            role_arn: "arn:aws:iam::111111111111:role/r",
            role_id: "AROAEXAMPLEEXAMPLE123",
            session_arn: "arn:aws:sts::111111111111:assumed-role/r/s",
            linked: false,
        },
        principal_account: Some("111111111111"),
        action: "s3:GetObject",
        resource: &resource,
        resource_account: "111111111111",
        context: &context,
    };
    let policies = Policies { identity: &named, ..Policies::default() };
    let options = Options::default();
    if policy::decide(&request, &policies, &options).is_allowed() != allowed {
        return Err("the decision is not what the bench asks for".into());
    }
    let mut times = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let begun = Instant::now();
        for _ in 0..BATCH {
            black_box(policy::decide(black_box(&request), &policies, &options));
        }
        times.push(begun.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH));
    }
    Ok(median(times))
}

pub(crate) fn measure(_: &Delivery, table: &mut Table) -> Result<()> {
    let twenty = comparable(20);
    let how = format!("median of {BATCHES} batches of {BATCH}, warm, one core");
    let allowed = decision(&[compile(&twenty)?], 19, true)?;
    table.add("decision, 20 statements", format!("{allowed:.0} ns"), &format!("the last one allows; context, condition, variable; {how}"));
    let with_others = decision(&[compile(&twenty)?, compile(&elsewhere(180))?], 19, true)?;
    table.add("with 180 that cannot match", format!("{with_others:.0} ns"), &format!("{:.2} times; {how}", with_others / allowed));
    let none = decision(&[compile(&elsewhere(200))?], 19, false)?;
    table.add("200 that cannot match", format!("{none:.0} ns"), &format!("denied, reasons included; {how}"));
    let mut times = Vec::with_capacity(COMPILED);
    for _ in 0..COMPILED {
        let begun = Instant::now();
        black_box(compile(black_box(&twenty))?);
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    table.add("compiling 20 statements", format!("{:.1} us", median(times)), &format!("from JSON text, median of {COMPILED}"));
    Ok(())
}
