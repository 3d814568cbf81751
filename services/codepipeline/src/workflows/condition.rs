//! A stage's condition in an execution: its rules, one beside the other, and what it comes to.

use super::{
    action, execution_workflow, replicas,
    run::{Pace, Run},
    stage,
};
use crate::{
    CodePipeline,
    conditions::{
        ConditionType, RuleDeclaration, StageResult, provenance,
        rules::{self, Verdict},
    },
    providers::{Progress, Stop, failed},
    state::{ConditionRow, ConditionStatus, ErrorDetails, External, Phase, RULES, RuleRow, StageRow, Status},
    variables,
};
use base::Timestamp;
use gate::{Error, Scope};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// A rule that is not told when to give up does so after so many minutes: a day; a window is waited for as long as may be.
const DEFAULT_TIMEOUT: u64 = 24 * 60;
const WINDOW_TIMEOUT: u64 = 86_400;

/// Goes on with the condition.
pub(crate) fn advance(
    run: &mut Run,
    scope: &mut Scope<'_, CodePipeline>,
    kind: ConditionType,
    halt: Option<Status>,
    woken: bool,
) -> Result<Pace, Error> {
    let Some(condition) = run.stage().condition(kind).cloned() else { return passed(run, scope, kind) };
    if of(&mut run.stage_row(scope)?, kind).is_some_and(|c| c.status == ConditionStatus::Overridden) {
        return passed(run, scope, kind);
    }
    let mut rows = begun(run, scope, kind, &condition.rules)?;
    let now = scope.now();
    let is_due = |row: &RuleRow| row.status.under_way() && (woken || row.next_look.is_none_or(|t| t <= now));
    for row in rows.iter_mut().filter(|row| is_due(row)) {
        let Some(rule) = condition.rules.iter().find(|r| r.name == row.rule) else { continue };
        look(run, scope, rule, row)?;
    }
    if let Some(status) = halt {
        end_rules(run, scope, Status::Abandoned)?;
        let why = if status == Status::Stopped { "The execution was stopped" } else { "The pipeline was changed" };
        note(run, scope, kind, ConditionStatus::Cancelled, Some(why.into()))?;
        return stage::leave(run, scope, status);
    }
    if let Some(failed) = rows.iter().find(|r| r.status == Status::Failed) {
        let why = failed.error.as_ref().map(|e| e.message.clone()).unwrap_or_default();
        let summary = format!("Rule '{}' failed: {why}", failed.rule);
        end_rules(run, scope, Status::Abandoned)?;
        note(run, scope, kind, ConditionStatus::Failed, Some(summary.clone()))?;
        run.row.status_summary = Some(format!("{} condition of stage '{}': {summary}", kind.member(), run.stage().name));
        return stage::engage(run, scope, condition.result.unwrap_or(StageResult::Fail));
    }
    if let Some(next) = rows.iter().filter(|r| r.status.under_way()).map(|r| r.next_look.unwrap_or(now)).min() {
        return Ok(Pace::At(next));
    }
    note(run, scope, kind, ConditionStatus::Succeeded, None)?;
    passed(run, scope, kind)
}

/// The condition holds, or is overridden.
pub(crate) fn passed(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, kind: ConditionType) -> Result<Pace, Error> {
    match kind {
        ConditionType::BeforeEntry => {
            run.row.phase = Phase::Actions;
            Ok(Pace::Again)
        }
        ConditionType::OnSuccess => stage::leave(run, scope, Status::Succeeded),
        ConditionType::OnFailure => stage::leave(run, scope, Status::Failed),
    }
}

/// Notes what a condition has come to.
pub(crate) fn note(
    run: &Run,
    scope: &mut Scope<'_, CodePipeline>,
    kind: ConditionType,
    status: ConditionStatus,
    summary: Option<String>,
) -> Result<(), Error> {
    let mut stage = run.stage_row(scope)?;
    let now = scope.now();
    if let Some(row) = of(&mut stage, kind) {
        (row.status, row.summary, row.changed) = (status, summary, now);
    }
    run.put_stage(scope, &stage)
}

fn of(stage: &mut StageRow, kind: ConditionType) -> Option<&mut ConditionRow> {
    stage.conditions.iter_mut().find(|c| c.kind == kind)
}

/// The runs of the condition's rules, begun if they are not yet.
fn begun(run: &Run, scope: &mut Scope<'_, CodePipeline>, kind: ConditionType, rules: &[RuleDeclaration]) -> Result<Vec<RuleRow>, Error> {
    let mut stage = run.stage_row(scope)?;
    if let Some(row) = of(&mut stage, kind) {
        let mut rows = Vec::new();
        for id in row.rules.values() {
            rows.extend(scope.get(&RULES, &key(run, id))?);
        }
        return Ok(rows);
    }
    let now = scope.now();
    let mut rows = Vec::new();
    for rule in rules {
        rows.push(RuleRow {
            id: base::uuid_v7(scope.entropy(), now),
            execution: run.row.id.clone(),
            version: run.row.version,
            stage: run.stage().name.clone(),
            kind,
            rule: rule.name.clone(),
            status: Status::InProgress,
            started: now,
            updated: now,
            configuration: BTreeMap::new(),
            inputs: rule.input_artifacts.iter().filter_map(|a| run.row.artifacts.get(&a.name).cloned()).collect(),
            external: External::default(),
            error: None,
            summary: None,
            memo: Value::Null,
            next_look: None,
        });
    }
    stage.conditions.push(ConditionRow {
        kind,
        execution: run.row.id.clone(),
        status: ConditionStatus::InProgress,
        summary: None,
        changed: now,
        rules: rows.iter().map(|r| (r.rule.clone(), r.id.clone())).collect(),
    });
    run.put_stage(scope, &stage)?;
    Ok(rows)
}

