//! Brings a build's sources into its workspace.

use super::{
    book::Ending,
    driver::{MARK, quoted},
    execute::Execution,
    hosts::CloneReference,
    log::Log,
    objects::{get, list, place, told},
    taken::{self, Brought},
    workspace::Workspace,
};
use crate::{
    checks::{GIT_HOSTS, repository_of},
    model::ProjectSource,
    state::BuildRow,
    workflows::build::Order,
};
use archive::{FolderSink, Limits, extract};
use base64::{Engine, engine::general_purpose::STANDARD};
use gate::{BodyReader, Client};
use provenance::Dependency;
use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Component, Path},
};

/// Where the sources lie, relative to the shared folder.
pub(super) struct Sources {
    /// The primary source's folder.
    pub(super) primary: String,
    /// (identifier, folder) of the others.
    pub(super) secondary: Vec<(String, String)>,
    /// What the primary source was resolved to.
    pub(super) version: Option<String>,
    /// The primary source's repository, where the source itself told it.
    pub(super) url: Option<String>,
    /// What was brought, for the build's provenance.
    pub(super) taken: Vec<Dependency>,
}

struct Wanted<'a> {
    title: String,
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
    /// What it must be.
    sha256: Option<&'a str>,
}

/// Files of a folder in a bucket, and their bytes in all.
const MAX_FILES: usize = 100_000;
const MAX_BYTES: u64 = 16 << 30;
/// What a pipeline's source says in place of its files.
const MAX_REFERENCE: u64 = 16 << 10;

/// AWS numbers the folders; the number comes from the build, so that it is another for each.
fn folder(uuid: &str, index: usize) -> String {
    let number = u32::from_str_radix(&uuid[..8], 16).unwrap_or_default();
    format!("src{:09}/src", (u64::from(number) + index as u64) % 1_000_000_000)
}

/// Brings all sources.
pub(super) struct Download<'a> {
    pub(super) client: &'a Client,
    pub(super) order: &'a Order,
    pub(super) row: &'a BuildRow,
    pub(super) uuid: &'a str,
    pub(super) place: &'a Workspace,
    pub(super) log: &'a Log,
    pub(super) execution: &'a Execution<'a>,
}

