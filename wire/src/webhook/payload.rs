//! What webhooks tell, in one form for all providers.

use super::Provider;
use serde::Serialize;
use serde_json::Value;

/// A change of a repository, as the feed tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `OWNER/REPOSITORY`.
    pub repository: String,
    /// `branch`, `tag` or `pull`.
    pub kind: &'static str,
    /// The branch or the tag; a pull request's own branch.
    pub name: String,
    /// Where it stands.
    pub commit: String,
    /// The paths that changed, where the provider tells them.
    pub paths: Vec<String>,
    /// What became of a pull request: `OPEN`, `UPDATED` or `CLOSED`.
    pub event: Option<&'static str>,
    /// The branch that a pull request goes into.
    pub into: Option<String>,
    /// What is told to those who ask, and not by the feed.
    #[serde(skip)]
    pub more: More,
}

/// What else a webhook tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct More {
    /// The account of who did it, by its number or id at the provider.
    pub actor: Option<String>,
    /// The newest commit's message.
    pub message: Option<String>,
    /// The commit that a branch stood at before.
    pub before: Option<String>,
    /// A pull request's number.
    pub number: Option<u64>,
    /// What became of a pull request: `CREATED`, `REOPENED`, `UPDATED`, `CLOSED` or `MERGED`.
    pub outcome: Option<&'static str>,
}

/// Of one delivery.
const MOST_CHANGES: usize = 20;
const MOST_PATHS: usize = 3000;
const LONGEST: usize = 4096;

/// Whether it is the whole id of a commit; zeros stand for none.
pub fn is_commit(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit()) && id.bytes().any(|b| b != b'0')
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty() && text.len() <= LONGEST)
}

/// What changed. Nothing: it is about something else, such as a branch that was deleted.
pub(super) fn changes(provider: Provider, event: &str, body: &Value) -> Vec<Change> {
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
            more: More {
                actor: actor(body),
                message: message(body, at),
                before: text(body, "/before").filter(|id| is_commit(id)).map(str::to_owned),
                ..More::default()
            },
            ..Change::default()
        })
    };
    made().into_iter().collect()
}

/// GitHub's and Gitea's number, GitLab's, or Bitbucket's id of who did it.
fn actor(body: &Value) -> Option<String> {
    let found = ["/sender/id", "/user_id", "/user/id", "/actor/account_id", "/actor/uuid"].iter().find_map(|at| body.pointer(at))?;
    match found {
        Value::Number(number) => Some(number.to_string()),
        other => other.as_str().filter(|text| text.len() <= LONGEST).map(str::to_owned),
    }
}

/// The message of a push's newest commit.
fn message(body: &Value, commit: &str) -> Option<String> {
    let listed = || body["commits"].as_array()?.iter().find(|one| one["id"] == commit);
    let own = body.pointer("/head_commit/message").or_else(|| listed()?.get("message"))?;
    own.as_str().map(|text| text.chars().take(LONGEST).collect())
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
    let outcome = match text(body, "/action")? {
        "opened" => "CREATED",
        "reopened" => "REOPENED",
        "synchronize" | "synchronized" => "UPDATED",
        "closed" if body["pull_request"]["merged"] == true => "MERGED",
        "closed" => "CLOSED",
        _ => return None,
    };
    let repository = text(body, "/repository/full_name")?;
    let own = text(body, "/pull_request/head/repo/full_name")? == repository;
    let at = |pointer| text(body, pointer);
    let more = More {
        actor: actor(body),
        number: body["pull_request"]["number"].as_u64().or(body["number"].as_u64()),
        outcome: Some(outcome),
        ..More::default()
    };
    pull(own, repository, more, [at("/pull_request/head/ref"), at("/pull_request/head/sha"), at("/pull_request/base/ref")])
}

fn merge_request(body: &Value) -> Option<Change> {
    let of = &body["object_attributes"];
    let outcome = match text(of, "/action")? {
        "open" => "CREATED",
        "reopen" => "REOPENED",
        // Without it a title or a label changed.
        "update" if of["oldrev"].is_string() => "UPDATED",
        "close" => "CLOSED",
        "merge" => "MERGED",
        _ => return None,
    };
    let own = of["source_project_id"].is_u64() && of["source_project_id"] == of["target_project_id"];
    let at = |pointer| text(of, pointer);
    let message = text(of, "/last_commit/message").map(str::to_owned);
    let more = More { actor: actor(body), message, number: of["iid"].as_u64(), outcome: Some(outcome), ..More::default() };
    pull(own, text(body, "/project/path_with_namespace")?, more, [at("/source_branch"), at("/last_commit/id"), at("/target_branch")])
}

