use super::{
    Run,
    progress::{GOOD, styled},
};
use crate::{client::Client, failure::Failure};
use base::{Clock, SystemClock};
use base64::{Engine, engine::general_purpose::STANDARD};
use delivery::Source;
use std::{path::Path, process::Command};

struct Git<'a> {
    folder: &'a Path,
    tree: &'a Path,
    authorization: String,
    bundle: &'a Path,
}

impl Git<'_> {
    /// Runs git without the user's configuration; the credentials go by the environment, not the command line.
    fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let config = [
            ("http.extraHeader", self.authorization.as_str()),
            ("user.name", "sekisho run"),
            ("user.email", "sekisho@localhost"),
            ("core.autocrlf", "false"),
        ];
        let mut command = Command::new("git");
        command.args(["--git-dir"]).arg(self.folder).arg("--work-tree").arg(self.tree).args(arguments).current_dir(self.tree);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        crate::root_key::variables_removed(&mut command);
        command
            .env("GIT_SSL_CAINFO", self.bundle)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0");
        command.env("GIT_CONFIG_COUNT", config.len().to_string());
        for (i, (key, value)) in config.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{i}"), key).env(format!("GIT_CONFIG_VALUE_{i}"), value);
        }
        let output =
            command.output().map_err(|e| Failure::new(format!("git: {e}")).help("`sekisho run` pushes sources with git: install it"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_string());
        }
        let shown = arguments.first().copied().unwrap_or_default();
        Err(Failure::new(format!("git {shown}: {}", super::progress::plain(String::from_utf8_lossy(&output.stderr).trim()))))
    }
}

impl Run {
    /// Pushes the sources that differ from what their branches hold. Returns how many did.
    pub(super) async fn push_sources(&self) -> Result<usize, Failure> {
        let mut pushed = 0;
        for source in &self.delivery.sources {
            let client = self.client(&source.account)?.clone();
            self.progress.now(&format!("source {}/{}", source.account, source.repository));
            let commit = tokio::task::block_in_place(|| self.push(source, &client))?;
            let name = format!("{}/{}@{}", source.account, source.repository, source.branch);
            match commit {
                Some(commit) => {
                    pushed += 1;
                    self.progress
                        .line("source", &format!("{name:<28} {}", styled(GOOD, &format!("pushed {}", &commit[..commit.len().min(8)]))));
                }
                None => self.progress.line("source", &format!("{name:<28} no changes")),
            }
        }
        Ok(pushed)
    }

    fn push(&self, source: &Source, client: &Client) -> Result<Option<String>, Failure> {
        let tree = self.folder.join(&source.from);
        if !tree.is_dir() {
            return Err(Failure::unusable(format!(
                "sekisho.yaml:{}:{}: {} is not a folder",
                source.position.line,
                source.position.column,
                tree.display()
            )));
        }
        let tree = tree.canonicalize()?;
        let temporary = tempfile::tempdir()?;
        let folder = temporary.path().join("git");
        let path = format!("/v1/repos/{}", source.repository);
        let credentials = client.credentials();
        let host = self.address.ip().to_string();
        let password = wire::git::password(&credentials.secret_access_key, &host, &path, &self.delivery.region, SystemClock.now());
        let token = credentials.session_token.as_ref().map(|t| format!("%{}", t.expose())).unwrap_or_default();
        let basic = STANDARD.encode(format!("{}{token}:{}", credentials.access_key_id, password.expose()));
        let git = Git { folder: &folder, tree: &tree, authorization: format!("Authorization: Basic {basic}"), bundle: &self.bundle };
        let url = format!("https://{}{path}", self.address);
        git.run(&["init", "--quiet"])?;
        let reference = format!("refs/heads/{}", source.branch);
        let known = git.run(&["ls-remote", &url, &reference])?;
        let parent = if known.is_empty() {
            None
        } else {
            git.run(&["fetch", "--quiet", &url, &reference])?;
            Some(git.run(&["rev-parse", "FETCH_HEAD"])?)
        };
        git.run(&["add", "--all", "."])?;
        let written = git.run(&["write-tree"])?;
        let mut arguments = vec!["commit-tree", &written, "-m", "Deliver by sekisho run"];
        if let Some(parent) = &parent {
            if git.run(&["rev-parse", &format!("{parent}^{{tree}}")])? == written {
                return Ok(None);
            }
            arguments.extend(["-p", parent]);
        }
        let commit = git.run(&arguments)?;
        git.run(&["push", "--quiet", &url, &format!("{commit}:{reference}")])?;
        Ok(Some(commit))
    }
}
