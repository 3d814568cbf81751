//! Templates as large as AWS takes them: read, checked, planned, and all their properties evaluated.

use crate::{Result, Run, table::Table};
use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};
use template::{Attributes, Inputs, Template};

/// The most resources of a template.
const RESOURCES: usize = 500;
/// The largest template.
const BYTES: usize = 1024 * 1024;
const ROUNDS: usize = 10;

struct Known;

impl Attributes for Known {
    fn reference(&self, logical_id: &str) -> Option<String> {
        Some(format!("{logical_id}-1"))
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<serde_json::Value> {
        Some(format!("{logical_id}.{attribute}").into())
    }
}

/// A template of so many resources, of which `RESOURCES` fill the largest; they have policies with functions in them, and text.
fn yaml(resources: usize) -> String {
    let mut text = String::from(
        "Parameters:\n  Stage: {Type: String, Default: test}\nMappings:\n  Accounts: {test: {Id: '111111111111'}}\n\
         Conditions:\n  Test: !Equals [!Ref Stage, test]\nResources:\n",
    );
    let each = (BYTES - text.len() - 1) / RESOURCES;
    for number in 0..resources {
        let begins = text.len();
        let other = number.saturating_sub(1);
        write!(text, "  Resource{number}:\n    Type: AWS::IAM::Role\n    Properties:\n      Statement:\n").unwrap_or_default();
        let mut action = 0;
        while text.len() - begins + 500 < each {
            action += 1;
            write!(
                text,
                "        - Sid: Statement{action}\n          Effect: Allow\n          Action: [s3:GetObject, !Sub 's3:Put${{Stage}}']\n          \
                 Resource: !Join ['', ['arn:aws:s3:::', !If [Test, !Ref Stage, x], '-{number}/*']]\n          Condition:\n            StringEquals: \
                 {{aws:PrincipalAccount: !FindInMap [Accounts, !Ref Stage, Id]}}\n"
            )
            .unwrap_or_default();
        }
        if other != number {
            writeln!(text, "      Other: !GetAtt Resource{other}.Arn").unwrap_or_default();
        }
        let rest = each.saturating_sub(text.len() - begins + "      Text: ''\n".len());
        writeln!(text, "      Text: '{}'", "long text ".repeat(rest / 10)).unwrap_or_default();
    }
    text
}

/// The same as JSON.
fn json(resources: usize) -> String {
    let statement = |number: usize| {
        serde_json::json!({"Sid": format!("Statement{number}"), "Effect": "Allow", "Action": ["s3:GetObject", {"Fn::Sub": "s3:Put${AWS::Region}"}],
            "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "AWS::AccountId"}, "/*"]]}})
    };
    let each = BYTES / RESOURCES - 250;
    let list: Vec<_> = (0..each / 2 / statement(0).to_string().len()).map(statement).collect();
    let resources = (0..resources).map(|number| {
        let properties = serde_json::json!({"Statement": list, "Text": "long text ".repeat(each / 20)});
        (format!("Resource{number}"), serde_json::json!({"Type": "AWS::IAM::Role", "Properties": properties}))
    });
    serde_json::json!({"Resources": resources.collect::<serde_json::Map<_, _>>()}).to_string()
}

/// The best of some rounds: reading and checking, then the rest.
fn best(text: &str) -> Result<[Duration; 2]> {
    let inputs = Inputs::new("us-east-1", "111111111111", "stack", "arn:aws:cloudformation:us-east-1:111111111111:stack/stack/1");
    let wrong = |list: Vec<template::Diagnostic>| list.first().map(ToString::to_string).unwrap_or_default();
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let template = Template::parse(text, "template").map_err(wrong)?;
        let read = begun.elapsed();
        let plan = template.plan(&inputs).map_err(wrong)?;
        for id in plan.order() {
            black_box(plan.properties(id, &Known).map_err(wrong)?.to_json());
        }
        best = [best[0].min(read), best[1].min(begun.elapsed() - read)];
    }
    Ok(best)
}

/// What templates cost.
pub(crate) fn measure(_: &Run, table: &mut Table) -> Result<()> {
    for (name, write) in [("YAML", yaml as fn(usize) -> String), ("JSON", json)] {
        let (whole, half) = (write(RESOURCES), write(RESOURCES / 2));
        let ([read, evaluated], halves) = (best(&whole)?, best(&half)?);
        let total = |parts: [Duration; 2]| (parts[0] + parts[1]).as_secs_f64() * 1e3;
        let how = format!(
            "{} resources, {} KiB: {:.1} ms to read and check, {:.1} ms to plan and evaluate; must stay below 100 ms",
            RESOURCES,
            whole.len() / 1024,
            read.as_secs_f64() * 1e3,
            evaluated.as_secs_f64() * 1e3
        );
        table.add(&format!("template of 1 MiB, {name}"), format!("{:.1} ms", total([read, evaluated])), &how);
        let ratio = total([read, evaluated]) / total(halves);
        table.add("ratio to half of it", format!("{ratio:.2}"), "2 is linear");
    }
    Ok(())
}