fn key<'k>(run: &'k Run, id: &'k str) -> [&'k str; 4] {
    [run.account.as_str(), run.pipeline.name.as_str(), run.row.id.as_str(), id]
}

/// Ends the rules that are still under way: the condition needs them no more.
pub(crate) fn end_rules(run: &Run, scope: &mut Scope<'_, CodePipeline>, status: Status) -> Result<(), Error> {
    let now = scope.now();
    let ids: Vec<String> = run.stage_row(scope)?.conditions.iter().flat_map(|c| c.rules.values().cloned()).collect();
    for id in ids {
        if let Some(mut row) = scope.get(&RULES, &key(run, &id))?.filter(|r| r.status.under_way()) {
            (row.status, row.updated, row.next_look) = (status, now, None);
            scope.put(&RULES, &key(run, &id), &row)?;
        }
    }
    Ok(())
}

fn gives_up(rule: &RuleDeclaration, row: &RuleRow) -> Timestamp {
    let unless_told = if rule.rule_type_id.provider == "DeploymentWindow" { WINDOW_TIMEOUT } else { DEFAULT_TIMEOUT };
    row.started.plus(Duration::from_secs(60 * rule.timeout_in_minutes.unwrap_or(unless_told)))
}

fn look(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, rule: &RuleDeclaration, row: &mut RuleRow) -> Result<(), Error> {
    let until = gives_up(rule, row);
    let now = scope.now();
    let result = if now >= until {
        Err(failed("JobFailed", format!("The rule timed out at {}", until.iso())))
    } else {
        checked(run, scope, rule, row)
    };
    row.updated = now;
    match result {
        Ok(Checked::Later(at, summary)) => {
            row.next_look = Some(at.min(until));
            row.summary = summary.or(row.summary.take());
        }
        Ok(Checked::Passed(summary)) => (row.status, row.summary, row.next_look) = (Status::Succeeded, summary, None),
        Err(Stop::Failed(failure)) => {
            (row.status, row.next_look) = (Status::Failed, None);
            row.error = Some(failure.details);
            row.external = failure.external.unwrap_or(std::mem::take(&mut row.external));
        }
        Err(Stop::Later(error)) => return Err(*error),
    }
    scope.put(&RULES, &key(run, &row.id), row)
}

enum Checked {
    Passed(Option<String>),
    Later(Timestamp, Option<String>),
}

fn checked(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, rule: &RuleDeclaration, row: &mut RuleRow) -> Result<Checked, Stop> {
    let first = row.configuration.is_empty();
    if first {
        row.configuration = variables::resolve_all(&rule.configuration, |reference| run.variable(reference)).map_err(|why| {
            failed("ConfigurationError", format!("One or more variables could not be resolved: Rule name={}. {why}", rule.name))
        })?;
    }
    if rule.rule_type_id.provider == rules::PROVENANCE {
        return provenance::check(run, scope, rule, row).map(|said| Checked::Passed(Some(said)));
    }
    let Some(declared) = rules::action(rule) else {
        return match rules::evaluate(&rule.rule_type_id.provider, &row.configuration, scope.now()) {
            Verdict::Passed(said) => Ok(Checked::Passed(Some(said))),
            Verdict::Failed(why) => Err(failed("JobFailed", why)),
            Verdict::Later(at, said) => Ok(Checked::Later(at, Some(said))),
        };
    };
    if row.memo.is_null() {
        let region = replicas::region_of(scope, &declared);
        replicas::bring(run, scope, &mut row.inputs, &region)?;
    }
    let memo = std::mem::take(&mut row.memo);
    let work = action::Work { id: &row.id, configuration: &row.configuration, inputs: &row.inputs, outputs: &[], approval: None };
    let progress =
        action::with_job(
            run,
            scope,
            &declared,
            &work,
            |job, provider| {
                if memo.is_null() { provider.start(job) } else { provider.look(job, memo) }
            },
        )?;
    match progress {
        Progress::Done(done) => {
            row.external = done.external.unwrap_or(std::mem::take(&mut row.external));
            Ok(Checked::Passed(done.summary))
        }
        Progress::Waiting(waiting) => {
            if let Some(topic) = &waiting.topic {
                durable::subscribe(scope, &execution_workflow(&run.row.id), topic)?;
            }
            row.memo = waiting.memo;
            if waiting.external != External::default() {
                row.external = waiting.external;
            }
            Ok(Checked::Later(waiting.next_look, None))
        }
    }
}

/// Fails the rules of one that could not be brought to an end of its own.
pub(crate) fn give_up(run: &Run, scope: &mut Scope<'_, CodePipeline>, message: &str) -> Result<(), Error> {
    let mut stage = run.stage_row(scope)?;
    let now = scope.now();
    for condition in stage.conditions.iter_mut().filter(|c| c.status == ConditionStatus::InProgress) {
        (condition.status, condition.summary, condition.changed) = (ConditionStatus::Failed, Some(message.into()), now);
        for id in condition.rules.values() {
            if let Some(mut row) = scope.get(&RULES, &key(run, id))?.filter(|r| r.status.under_way()) {
                (row.status, row.updated) = (Status::Failed, now);
                row.error = Some(ErrorDetails { code: "SystemUnavailable".into(), message: message.into() });
                scope.put(&RULES, &key(run, id), &row)?;
            }
        }
    }
    run.put_stage(scope, &stage)
}
