//! Repositories elsewhere: a branch as an archive, or a whole repository for a build. git fetches, with nothing of this machine's
//! configuration, by way of a folder for the time being.

use super::{
    home::Workspace,
    objects::Objects,
    process::{Running, complaint, git, scratch},
};
use base::Secret;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fs,
    fs::File,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    time::Duration,
};

/// How long a fetch may take.
const FETCHING: Duration = Duration::from_secs(600);

/// Where a repository is, and what git shows there.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// `https://HOST/OWNER/REPOSITORY`, or `ssh://USER@HOST/OWNER/REPOSITORY`.
    pub url: &'a str,
    /// By HTTP the user's name and password, or token; by SSH the private key, whoever has it.
    pub credential: Option<(&'a str, &'a Secret<String>)>,
    /// By SSH: the host's public keys, a line each. Without them no host is trusted.
    pub host_keys: Option<&'a str>,
    /// `HOST:PORT:ADDRESS`: where the host is, if that was looked up already.
    pub address: Option<&'a str>,
}

/// A branch elsewhere.
#[derive(Debug)]
pub struct Remote<'a> {
    /// Its repository.
    pub access: Access<'a>,
    /// The branch.
    pub branch: &'a str,
    /// The commit, if it is not the branch's newest one.
    pub commit: Option<&'a str>,
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
    let place = place(folder)?;
    let line = Line::open(&remote.access, place.path(), place.path())?;
    line.git(&["init", "-q", "--bare", "."])?;
    let tip = "refs/fetched/tip";
    let reference = match remote.commit {
        Some(commit) => format!("+{commit}:{tip}"),
        None => format!("+refs/heads/{}:{tip}", remote.branch),
    };
    line.fetch(Some(1), &[&reference])?;
    drop(line);
    let objects = Objects::within(Workspace::foreign(place));
    let missing = || format!("{} has no branch {}", remote.access.url, remote.branch);
    let commit = objects.commit(tip).map_err(|e| e.message)?.ok_or_else(missing)?;
    let zip = objects.zip(&commit.commit_id).map_err(|e| e.message)?;
    Ok(RemoteCommit { id: commit.commit_id, message: commit.message, author_date: commit.author.date, zip })
}

pub(super) fn broken(e: io::Error) -> String {
    format!("git: {e}")
}

/// A folder for the time being, in `folder`.
pub(super) fn place(folder: &Path) -> Result<tempfile::TempDir, String> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(broken)?;
    tempfile::tempdir_in(folder).map_err(broken)
}

/// How ssh is called: with what lies in the folder it is called in, and with nothing of the user's own.
const SSH: &str = "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o IdentityFile=ssh-key \
     -o StrictHostKeyChecking=yes -o UserKnownHostsFile=ssh-hosts -o GlobalKnownHostsFile=/dev/null -o HostKeyAlias=host -o CheckHostIP=no \
     -o UpdateHostKeys=no -o ControlPath=none -o ClearAllForwardings=yes -o ForwardAgent=no -o LogLevel=ERROR -o ConnectTimeout=20 \
     -o ServerAliveInterval=20 -o ServerAliveCountMax=3";

/// git's settings for one repository elsewhere.
pub(super) struct Line<'a> {
    access: &'a Access<'a>,
    /// Where git is called.
    folder: &'a Path,
    /// The repository that it works in.
    repository: &'a Path,
    settings: Vec<(&'static str, String)>,
}

impl<'a> Line<'a> {
    /// `folder` holds what ssh needs; it goes before anybody else may read there.
    pub(super) fn open(access: &'a Access<'a>, folder: &'a Path, repository: &'a Path) -> Result<Self, String> {
        let mut settings = vec![
            ("protocol.allow", "never".to_string()),
            ("http.followRedirects", "false".into()),
            ("fetch.fsckObjects", "true".into()),
            ("fetch.recurseSubmodules", "false".into()),
            ("gc.auto", "0".into()),
            ("maintenance.auto", "false".into()),
        ];
        if access.url.starts_with("ssh://") {
            let (Some((_, key)), Some(hosts)) = (access.credential, access.host_keys) else {
                return Err(format!("{} is reached by SSH: it needs a private key and the host's public one", access.url));
            };
            settings.push(("protocol.ssh.allow", "always".into()));
            settings.push(("core.sshCommand", SSH.into()));
            write(&folder.join("ssh-key"), &format!("{}\n", key.expose().trim_end())).map_err(broken)?;
            let known: String = hosts.lines().map(|line| format!("host {line}\n")).collect();
            write(&folder.join("ssh-hosts"), &known).map_err(broken)?;
        } else {
            settings.push(("protocol.https.allow", "always".into()));
            settings.push(("protocol.http.allow", "always".into()));
            if let Some((user, secret)) = access.credential {
                let basic = STANDARD.encode(format!("{user}:{}", secret.expose()));
                settings.push(("http.extraHeader", format!("Authorization: Basic {basic}")));
            }
            if let Some(roots) = std::env::var_os("SSL_CERT_FILE").and_then(|path| path.into_string().ok()) {
                settings.push(("http.sslCAInfo", roots));
            }
            if let Some(address) = access.address {
                settings.push(("http.curloptResolve", address.into()));
            }
        }
        Ok(Self { access, folder, repository, settings })
    }

    /// Fetches references; `depth`: so many commits of each.
    pub(super) fn fetch(&self, depth: Option<u64>, references: &[&str]) -> Result<(), String> {
        let depth = depth.map(|depth| format!("--depth={depth}"));
        let mut arguments = vec!["fetch", "-q", "--no-tags", "--no-write-fetch-head"];
        arguments.extend(depth.as_deref());
        arguments.extend(["--end-of-options", self.access.url]);
        arguments.extend(references);
        self.git(&arguments)
    }

    /// Settings go by the environment: who lists processes does not see them.
    pub(super) fn git(&self, arguments: &[&str]) -> Result<(), String> {
        let errors = scratch(self.folder).map_err(broken)?;
        let mut command = git(self.folder);
        if self.repository != self.folder {
            command.env("GIT_DIR", self.repository);
        }
        command.args(arguments).stderr(errors.try_clone().map_err(broken)?).env("GIT_CONFIG_COUNT", self.settings.len().to_string());
        for (at, (name, value)) in self.settings.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{at}"), name).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        match Running::start(&mut command, FETCHING).and_then(|mut running| running.wait()).map_err(broken)? {
            status if status.success() => Ok(()),
            status => Err(format!("git {} failed ({status}): {}", arguments.first().unwrap_or(&""), complaint(errors))),
        }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        for name in ["ssh-key", "ssh-hosts"] {
            // By HTTP there is none; the folder itself goes soon.
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

/// A file for its owner alone.
fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}
