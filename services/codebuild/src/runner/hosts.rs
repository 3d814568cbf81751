//! Sources at git hosts: the server fetches them, as builds have no network, and the build's sandbox checks them out. What opens a host
//! (a connection, a secret, a token of the account's) is asked for as the build's role, and does not come into the sandbox.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/access-tokens.html>

use super::{
    book::Ending,
    driver::{MARK, quoted},
    fetched,
    objects::told,
    sources::Download,
};
use crate::{
    checks::repository_at,
    credentials::{self, Kind},
    model::ProjectSource,
};
use base::{Arn, Secret};
use serde::Deserialize;
use serde_json::json;
use std::path::Path;

/// Fetches repositories from git hosts.
pub trait GitHosts: Send + Sync {
    /// Fetches a repository into `target`, without checking it out; gives the commit that is wanted.
    ///
    /// # Errors
    /// In words: what was not reached, and why.
    fn fetch(&self, source: &GitSource, target: &Path) -> Result<String, String>;
}

/// What is wanted of a git host.
#[derive(Debug)]
pub struct GitSource {
    /// How it is reached.
    pub reach: GitReach,
    /// What the build's git calls its origin.
    pub origin: String,
    /// A reference by its whole name.
    pub reference: Option<String>,
    /// A branch, a tag or a commit; the host's own branch if neither is given.
    pub version: Option<String>,
    /// How many commits; all if it is not given.
    pub depth: Option<u64>,
}

/// How a git host is reached.
#[derive(Debug)]
pub enum GitReach {
    /// By a connection, which was opened for this clone.
    Connection {
        /// The connection.
        arn: Arn,
        /// The clone, by the id that `UseConnection` gave.
        clone: String,
    },
    /// By its URL.
    Url {
        /// The repository's.
        url: String,
        /// A user's name and token.
        credential: Option<(String, Secret<String>)>,
    },
}

/// What a pipeline's source hands over instead of files.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CloneReference {
    connection_arn: Option<Arn>,
    full_repository_id: Option<String>,
    repository_url: Option<String>,
    branch_name: Option<String>,
    commit_id: String,
}

#[derive(Deserialize)]
struct Handed {
    #[serde(rename = "CodeBuildCloneRef")]
    reference: CloneReference,
}

impl CloneReference {
    /// Reads an artifact that is a reference; None: it is something else.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Handed>(bytes).ok().map(|handed| handed.reference)
    }
}

/// A source's version as AWS takes it: a branch, a tag, a commit, `pr/7`, or a reference with or without its commit.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/sample-source-version.html>
fn version_of(kind: &str, version: &str) -> (Option<String>, Option<String>) {
    let (name, commit) =
        version.split_once("^{").map_or((version, None), |(name, rest)| (name, Some(rest.trim_end_matches('}').to_owned())));
    let reference = match name.strip_prefix("pr/").filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())) {
        Some(number) if kind.starts_with("GITLAB") => format!("refs/merge-requests/{number}/head"),
        Some(number) if kind == "BITBUCKET" => format!("refs/pull-requests/{number}/from"),
        Some(number) => format!("refs/pull/{number}/head"),
        None if name.starts_with("refs/") => name.to_owned(),
        None => return (None, commit.or_else(|| Some(name.to_owned()).filter(|name| !name.is_empty()))),
    };
    (Some(reference), commit)
}

/// Whose name goes with a token where none was given.
fn usual_user(kind: &str) -> &'static str {
    match kind {
        "BITBUCKET" => "x-token-auth",
        "GITLAB" | "GITLAB_SELF_MANAGED" => "oauth2",
        _ => "x-access-token",
    }
}

/// How a secret with a token is written.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/asm-create-secret.html>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokenSecret {
    server_type: Option<String>,
    auth_type: Option<String>,
    username: Option<String>,
    token: Secret<String>,
}

