//! A branch of a repository elsewhere, as an archive: fetched by git into a folder of its own, which goes with it.

use super::{
    home::Workspace,
    objects::Objects,
    process::{Running, complaint, git, scratch},
};
use base::Secret;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{fs, fs::File, io, os::unix::fs::DirBuilderExt, path::Path, time::Duration};

/// How long a fetch may take.
const FETCHING: Duration = Duration::from_secs(600);

/// A branch elsewhere, and what git shows there.
#[derive(Debug)]
pub struct Remote<'a> {
    /// `https://HOST/OWNER/REPOSITORY`.
    pub url: &'a str,
    /// The branch.
    pub branch: &'a str,
    /// The commit, if it is not the branch's newest one.
    pub commit: Option<&'a str>,
    /// The user's name and password, or token.
    pub credential: Option<(&'a str, &'a Secret<String>)>,
}

/// A branch's newest commit.
#[derive(Debug)]
pub struct RemoteCommit {
    /// Its id.
    pub id: String,
    /// Its message.
    pub message: String,
    /// Seconds since 1970 and the time zone.
    pub author_date: String,
    /// Its files.
    pub zip: File,
}

/// Fetches the newest commit of a branch, by way of a folder in `folder`.
///
/// # Errors
/// In words: git failed, and why.
pub fn fetch_branch(folder: &Path, remote: &Remote<'_>) -> Result<RemoteCommit, String> {
    let broken = |e: io::Error| format!("git: {e}");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(broken)?;
    let place = tempfile::tempdir_in(folder).map_err(broken)?;
    run(place.path(), &["init", "-q", "--bare", "."], &[])?;
    let mut settings = vec![
        ("protocol.allow", "never".to_string()),
        ("protocol.https.allow", "always".into()),
        ("protocol.http.allow", "always".into()),
        ("http.followRedirects", "false".into()),
        ("fetch.fsckObjects", "true".into()),
    ];
    if let Some((user, secret)) = remote.credential {
        let basic = STANDARD.encode(format!("{user}:{}", secret.expose()));
        settings.push(("http.extraHeader", format!("Authorization: Basic {basic}")));
    }
    if let Some(roots) = std::env::var_os("SSL_CERT_FILE").and_then(|path| path.into_string().ok()) {
        settings.push(("http.sslCAInfo", roots));
    }
    let tip = "refs/fetched/tip";
    let reference = match remote.commit {
        Some(commit) => format!("+{commit}:{tip}"),
        None => format!("+refs/heads/{}:{tip}", remote.branch),
    };
    run(place.path(), &["fetch", "-q", "--depth=1", "--no-tags", "--end-of-options", remote.url, &reference], &settings)?;
    let objects = Objects::within(Workspace::foreign(place));
    let commit = objects.commit(tip).map_err(|e| e.message)?.ok_or_else(|| format!("{} has no branch {}", remote.url, remote.branch))?;
    let zip = objects.zip(&commit.commit_id).map_err(|e| e.message)?;
    Ok(RemoteCommit { id: commit.commit_id, message: commit.message, author_date: commit.author.date, zip })
}

/// Settings go by the environment: who lists processes does not see them.
fn run(folder: &Path, arguments: &[&str], settings: &[(&str, String)]) -> Result<(), String> {
    let broken = |e: io::Error| format!("git: {e}");
    let errors = scratch(folder).map_err(broken)?;
    let mut command = git(folder);
    command.args(arguments).stderr(errors.try_clone().map_err(broken)?).env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (at, (name, value)) in settings.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{at}"), name).env(format!("GIT_CONFIG_VALUE_{at}"), value);
    }
    match Running::start(&mut command, FETCHING).and_then(|mut running| running.wait()).map_err(broken)? {
        status if status.success() => Ok(()),
        status => Err(format!("git {} failed ({status}): {}", arguments.first().unwrap_or(&""), complaint(errors))),
    }
}