fn bitbucket_pull(event: &str, body: &Value) -> Option<Change> {
    let outcome = match event {
        "pullrequest:created" => "CREATED",
        "pullrequest:updated" => "UPDATED",
        "pullrequest:fulfilled" => "MERGED",
        "pullrequest:rejected" => "CLOSED",
        _ => return None,
    };
    let of = &body["pullrequest"];
    let repository = text(body, "/repository/full_name")?;
    let own = text(of, "/source/repository/full_name")? == repository;
    let at = |pointer| text(of, pointer);
    let more = More { actor: actor(body), number: of["id"].as_u64(), outcome: Some(outcome), ..More::default() };
    pull(own, repository, more, [at("/source/branch/name"), at("/source/commit/hash"), at("/destination/branch/name")])
}

fn pull(own: bool, repository: &str, more: More, [name, commit, into]: [Option<&str>; 3]) -> Option<Change> {
    let commit = commit.filter(|id| own && id.bytes().all(|b| b.is_ascii_hexdigit()) && is_commit(id))?;
    Some(Change {
        repository: repository.into(),
        kind: "pull",
        name: name?.into(),
        commit: commit.into(),
        paths: Vec::new(),
        event: more.outcome.map(|outcome| match outcome {
            "CREATED" | "REOPENED" => "OPEN",
            "UPDATED" => "UPDATED",
            _ => "CLOSED",
        }),
        into: Some(into?.into()),
        more,
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
            more: More {
                actor: actor(body),
                message: text(change, "/new/target/message").map(str::to_owned),
                before: text(change, "/old/target/hash").map(str::to_owned),
                ..More::default()
            },
            ..Change::default()
        })
    };
    all.take(MOST_CHANGES).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn commit(digit: &str) -> String {
        digit.repeat(40)
    }

    fn one(provider: Provider, event: &str, body: &Value) -> Option<Change> {
        let mut all = changes(provider, event, body);
        assert!(all.len() < 2, "{all:?}");
        all.pop()
    }

    #[test]
    fn pushes_are_read_in_each_hosts_words() {
        let (old, new) = (commit("1"), commit("2"));
        let commits = json!([{"id": new, "message": "a message", "added": ["a"], "modified": ["b", "a"], "removed": []}]);
        let github = json!({"ref": "refs/heads/a/b", "before": old, "after": new, "repository": {"full_name": "o/r"}, "sender": {"id": 7}, "commits": commits});
        let gitlab = json!({"ref": "refs/heads/a/b", "before": old, "after": new, "checkout_sha": new, "project": {"path_with_namespace": "o/r"}, "user_id": 7, "commits": commits});
        let target = json!({"type": "branch", "name": "a/b", "target": {"hash": new, "message": "a message"}});
        let bitbucket = json!({"repository": {"full_name": "o/r"}, "actor": {"account_id": "7"}, "push": {"changes": [{"new": target, "old": {"target": {"hash": old}}}]}});
        let cases = [
            (Provider::GitHub, "push", &github),
            (Provider::Gitea, "push", &github),
            (Provider::GitLab, "Push Hook", &gitlab),
            (Provider::Bitbucket, "repo:push", &bitbucket),
        ];
        for (provider, event, body) in cases {
            let found = one(provider, event, body).unwrap();
            assert_eq!(
                (found.repository.as_str(), found.kind, found.name.as_str(), &found.commit),
                ("o/r", "branch", "a/b", &new),
                "{provider:?}"
            );
            let more = (found.more.actor.as_deref(), found.more.message.as_deref(), found.more.before.as_ref());
            assert_eq!(more, (Some("7"), Some("a message"), Some(&old)), "{provider:?}");
            let paths = if provider == Provider::Bitbucket { vec![] } else { vec!["a", "b"] };
            assert_eq!(found.paths, paths, "{provider:?}");
            assert_eq!(one(provider, "ping", body), None, "{provider:?}");
        }
    }

    #[test]
    fn what_was_deleted_or_is_not_there_changes_nothing() {
        let gone = json!({"ref": "refs/heads/main", "before": commit("1"), "after": commit("0"), "deleted": true, "repository": {"full_name": "o/r"}});
        assert_eq!(one(Provider::GitHub, "push", &gone), None);
        let gone = json!({"ref": "refs/heads/main", "after": commit("0"), "checkout_sha": null, "project": {"path_with_namespace": "o/r"}});
        assert_eq!(one(Provider::GitLab, "Push Hook", &gone), None);
        let gone =
            json!({"repository": {"full_name": "o/r"}, "push": {"changes": [{"new": null, "old": {"type": "branch", "name": "main"}}]}});
        assert_eq!(one(Provider::Bitbucket, "repo:push", &gone), None);
        for odd in [
            json!(null),
            json!([]),
            json!({"ref": 7}),
            json!({"ref": "refs/notes/x", "after": commit("1")}),
            json!({"ref": "refs/heads/x", "after": "--upload-pack=x"}),
        ] {
            for (provider, event) in [
                (Provider::GitHub, "push"),
                (Provider::GitLab, "Push Hook"),
                (Provider::Bitbucket, "repo:push"),
                (Provider::GitHub, "pull_request"),
                (Provider::Bitbucket, "pullrequest:created"),
            ] {
                assert_eq!(one(provider, event, &odd), None, "{odd}");
            }
        }
    }

    #[test]
    fn tags_stand_at_their_commits() {
        let annotated =
            json!({"ref": "refs/tags/v1", "after": commit("3"), "head_commit": {"id": commit("2")}, "repository": {"full_name": "o/r"}});
        let found = one(Provider::GitHub, "push", &annotated).unwrap();
        assert_eq!((found.kind, found.name.as_str(), found.commit), ("tag", "v1", commit("2")));
        let gitlab =
            json!({"ref": "refs/tags/v1", "after": commit("3"), "checkout_sha": commit("2"), "project": {"path_with_namespace": "o/r"}});
        assert_eq!(one(Provider::GitLab, "Tag Push Hook", &gitlab).unwrap().commit, commit("2"));
    }

    #[test]
    fn pull_requests_are_read_unless_a_stranger_makes_them() {
        let github = |action: &str, merged: bool, from: &str| {
            json!({"action": action, "number": 9, "repository": {"full_name": "o/r"}, "sender": {"id": 7},
            "pull_request": {"number": 9, "merged": merged, "head": {"ref": "topic", "sha": commit("2"), "repo": {"full_name": from}}, "base": {"ref": "main"}}})
        };
        for (action, merged, event, outcome) in [
            ("opened", false, "OPEN", "CREATED"),
            ("reopened", false, "OPEN", "REOPENED"),
            ("synchronize", false, "UPDATED", "UPDATED"),
            ("closed", false, "CLOSED", "CLOSED"),
            ("closed", true, "CLOSED", "MERGED"),
        ] {
            let found = one(Provider::GitHub, "pull_request", &github(action, merged, "o/r")).unwrap();
            assert_eq!(
                (found.event, found.more.outcome, found.more.number, found.into.as_deref()),
                (Some(event), Some(outcome), Some(9), Some("main"))
            );
        }
        assert_eq!(one(Provider::GitHub, "pull_request", &github("opened", false, "stranger/r")), None);
        assert_eq!(one(Provider::GitHub, "pull_request", &github("labeled", false, "o/r")), None);
        let gitlab = json!({"project": {"path_with_namespace": "o/r"}, "user": {"id": 7}, "object_attributes": {"action": "merge", "iid": 9, "source_project_id": 1,
            "target_project_id": 1, "source_branch": "topic", "target_branch": "main", "last_commit": {"id": commit("2")}}});
        assert_eq!(one(Provider::GitLab, "Merge Request Hook", &gitlab).unwrap().more.outcome, Some("MERGED"));
        let bitbucket = json!({"repository": {"full_name": "o/r"}, "pullrequest": {"id": 9, "source": {"repository": {"full_name": "o/r"}, "branch": {"name": "topic"},
            "commit": {"hash": commit("2")}}, "destination": {"branch": {"name": "main"}}}});
        assert_eq!(one(Provider::Bitbucket, "pullrequest:created", &bitbucket).unwrap().more.number, Some(9));
    }
}
