//! What became of pipelines; behind an action that fails they go on without it, so that it hides nothing.

use crate::{
    Certainty, Finding, Kind, Layer, Severity, Subject,
    driver::{Driver, list, text},
};
use base::AccountId;
use gate::Error;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Actions of one pipeline that are gone over, at most.
const MOST_BRIDGES: usize = 32;

/// How an execution ended.
enum End {
    /// As it should, or it never began.
    Done,
    /// These actions failed: stage, action.
    Failed(Vec<(String, String)>),
    /// For want of a value that builds put out from now on.
    Wanting,
}

impl Driver<'_> {
    /// Tells what became of a pipeline, and has it go on behind what failed.
    pub(crate) fn go_on(&mut self, account: AccountId, name: &str, before: &mut BTreeSet<String>) -> Result<(), Error> {
        let mut bridged = Vec::new();
        let mut given = BTreeSet::new();
        for _ in 0..MOST_BRIDGES {
            match self.ended(account, name, before, &bridged, &mut given)? {
                End::Done => return Ok(()),
                End::Wanting => {}
                End::Failed(failed) if failed.is_empty() || !self.bridge(account, name, &failed, &mut bridged)? => break,
                End::Failed(_) => {}
            }
            before.extend(self.executions(account, name)?.iter().map(|one| text(one, "pipelineExecutionId").to_owned()));
            self.world.call(account, "codepipeline:StartPipelineExecution", json!({"name": name}))?;
            self.finish(&[(account, name.to_owned())])?;
        }
        let account = self.account_name(account.as_str());
        self.summary.not_rehearsed.push(format!("the pipeline {account}/{name} behind the stage that fails"));
        Ok(())
    }

    /// Puts an approval, which is given, in the place of each action that failed. False: others need what the action makes.
    fn bridge(&mut self, account: AccountId, name: &str, failed: &[(String, String)], bridged: &mut Vec<String>) -> Result<bool, Error> {
        let mut pipeline = self.world.call(account, "codepipeline:GetPipeline", json!({"name": name}))?["pipeline"].take();
        let stages = pipeline["stages"].as_array_mut().into_iter().flatten();
        for stage in stages {
            let stage_name = text(stage, "name").to_owned();
            for action in stage["actions"].as_array_mut().into_iter().flatten() {
                if !failed.iter().any(|(stage, one)| *stage == stage_name && one == text(action, "name")) {
                    continue;
                }
                if !list(action, "outputArtifacts").is_empty() {
                    return Ok(false);
                }
                bridged.push(text(action, "namespace").to_owned());
                let run_order = action["runOrder"].as_u64().unwrap_or(1);
                *action = json!({
                    "name": action["name"], "runOrder": run_order,
                    "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
                });
            }
        }
        Ok(self.world.call(account, "codepipeline:UpdatePipeline", json!({"pipeline": pipeline})).is_ok())
    }

    /// The actions of an execution, each with its path, the newest first; the builds among them are remembered.
    fn actions(&mut self, account: AccountId, name: &str, execution: &Value) -> Result<Vec<(Vec<String>, Value)>, Error> {
        let input = json!({"pipelineName": name, "filter": {"pipelineExecutionId": execution["pipelineExecutionId"]}});
        let answer = self.world.call(account, "codepipeline:ListActionExecutions", input)?;
        let account = self.account_name(account.as_str());
        let mut all = Vec::new();
        for action in list(&answer, "actionExecutionDetails") {
            let path = vec![account.clone(), name.to_owned(), text(action, "stageName").to_owned(), text(action, "actionName").to_owned()];
            if let Some(id) = action["output"]["executionResult"]["externalExecutionId"].as_str() {
                self.builds.insert(id.to_owned(), path.clone());
            }
            all.push((path, action.clone()));
        }
        Ok(all)
    }

    /// What became of a pipeline's second run, the first of which came to its end.
    pub(crate) fn ended_again(&mut self, account: AccountId, name: &str, execution: &Value) -> Result<(), Error> {
        for (subject, failed) in
            self.actions(account, name, execution)?.into_iter().filter(|(_, action)| text(action, "status") == "Failed")
        {
            let mut finding = self.failure(account, name, subject, &failed);
            finding.severity = Severity::Warning;
            finding.notes.push("in the second run: the first one goes through".into());
            self.findings.push(finding);
        }
        Ok(())
    }

    /// An action that fails.
    fn failure(&self, account: AccountId, name: &str, subject: Vec<String>, failed: &Value) -> Finding {
        let error = &failed["output"]["executionResult"]["errorDetails"];
        let message = text(error, "message");
        let why = if message.is_empty() { text(error, "code") } else { message };
        Finding {
            id: format!("mismatch/action/{}", subject.join("/")),
            kind: Kind::Mismatch,
            severity: Severity::Error,
            layer: Layer::Run,
            title: format!("the action {} fails: {why}", text(failed, "actionName")),
            subject,
            call: None,
            causes: self.action_place(account, name, failed, message).into_iter().collect(),
            notes: Vec::new(),
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        }
    }

    /// What became of a pipeline.
    fn ended(
        &mut self,
        account: AccountId,
        name: &str,
        before: &BTreeSet<String>,
        bridged: &[String],
        given: &mut BTreeSet<String>,
    ) -> Result<End, Error> {
        let executions = self.executions(account, name)?;
        let new = |one: &&Value| !before.contains(text(one, "pipelineExecutionId"));
        let Some(newest) = executions.iter().find(new) else { return Ok(End::Done) };
        let actions = self.actions(account, name, newest)?;
        if text(newest, "status") == "Succeeded" {
            self.summary.pipelines += 1;
            let path = vec![self.account_name(account.as_str()), name.to_owned()];
            self.summary.subjects.push(Subject { layer: Layer::Run, path });
            return Ok(End::Done);
        }
        let summary = text(newest, "statusSummary");
        if !summary.is_empty() && !actions.iter().any(|(_, action)| text(action, "status") == "Failed") {
            let account = self.account_name(account.as_str());
            self.summary.not_rehearsed.push(format!("the pipeline {account}/{name}: {summary}"));
        }
        let mut ends = Vec::new();
        for (subject, failed) in actions.into_iter().filter(|(_, action)| text(action, "status") == "Failed") {
            ends.push((text(&failed, "stageName").to_owned(), text(&failed, "actionName").to_owned()));
            // It wants a variable of an action that was gone over: that it fails is no fault of its own.
            let settings = failed["input"]["configuration"].to_string();
            if bridged.iter().any(|namespace| !namespace.is_empty() && settings.contains(&format!("#{{{namespace}."))) {
                continue;
            }
            let message = text(&failed["output"]["executionResult"]["errorDetails"], "message").to_owned();
            if self.want_value(account, name, &failed, &message, given)? {
                return Ok(End::Wanting);
            }
            let finding = self.failure(account, name, subject, &failed);
            self.findings.push(finding);
        }
        Ok(End::Failed(ends))
    }
}