impl Download<'_> {
    pub(super) fn run(&self) -> Result<Sources, Ending> {
        let row = self.row;
        let version = row.resolved_source_version.clone();
        let mut sources = Sources { primary: folder(self.uuid, 0), secondary: Vec::new(), version, url: None, taken: Vec::new() };
        make(&self.place.shared.join(&sources.primary))?;
        let asked = row.source_version.as_deref();
        let brought = self.source(&row.source, asked, &sources.primary, "primary source")?;
        sources.taken.extend(taken::of("source", &row.source, asked, &brought));
        sources.version = brought.version.or(sources.version);
        for (index, source) in row.secondary_sources.iter().enumerate() {
            let name = source.source_identifier.clone().unwrap_or_default();
            let version = row.secondary_source_versions.iter().find(|version| version.source_identifier == name);
            let target = folder(self.uuid, index + 1);
            make(&self.place.shared.join(&target))?;
            let asked = version.map(|version| version.source_version.as_str());
            let brought = self.source(source, asked, &target, &format!("secondary source {name}"))?;
            sources.taken.extend(taken::of(&name, source, asked, &brought));
            sources.secondary.push((name, target));
        }
        for (index, source) in row.pipeline_sources.iter().enumerate() {
            let target = folder(self.uuid, index);
            let primary = index == 0;
            let title = if primary {
                format!("primary source and source version arn:aws:s3:::{}/{}", source.bucket, source.key)
            } else {
                format!("secondary source {}", source.name)
            };
            let sha256 = source.sha256.as_deref();
            let wanted = Wanted { title, bucket: &source.bucket, key: &source.key, version: None, sha256 };
            make(&self.place.shared.join(&target))?;
            let brought = bring(self.client, &wanted, &self.place.shared.join(&target), self.place, self.log)?;
            let brought = match brought {
                Object::Files(brought) => brought,
                Object::Reference(reference, sha256) => {
                    let (url, commit) = self.of_reference(&reference, &target, &wanted.title)?;
                    sources.taken.push(taken::of_commit(&source.name, &url, &commit));
                    if primary {
                        (sources.url, sources.version) = (Some(url), Some(commit));
                    }
                    Brought { version: None, sha256: Some(sha256) }
                }
            };
            sources.taken.extend(taken::of_pipeline(source, &brought));
            if !primary {
                sources.secondary.push((source.name.clone(), target));
            }
        }
        Ok(sources)
    }

    /// Brings one source.
    fn source(&self, source: &ProjectSource, version: Option<&str>, target: &str, what: &str) -> Result<Brought, Ending> {
        let location = source.location.as_deref().unwrap_or_default();
        let title = format!("{what} and source version {}", version.unwrap_or("(latest)"));
        match source.kind.as_str() {
            "S3" => {
                let (bucket, key) = place(location);
                let (wanted, folder) = (Wanted { title, bucket, key, version, sha256: None }, self.place.shared.join(target));
                if key.ends_with('/') {
                    return bring_folder(self.client, &wanted, &folder, self.log).map(|()| Brought::default());
                }
                match bring(self.client, &wanted, &folder, self.place, self.log)? {
                    Object::Files(brought) => Ok(brought),
                    Object::Reference(..) => {
                        Err(Ending::failed("CLIENT_ERROR", format!("a reference is for pipelines alone for {}", wanted.title)))
                    }
                }
            }
            "CODECOMMIT" => self.of_codecommit(source, version, target, &title).map(Brought::of_commit),
            kind if GIT_HOSTS.contains(&kind) => self.of_host(source, version, target, &title).map(Brought::of_commit),
            _ => Ok(Brought::default()),
        }
    }

    /// Brings a repository of CodeCommit's; gives its commit.
    pub(super) fn of_codecommit(&self, source: &ProjectSource, version: Option<&str>, target: &str, title: &str) -> Result<String, Ending> {
        self.clone(&Checkout { source, version, target, title })
    }

    /// Clones a repository by git itself, inside a sandbox, as the build's role.
    fn clone(&self, checkout: &Checkout<'_>) -> Result<String, Ending> {
        let refused = |reason: &str| Ending::failed("CLIENT_ERROR", format!("{reason} for {}", checkout.title));
        let location = checkout.source.location.as_deref().unwrap_or_default();
        let Some(repository) = repository_of(location) else { return Err(refused("the repository's URL is not CodeCommit's")) };
        if !self.execution.has_endpoint() {
            return Err(refused("git clone failed: builds do not reach the server here"));
        }
        let (region, path) = (&self.execution.book.owner.region, format!("/v1/repos/{repository}"));
        let credentials = self.execution.book.credentials(self.row)?;
        let password = wire::git::password(&credentials.secret_access_key, "127.0.0.1", &path, region, self.execution.book.now());
        let user = format!("{}%{}", credentials.access_key_id, credentials.session_token.expose());
        let header = format!("Authorization: Basic {}", STANDARD.encode(format!("{user}:{}", password.expose())));
        let env = [
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "http.extraHeader"),
            ("GIT_CONFIG_VALUE_0", &header),
            ("GIT_TERMINAL_PROMPT", "0"),
        ];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let folder = format!("{}/{}", self.execution.root(), checkout.target);
        let told = self.execution.prepare(|nonce| checkout.script(nonce, &path, &folder), env)?;
        match (told.ended, told.texts.into_iter().next()) {
            (Some(true), Some((_, commit))) => Ok(commit),
            _ => Err(refused("git clone failed: git's own words are in the log")),
        }
    }
}

/// A commit of a repository, and where it goes.
struct Checkout<'a> {
    source: &'a ProjectSource,
    version: Option<&'a str>,
    target: &'a str,
    title: &'a str,
}

impl Checkout<'_> {
    fn script(&self, nonce: &str, path: &str, folder: &str) -> String {
        let version = self.version.filter(|version| !version.is_empty()).map(|version| {
            let plain = version.split("^{").next().unwrap_or(version);
            plain.strip_prefix("refs/heads/").or_else(|| plain.strip_prefix("refs/tags/")).unwrap_or(plain)
        });
        let depth = self.source.git_clone_depth.filter(|depth| *depth > 0);
        let branch = version.map(|version| format!(" --branch {}", quoted(version))).unwrap_or_default();
        let shallow = depth
            .map(|depth| format!("git clone -q --depth {depth}{branch} \"$URL\" {0} 2>/dev/null || ", quoted(folder)))
            .unwrap_or_default();
        let checkout = version.map(|version| format!("git checkout -q {} -- || exit 1\n", quoted(version))).unwrap_or_default();
        let modules = self.source.git_submodules_config.as_ref().is_some_and(|config| config.fetch_submodules);
        let modules = if modules { "git submodule -q update --init --recursive || exit 1\n" } else { "" };
        let origin = quoted(self.source.location.as_deref().unwrap_or_default());
        format!(
            "say() {{ printf '{MARK}{nonce} %s{MARK}\\n' \"$*\"; }}\nURL=\"$AWS_ENDPOINT_URL{path}\"\nexport GIT_CONFIG_NOSYSTEM=1\n\
             {shallow}git clone -q \"$URL\" {folder} || exit 1\ncd {folder} || exit 1\n{checkout}{modules}\
             git remote set-url origin {origin}\n\
             say text 0 \"$(git rev-parse HEAD | base64 | tr -d '\\n')\"\nsay end whole\n",
            folder = quoted(folder),
        )
    }
}

