//! What webhooks tell, in one form for all providers.

use super::Provider;
use serde::Serialize;
use serde_json::Value;

/// A change of a repository, as the feed tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// `OWNER/REPOSITORY`.
    pub(crate) repository: String,
    /// `branch`, `tag` or `pull`.
    pub(crate) kind: &'static str,
    /// The branch or the tag; a pull request's own branch.
    pub(crate) name: String,
    pub(crate) commit: String,
    /// The paths that changed, where the provider tells them.
    pub(crate) paths: Vec<String>,
    /// What became of a pull request: `OPEN`, `UPDATED` or `CLOSED`.
    pub(crate) event: Option<&'static str>,
    /// The branch that a pull request goes into.
    pub(crate) into: Option<String>,
}

/// Of one delivery.
const MOST_CHANGES: usize = 20;
const MOST_PATHS: usize = 3000;
const LONGEST: usize = 4096;

/// Whether it is the whole id of a commit; zeros stand for none.
pub(crate) fn is_commit(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit()) && id.bytes().any(|b| b != b'0')
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty() && text.len() <= LONGEST)
}

/// What changed. Nothing: it is about something else, such as a branch that was deleted.
pub(crate) fn changes(provider: Provider, event: &str, body: &Value) -> Vec<Change> {
    match (provider, event) {
        (Provider::GitHub | Provider::Gitea, "push") => push(body, "/repository/full_name", "/after"),
        (Provider::GitLab, "Push Hook" | "Tag Push Hook") => push(body, "/project/path_with_namespace", "/checkout_sha"),
        (Provider::GitHub | Provider::Gitea, "pull_request") => pull_request(body).into_iter().collect(),
        (Provider::GitLab, "Merge Request Hook") => merge_request(body).into_iter().collect(),
        (Provider::Bitbucket, "repo:push") => bitbucket_push(body),
        (Provider::Bitbucket, _) => bitbucket_pull(event, body).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn push(body: &Value, repository: &str, commit: &str) -> Vec<Change> {
    let made = || {
        let (kind, name) = match text(body, "/ref")? {
            reference if reference.starts_with("refs/heads/") => ("branch", &reference[11..]),
            reference => ("tag", reference.strip_prefix("refs/tags/")?),
        };
        // An annotated tag is an object of its own; the host's head commit is what it stands at.
        let at = text(body, "/head_commit/id").filter(|_| kind == "tag").or(text(body, commit)).filter(|id| is_commit(id))?;
        let deleted = body["deleted"] == true || text(body, "/after").is_some_and(|id| !is_commit(id));
        (!deleted).then(|| Change {
            repository: text(body, repository).unwrap_or_default().into(),
            kind,
            name: name.into(),
            commit: at.into(),
            paths: paths(body),
            ..Change::default()
        })
    };
    made().into_iter().collect()
}

fn paths(body: &Value) -> Vec<String> {
    let commits = body["commits"].as_array().into_iter().flatten();
    let lists = commits.flat_map(|commit| ["added", "modified", "removed"].map(|list| commit[list].as_array()));
    let all = lists.flatten().flatten().filter_map(Value::as_str).filter(|path| path.len() <= LONGEST);
    let mut paths: Vec<String> = all.take(MOST_PATHS).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// A pull request's branch must be one of the repository itself: what strangers propose runs nowhere.
fn pull_request(body: &Value) -> Option<Change> {
    let event = match text(body, "/action")? {
        "opened" | "reopened" => "OPEN",
        "synchronize" | "synchronized" => "UPDATED",
        "closed" => "CLOSED",
        _ => return None,
    };
    let repository = text(body, "/repository/full_name")?;
    let own = text(body, "/pull_request/head/repo/full_name")? == repository;
    let at = |pointer| text(body, pointer);
    pull(own, repository, event, [at("/pull_request/head/ref"), at("/pull_request/head/sha"), at("/pull_request/base/ref")])
}

fn merge_request(body: &Value) -> Option<Change> {
    let of = &body["object_attributes"];
    let event = match text(of, "/action")? {
        "open" | "reopen" => "OPEN",
        // Without it a title or a label changed.
        "update" if of["oldrev"].is_string() => "UPDATED",
        "close" | "merge" => "CLOSED",
        _ => return None,
    };
    let own = of["source_project_id"].is_u64() && of["source_project_id"] == of["target_project_id"];
    let at = |pointer| text(of, pointer);
    pull(own, text(body, "/project/path_with_namespace")?, event, [at("/source_branch"), at("/last_commit/id"), at("/target_branch")])
}

fn bitbucket_pull(event: &str, body: &Value) -> Option<Change> {
    let event = match event {
        "pullrequest:created" => "OPEN",
        "pullrequest:updated" => "UPDATED",
        "pullrequest:fulfilled" | "pullrequest:rejected" => "CLOSED",
        _ => return None,
    };
    let of = &body["pullrequest"];
    let repository = text(body, "/repository/full_name")?;
    let own = text(of, "/source/repository/full_name")? == repository;
    let at = |pointer| text(of, pointer);
    pull(own, repository, event, [at("/source/branch/name"), at("/source/commit/hash"), at("/destination/branch/name")])
}

fn pull(own: bool, repository: &str, event: &'static str, [name, commit, into]: [Option<&str>; 3]) -> Option<Change> {
    let commit = commit.filter(|id| own && id.bytes().all(|b| b.is_ascii_hexdigit()) && is_commit(id))?;
    Some(Change {
        repository: repository.into(),
        kind: "pull",
        name: name?.into(),
        commit: commit.into(),
        paths: Vec::new(),
        event: Some(event),
        into: Some(into?.into()),
    })
}

fn bitbucket_push(body: &Value) -> Vec<Change> {
    let all = body.pointer("/push/changes").and_then(Value::as_array).into_iter().flatten();
    let read = |change: &Value| {
        let kind = match text(change, "/new/type")? {
            "branch" | "named_branch" => "branch",
            "tag" => "tag",
            _ => return None,
        };
        Some(Change {
            repository: text(body, "/repository/full_name")?.into(),
            kind,
            name: text(change, "/new/name")?.into(),
            commit: text(change, "/new/target/hash").filter(|id| is_commit(id))?.into(),
            ..Change::default()
        })
    };
    all.take(MOST_CHANGES).filter_map(read).collect()
}
