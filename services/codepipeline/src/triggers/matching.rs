//! Whether a change of a repository starts a pipeline.

use super::{GitConfiguration, GitPatterns, glob};
use serde::{Deserialize, Serialize};

/// What became of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PullRequestEvent {
    /// It was opened.
    Open,
    /// Commits were added.
    Updated,
    /// It was closed or merged.
    Closed,
}

/// A change of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitChange<'c> {
    /// A push to a branch, and the paths it changes.
    Branch {
        /// The branch.
        name: &'c str,
        /// The paths.
        paths: &'c [String],
    },
    /// A push of a tag.
    Tag {
        /// The tag.
        name: &'c str,
    },
    /// A pull request, and the paths it changes.
    PullRequest {
        /// What became of it.
        event: PullRequestEvent,
        /// The branch it goes into.
        into: &'c str,
        /// The paths.
        paths: &'c [String],
    },
}

/// Whether the change starts a pipeline with this trigger, whose source action names `default_branch`. Without filters any push
/// to that branch does.
pub fn matches(git: &GitConfiguration, default_branch: &str, change: &GitChange<'_>) -> bool {
    let unfiltered = git.push.is_empty() && git.pull_request.is_empty();
    match change {
        GitChange::Branch { name, paths } => {
            if unfiltered {
                return *name == default_branch;
            }
            let fits = |f: &super::GitPushFilter| f.branches.as_ref().is_some_and(|b| one(b, name)) && any(f.file_paths.as_ref(), paths);
            git.push.iter().any(fits)
        }
        GitChange::Tag { name } => git.push.iter().any(|f| f.tags.as_ref().is_some_and(|t| one(t, name))),
        GitChange::PullRequest { event, into, paths } => git.pull_request.iter().any(|f| {
            (f.events.is_empty() || f.events.contains(event))
                && f.branches.as_ref().is_none_or(|b| one(b, into))
                && any(f.file_paths.as_ref(), paths)
        }),
    }
}

fn one(patterns: &GitPatterns, name: &str) -> bool {
    let fits = |list: &[String]| list.iter().any(|pattern| glob::matches(pattern, name));
    !fits(&patterns.excludes) && (patterns.includes.is_empty() || fits(&patterns.includes))
}

/// Whether one of the paths counts. Without patterns all do.
fn any(patterns: Option<&GitPatterns>, paths: &[String]) -> bool {
    patterns.is_none_or(|patterns| paths.iter().any(|path| one(patterns, path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn git(filters: Value) -> GitConfiguration {
        let mut all = json!({"sourceActionName": "Source"});
        all.as_object_mut().unwrap().extend(filters.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    fn starts(filters: &Value, change: &GitChange<'_>) -> bool {
        matches(&git(filters.clone()), "main", change)
    }

    #[test]
    fn pushes_are_filtered_by_branches_paths_and_tags() {
        let push = |name: &'static str, path: &str| (name, vec![path.to_string()]);
        let filters = json!({"push": [
            {"branches": {"includes": ["main", "release/**"], "excludes": ["release/old*"]}, "filePaths": {"excludes": ["docs/**"]}},
            {"tags": {"includes": ["v*"], "excludes": ["v0.*"]}},
        ]});
        for ((name, paths), wanted) in [
            (push("main", "src/a.rs"), true),
            (push("main", "docs/a.md"), false),
            (push("release/1/2", "src/a.rs"), true),
            (push("release/old1", "src/a.rs"), false),
            (push("dev", "src/a.rs"), false),
        ] {
            assert_eq!(starts(&filters, &GitChange::Branch { name, paths: &paths }), wanted, "{name} {paths:?}");
        }
        assert!(starts(&filters, &GitChange::Tag { name: "v1" }));
        assert!(!starts(&filters, &GitChange::Tag { name: "v0.1" }));
        let both = ["docs/a.md".to_string(), "src/a.rs".to_string()];
        assert!(starts(&filters, &GitChange::Branch { name: "main", paths: &both }), "one file that counts is enough");
    }

    #[test]
    fn without_filters_the_sources_branch_counts() {
        assert!(starts(&json!({}), &GitChange::Branch { name: "main", paths: &[] }));
        assert!(!starts(&json!({}), &GitChange::Branch { name: "dev", paths: &[] }));
        assert!(!starts(&json!({}), &GitChange::Tag { name: "v1" }));
    }

    #[test]
    fn pull_requests_are_filtered_by_events_and_the_branch_they_go_into() {
        let filters = json!({"pullRequest": [{"events": ["OPEN", "UPDATED"], "branches": {"includes": ["main"]}}]});
        let request = |event, into| GitChange::PullRequest { event, into, paths: &[] };
        assert!(starts(&filters, &request(PullRequestEvent::Open, "main")));
        assert!(!starts(&filters, &request(PullRequestEvent::Closed, "main")));
        assert!(!starts(&filters, &request(PullRequestEvent::Open, "dev")));
        assert!(!starts(&filters, &GitChange::Branch { name: "main", paths: &[] }), "a push is no pull request");
    }
}