/// Brings all objects below a prefix as files.
fn bring_folder(client: &Client, wanted: &Wanted<'_>, target: &Path, log: &Log) -> Result<(), Ending> {
    let refused = |reason: String| Ending::failed("CLIENT_ERROR", format!("{reason} for {}", wanted.title));
    let found = list(client, wanted.bucket, wanted.key, MAX_FILES).map_err(|error| refused(told(&error)))?;
    let (mut files, mut left) = (0, MAX_BYTES);
    for (key, _) in found {
        let name = &key[wanted.key.len()..];
        if name.is_empty() || name.ends_with('/') {
            continue;
        }
        let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !plain {
            return Err(refused(format!("the key {key} is no path of a file")));
        }
        let path = target.join(name);
        make(path.parent().unwrap_or(target))?;
        let (body, _) = get(client, wanted.bucket, &key, None).map_err(|error| refused(told(&error)))?;
        let written = File::create(&path).and_then(|mut file| io::copy(&mut body.take(left + 1), &mut file));
        let written = written.map_err(|e| Ending::fault(format!("a source could not be written to the workspace: {e}")))?;
        left = left.checked_sub(written).ok_or_else(|| refused(format!("the folder has more than {MAX_BYTES} bytes")))?;
        files += 1;
    }
    if files == 0 {
        return Err(refused(format!("there are no objects below s3://{}/{}", wanted.bucket, wanted.key)));
    }
    log.say(&format!("Downloaded s3://{}/{}: {files} file(s)", wanted.bucket, wanted.key));
    Ok(())
}

fn make(path: &Path) -> Result<(), Ending> {
    fs::create_dir_all(path).map_err(|e| Ending::fault(format!("a folder of the build's workspace could not be made: {e}")))
}

/// What an object turned out to be.
enum Object {
    /// A ZIP file, which was unpacked.
    Files(Brought),
    /// What to clone instead, and the SHA-256 of the object that says so.
    Reference(CloneReference, String),
}

/// Downloads and unpacks one ZIP file, unless it is a reference to a repository.
fn bring(client: &Client, wanted: &Wanted<'_>, target: &Path, place: &Workspace, log: &Log) -> Result<Object, Ending> {
    let refused = |reason: String| Ending::failed("CLIENT_ERROR", format!("{reason} for {}", wanted.title));
    let (body, version) = get(client, wanted.bucket, wanted.key, wanted.version).map_err(|error| refused(told(&error)))?;
    let file = place.own.join("source.zip");
    let broken = |e: io::Error| Ending::fault(format!("a source could not be written to the workspace: {e}"));
    let mut packed = spool(body, &file).map_err(broken)?;
    let sha256 = provenance::sha256(&mut packed).map_err(broken)?;
    packed.rewind().map_err(broken)?;
    if let Some(demanded) = wanted.sha256.filter(|demanded| !sha256.eq_ignore_ascii_case(demanded)) {
        return Err(refused(format!("the artifact has the SHA-256 {sha256}, and the pipeline checked {demanded}: it was replaced")));
    }
    if let Some(reference) = referred(&file) {
        let _ = fs::remove_file(&file);
        return Ok(Object::Reference(reference, sha256));
    }
    let mut sink = FolderSink::new(target).map_err(|e| Ending::fault(format!("the source's folder could not be opened: {e}")))?;
    let summary = extract(packed, &mut sink, &Limits::default())
        .map_err(|error| refused(format!("s3://{}/{} could not be unpacked: {error}", wanted.bucket, wanted.key)))?;
    // The next one takes the name again.
    let _ = fs::remove_file(&file);
    log.say(&format!("Unpacked s3://{}/{}: {} file(s), {} bytes", wanted.bucket, wanted.key, summary.files, summary.bytes));
    Ok(Object::Files(Brought { version, sha256: Some(sha256) }))
}

/// The reference that a file holds, if it is one.
fn referred(file: &Path) -> Option<CloneReference> {
    let mut text = Vec::new();
    File::open(file).and_then(|file| file.take(MAX_REFERENCE).read_to_end(&mut text)).ok()?;
    CloneReference::read(&text)
}

fn spool(mut body: BodyReader, path: &Path) -> io::Result<File> {
    let mut file = File::create(path)?;
    io::copy(&mut body, &mut file)?;
    File::open(path)
}
