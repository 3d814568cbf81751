//! Which executions the webhooks of a connection start.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html>

use super::run::Start;
use crate::{
    declaration::{ActionDeclaration, PipelineDeclaration},
    pipelines,
    providers::BRANCH_NAME,
    state::{SourceOverride, Trigger},
    triggers::{GitChange, PullRequestEvent, matches},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A change as CodeConnections tells it.
#[derive(Deserialize)]
struct Told {
    connection: String,
    provider: String,
    repository: String,
    kind: String,
    name: String,
    commit: String,
    paths: Vec<String>,
    event: Option<PullRequestEvent>,
    into: Option<String>,
}

impl Told {
    fn change(&self) -> Option<GitChange<'_>> {
        let (name, paths) = (self.name.as_str(), self.paths.as_slice());
        match self.kind.as_str() {
            "branch" => Some(GitChange::Branch { name, paths }),
            "tag" => Some(GitChange::Tag { name }),
            "pull" => Some(GitChange::PullRequest { event: self.event?, into: self.into.as_deref()?, paths }),
            _ => None,
        }
    }

    /// Whether it starts the pipeline by this source: by its trigger, or without one as `DetectChanges` says.
    fn is_for(&self, pipeline: &PipelineDeclaration, action: &ActionDeclaration, change: &GitChange<'_>) -> bool {
        let (setting, branch) = (|name| action.setting(name).unwrap_or_default(), action.setting("BranchName").unwrap_or_default());
        if action.action_type_id.provider != "CodeStarSourceConnection"
            || setting("ConnectionArn") != self.connection
            || !setting("FullRepositoryId").eq_ignore_ascii_case(&self.repository)
        {
            return false;
        }
        match pipeline.triggers.iter().find(|trigger| trigger.git_configuration.source_action_name == action.name) {
            Some(trigger) => matches(&trigger.git_configuration, branch, change),
            None => setting("DetectChanges") != "false" && matches!(change, GitChange::Branch { name, .. } if *name == branch),
        }
    }
}

/// The start that a change asks for, if it does: at the commit that was pushed.
pub(super) fn start(pipeline: &PipelineDeclaration, told: &Value) -> Option<Start> {
    let told: Told = serde_json::from_value(told.clone()).ok()?;
    let change = told.change()?;
    let sources = pipeline.stages.first().map_or(&[][..], |stage| &stage.actions);
    let mut overrides = Vec::new();
    for action in sources.iter().filter(|action| told.is_for(pipeline, action, &change)) {
        let mut ask = |revision_type: &str, value: &str| {
            let (action_name, revision_type, revision_value) = (action.name.clone(), revision_type.to_string(), value.to_string());
            overrides.push(SourceOverride { action_name, revision_type, revision_value });
        };
        ask("COMMIT_ID", &told.commit);
        if told.kind != "tag" {
            ask(BRANCH_NAME, &told.name);
        }
    }
    if overrides.is_empty() {
        return None;
    }
    let detail = json!({
        "connectionArn": told.connection, "providerType": told.provider, "fullRepositoryName": told.repository,
        "commitId": told.commit, if told.kind == "tag" { "tagName" } else { "branchName" }: told.name,
    });
    let trigger = Trigger { trigger_type: "WebhookV2".into(), trigger_detail: Some(detail.to_string()) };
    Some(Start { trigger, variables: pipelines::defaults(pipeline), overrides })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:codeconnections:us-east-1:111111111111:connection/c";

    fn started(more: Value, told: Value) -> Option<Start> {
        let kind = json!({"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"});
        let mut settings = json!({"ConnectionArn": ARN, "FullRepositoryId": "shop/site", "BranchName": "main"});
        if let Some(detect) = more.get("detect") {
            settings["DetectChanges"] = detect.clone();
        }
        let mut pipeline = json!({
            "name": "p", "roleArn": "arn:aws:iam::111111111111:role/p", "pipelineType": "V2",
            "artifactStore": {"type": "S3", "location": "artifacts"},
            "stages": [{"name": "Source", "actions": [{
                "name": "Code", "actionTypeId": kind, "configuration": settings, "outputArtifacts": [{"name": "Code"}],
            }]}],
        });
        if let Some(git) = more.get("git") {
            pipeline["triggers"] = json!([{"providerType": "CodeStarSourceConnection", "gitConfiguration": git}]);
        }
        let mut all = json!({
            "connection": ARN, "provider": "GitHub", "repository": "shop/site", "kind": "branch", "name": "main", "commit": "c1",
            "paths": ["src/a"], "event": null, "into": null,
        });
        all.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        start(&serde_json::from_value(pipeline).unwrap(), &all)
    }

    #[test]
    fn a_push_to_the_declared_branch_starts_at_its_commit() {
        let start = started(json!({}), json!({"repository": "Shop/Site"})).unwrap();
        assert_eq!(start.trigger.trigger_type, "WebhookV2");
        assert_eq!((start.overrides[0].revision_type.as_str(), start.overrides[0].revision_value.as_str()), ("COMMIT_ID", "c1"));
        for told in [json!({"name": "dev"}), json!({"kind": "tag"}), json!({"repository": "shop/other"}), json!({"connection": "x"})] {
            assert!(started(json!({}), told.clone()).is_none(), "{told}");
        }
        assert!(started(json!({"detect": "false"}), json!({})).is_none());
    }

    #[test]
    fn triggers_decide_where_there_are_any() {
        let git = json!({"git": {"sourceActionName": "Code",
            "push": [{"branches": {"includes": ["release/*"]}, "filePaths": {"includes": ["src/**"]}}, {"tags": {"includes": ["v*"]}}],
            "pullRequest": [{"events": ["OPEN"], "branches": {"includes": ["main"]}}]}});
        let pull = |event: &str| json!({"kind": "pull", "name": "topic", "event": event, "into": "main"});
        assert!(started(git.clone(), json!({})).is_none());
        assert!(started(git.clone(), json!({"name": "release/1", "paths": ["docs/a"]})).is_none());
        assert!(started(git.clone(), pull("CLOSED")).is_none());
        for (told, branch) in
            [(json!({"name": "release/1"}), Some("release/1")), (json!({"kind": "tag", "name": "v1"}), None), (pull("OPEN"), Some("topic"))]
        {
            let start = started(git.clone(), told.clone()).unwrap_or_else(|| panic!("{told}"));
            let asked = start.overrides.iter().find(|o| o.revision_type == BRANCH_NAME).map(|o| o.revision_value.as_str());
            assert_eq!(asked, branch, "{told}");
        }
    }
}