impl Download<'_> {
    /// Brings a source of a git host; gives its commit.
    pub(super) fn of_host(&self, source: &ProjectSource, version: Option<&str>, target: &str, title: &str) -> Result<String, Ending> {
        let refused = |reason: String| Ending::failed("CLIENT_ERROR", format!("{reason} for {title}"));
        let location = source.location.as_deref().unwrap_or_default();
        let Some((base, path)) = repository_at(&source.kind, location) else {
            return Err(refused("the repository's URL is not a git host's".into()));
        };
        if source.report_build_status == Some(true) {
            self.log.say("reportBuildStatus: no git host is told how this build ends");
        }
        let url = format!("{base}/{path}.git");
        let asked = source.auth.as_ref().filter(|auth| auth.kind != "OAUTH").map(|auth| (auth.kind.clone(), auth.resource.clone()));
        let reach = match asked {
            Some((kind, Some(resource))) if kind == "CODECONNECTIONS" => self.by_connection(&resource, path, None).map_err(&refused)?,
            Some((_, Some(resource))) => self.by_secret(&resource, &source.kind, url).map_err(&refused)?,
            Some((kind, None)) => return Err(refused(format!("the source's auth of type {kind} names no resource"))),
            None => self.by_account(&source.kind, path, url).map_err(&refused)?,
        };
        let (reference, version) = version_of(&source.kind, version.unwrap_or_default());
        let depth = source.git_clone_depth.filter(|depth| *depth > 0);
        self.check_out(&GitSource { reach, origin: location.to_owned(), reference, version, depth }, target, title)
    }

    /// Brings what a pipeline's source refers to; gives its URL and its commit.
    pub(super) fn of_reference(&self, handed: &CloneReference, target: &str, title: &str) -> Result<(String, String), Ending> {
        let refused = |reason: String| Ending::failed("CLIENT_ERROR", format!("{reason} for {title}"));
        if let (Some(arn), Some(repository)) = (&handed.connection_arn, &handed.full_repository_id) {
            let reach = self.by_connection(arn.as_str(), repository, handed.branch_name.as_deref()).map_err(&refused)?;
            let (account, id) =
                (arn.account().map(|id| id.to_string()).unwrap_or_default(), arn.resource_of("connection").unwrap_or_default());
            let (service, region) = (arn.service(), arn.region());
            let origin = format!("https://{service}.{region}.amazonaws.com/git-http/{account}/{region}/{id}/{repository}.git");
            let source = GitSource { reach, origin: origin.clone(), reference: None, version: Some(handed.commit_id.clone()), depth: None };
            return self.check_out(&source, target, title).map(|commit| (origin, commit));
        }
        let Some(url) = &handed.repository_url else { return Err(refused("the source's reference names no repository".into())) };
        let source = ProjectSource { kind: "CODECOMMIT".into(), location: Some(url.clone()), ..ProjectSource::default() };
        self.of_codecommit(&source, Some(&handed.commit_id), target, title).map(|commit| (url.clone(), commit))
    }

    fn by_connection(&self, arn: &str, repository: &str, branch: Option<&str>) -> Result<GitReach, String> {
        let arn: Arn = arn.parse().map_err(|_| format!("{arn} is no ARN of a connection"))?;
        let mut input = json!({"ConnectionArn": arn, "ProviderAction": "GitPull", "FullRepositoryId": repository});
        if let Some(branch) = branch {
            input["BranchName"] = branch.into();
        }
        let service = if arn.service() == "codestar-connections" { "codestar-connections" } else { "codeconnections" };
        let answer = self.execution.book.call(self.order, self.row, &format!("{service}:UseConnection"), input);
        let answer = answer.map_err(|error| format!("Failed to get access token from {arn}: {}", told(&error)))?;
        let clone = answer["UploadId"].as_str().unwrap_or_default().to_owned();
        Ok(GitReach::Connection { arn, clone })
    }

    fn by_secret(&self, id: &str, kind: &str, url: String) -> Result<GitReach, String> {
        let text = fetched::secret_text(self.client, id)?;
        let wrong = |why: &str| format!("the secret {id} {why}: it holds JSON with ServerType, AuthType and Token");
        let secret: TokenSecret = serde_json::from_str(text.expose()).map_err(|_| wrong("has not its form"))?;
        if secret.server_type.as_deref().is_some_and(|own| own != kind) {
            return Err(wrong(&format!("is for another ServerType than {kind}")));
        }
        if secret.auth_type.as_deref() == Some("CODECONNECTIONS") {
            return Err(wrong("names a connection; let the source's auth name it"));
        }
        self.log.mask([secret.token.expose().as_str()].into_iter());
        let user = secret.username.unwrap_or_else(|| usual_user(kind).into());
        Ok(GitReach::Url { url, credential: Some((user, secret.token)) })
    }

    /// By what the account keeps for hosts of this kind; openly, if it keeps nothing.
    fn by_account(&self, kind: &str, path: &str, url: String) -> Result<GitReach, String> {
        let kept = self.execution.book.read(|scope, owner| credentials::kept(scope, owner, kind)).map_err(|e| e.to_string())?;
        match kept {
            None if kind == "GITLAB_SELF_MANAGED" => Err("sources of type GITLAB_SELF_MANAGED are reached by a connection".into()),
            None => Ok(GitReach::Url { url, credential: None }),
            Some(kept) if kept.kind == Kind::Connection => self.by_connection(kept.token.expose(), path, None),
            Some(kept) if kept.kind == Kind::Secret => self.by_secret(kept.token.expose(), kind, url),
            Some(kept) => {
                self.log.mask([kept.token.expose().as_str()].into_iter());
                let user = kept.user_name.unwrap_or_else(|| usual_user(kind).into());
                Ok(GitReach::Url { url, credential: Some((user, kept.token)) })
            }
        }
    }

    /// Fetches outside and checks out inside, where the build's bounds hold.
    fn check_out(&self, source: &GitSource, target: &str, title: &str) -> Result<String, Ending> {
        let refused = |reason: &str| Ending::failed("CLIENT_ERROR", format!("{reason} for {title}"));
        let hosts = self.execution.shop.runner.hosts.as_ref();
        let hosts = hosts.ok_or_else(|| refused("git clone failed: this server reaches no git hosts"))?;
        let commit = hosts.fetch(source, &self.place.shared.join(target)).map_err(|why| refused(&format!("git clone failed: {why}")))?;
        let folder = format!("{}/{target}", self.execution.root());
        let env =
            [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", "*")];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let script = |nonce: &str| {
            format!(
                "cd {} || exit 1\ngit checkout -q --detach {} -- || exit 1\nprintf '{MARK}{nonce} %s{MARK}\\n' 'end whole'\n",
                quoted(&folder),
                quoted(&commit)
            )
        };
        match self.execution.prepare(script, env)?.ended {
            Some(true) => {
                self.log.say(&format!("Checked out {} at {commit}", source.origin));
                Ok(commit)
            }
            _ => Err(refused("git checkout failed: git's own words are in the log")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_each_host_writes_them() {
        let read = |kind, text| {
            let (reference, version) = version_of(kind, text);
            (reference.unwrap_or_default(), version.unwrap_or_default())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(read("GITHUB", ""), pair("", ""));
        assert_eq!(read("GITHUB", "main"), pair("", "main"));
        assert_eq!(read("GITHUB", "pr/7"), pair("refs/pull/7/head", ""));
        assert_eq!(read("GITHUB", "pr/x"), pair("", "pr/x"), "a branch of that name");
        assert_eq!(read("GITLAB", "pr/7"), pair("refs/merge-requests/7/head", ""));
        assert_eq!(read("GITLAB_SELF_MANAGED", "refs/heads/a/b"), pair("refs/heads/a/b", ""));
        assert_eq!(read("BITBUCKET", "pr/7^{abc}"), pair("refs/pull-requests/7/from", "abc"));
    }

    #[test]
    fn only_references_are_references() {
        let read = |text: &str| CloneReference::read(text.as_bytes());
        assert!(read("PK\u{3}\u{4}").is_none() && read("{}").is_none() && read(r#"{"CodeBuildCloneRef": {}}"#).is_none());
        let found = read(r#"{"CodeBuildCloneRef": {"RepositoryUrl": "https://x/v1/repos/a", "CommitId": "abc"}}"#).unwrap();
        assert_eq!((found.commit_id.as_str(), found.repository_url.as_deref()), ("abc", Some("https://x/v1/repos/a")));
    }
}
