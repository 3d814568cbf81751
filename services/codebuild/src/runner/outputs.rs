//! Packs what a build made and puts it where it belongs. The build's programs have ended; its files are still a
//! stranger's: links are looked at, never followed outside.

use super::{
    book::Ending,
    log::Log,
    objects::{put, told},
    workspace::Workspace,
};
use crate::state::BuildRow;
use archive::Builder;
use buildspec::{Artifacts, Buildspec};
use gate::Client;
use std::{
    fs::{self, File},
    io::{self, BufWriter},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

const MAX_FILES: usize = 100_000;
const MAX_DEPTH: usize = 64;

pub(super) struct Outputs<'a> {
    pub(super) client: &'a Client,
    pub(super) row: &'a BuildRow,
    pub(super) uuid: &'a str,
    pub(super) place: &'a Workspace,
    /// The primary source's folder, relative to the shared one.
    pub(super) source: &'a str,
    pub(super) log: &'a Log,
}

fn client_error(message: impl Into<String>) -> Ending {
    Ending::failed("CLIENT_ERROR", message)
}

/// One file of an artifact.
struct Member {
    name: String,
    kind: MemberKind,
}

enum MemberKind {
    File(PathBuf),
    Link(String),
}

impl Outputs<'_> {
    /// Uploads all; gives the primary artifact's location.
    pub(super) fn upload(&self, spec: &Buildspec) -> Result<Option<String>, Ending> {
        match self.row.artifacts.kind.as_str() {
            "CODEPIPELINE" => self.to_pipeline(spec),
            "S3" => self.to_bucket(spec),
            _ => Ok(None),
        }
    }

    /// With one output the primary artifact; with several, each by its name among the secondary ones.
    fn to_pipeline(&self, spec: &Buildspec) -> Result<Option<String>, Ending> {
        let mut location = None;
        let outputs = &self.row.pipeline_artifacts;
        for output in outputs {
            let named = spec.artifacts.as_ref().and_then(|a| a.secondary_artifacts.get(&output.name));
            let primary = spec.artifacts.as_ref().filter(|a| outputs.len() == 1 && !a.files.is_empty());
            let Some(artifacts) = named.or(primary) else {
                return Err(client_error(format!(
                    "no matching artifact paths found: the buildspec has no artifacts{} for the pipeline's output {}",
                    if outputs.len() > 1 { "/secondary-artifacts" } else { "" },
                    output.name
                )));
            };
            self.log.say(&format!("Preparing to copy CODEPIPELINE artifact {}", output.name));
            let file = self.zip(artifacts)?;
            let kms = output.kms_key_arn.as_deref().or(self.row.encryption_key.as_ref().map(base::Arn::as_str));
            self.put(&output.bucket, &output.key, &file, kms)?;
            location.get_or_insert(format!("arn:aws:s3:::{}/{}", output.bucket, output.key));
        }
        Ok(location)
    }

    fn to_bucket(&self, spec: &Buildspec) -> Result<Option<String>, Ending> {
        let Some(artifacts) = &spec.artifacts else {
            return Err(client_error("no matching artifact paths found: the buildspec has no artifacts, the project wants them in S3"));
        };
        if !artifacts.secondary_artifacts.is_empty() {
            return Err(client_error("the buildspec has artifacts/secondary-artifacts, the project has no place for them"));
        }
        let to = &self.row.artifacts;
        let bucket = to.location.as_deref().unwrap_or_default();
        let zipped = to.packaging.as_deref() == Some("ZIP");
        let mut folders: Vec<&str> = vec![to.path.as_deref().unwrap_or_default()];
        if to.namespace_type.as_deref() == Some("BUILD_ID") {
            folders.push(self.uuid);
        }
        folders.push(to.name.as_deref().filter(|n| *n != "/").unwrap_or(if to.name.is_some() { "" } else { &self.row.project }));
        let parts: Vec<&str> = folders.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty()).collect();
        let base = parts.join("/");
        let kms = self.row.encryption_key.as_ref().map(base::Arn::as_str).filter(|_| to.encryption_disabled != Some(true));
        if zipped {
            if base.is_empty() {
                return Err(client_error("a ZIP artifact needs a name: artifacts.name is '/'"));
            }
            let file = self.zip(artifacts)?;
            self.put(bucket, &base, &file, kms)?;
        } else {
            for member in self.members(artifacts)? {
                let MemberKind::File(path) = &member.kind else { continue };
                let key = if base.is_empty() { member.name.clone() } else { format!("{base}/{}", member.name) };
                self.put(bucket, &key, path, kms)?;
            }
        }
        Ok(Some(format!("arn:aws:s3:::{bucket}/{base}")))
    }

    fn put(&self, bucket: &str, key: &str, file: &Path, kms: Option<&str>) -> Result<(), Ending> {
        put(self.client, bucket, key, file, kms).map_err(|error| client_error(told(&error)))
    }

    /// The files that an artifact takes.
    fn members(&self, artifacts: &Artifacts) -> Result<Vec<Member>, Ending> {
        let root = self.real_source()?;
        let mut paths = Vec::new();
        walk(&root, "", 0, &mut paths).map_err(|e| client_error(format!("the build's files could not be listed: {e}")))?;
        self.log.say(&format!("Expanding base directory path: {}", artifacts.base_directory.as_deref().unwrap_or(".")));
        let mut members = Vec::new();
        for (path, name) in artifacts.select(&paths) {
            match self.member(&root, &path, artifacts.enable_symlinks) {
                Some(kind) => members.push(Member { name, kind }),
                None => self.log.say(&format!("Left out {path}: it is no file of the build, or a link that leads outside")),
            }
        }
        self.log.say(&format!("Found {} file(s)", members.len()));
        if members.is_empty() {
            return Err(client_error(format!("no matching artifact paths found: none of {:?} is there", artifacts.files)));
        }
        Ok(members)
    }

    /// The source's folder, if the build left it a folder on its way.
    fn real_source(&self) -> Result<PathBuf, Ending> {
        let mut path = self.place.shared.clone();
        for part in self.source.split('/') {
            path.push(part);
            let folder = fs::symlink_metadata(&path).is_ok_and(|m| m.is_dir());
            if !folder {
                return Err(client_error("the source's folder is gone: the build removed it or put something else in its place"));
            }
        }
        Ok(path)
    }

    /// What is at a path that was listed: a file of the build; for a link the file it leads to, or the link itself.
    fn member(&self, root: &Path, path: &str, links: bool) -> Option<MemberKind> {
        let full = root.join(path);
        let metadata = fs::symlink_metadata(&full).ok()?;
        if metadata.is_file() {
            return Some(MemberKind::File(full));
        }
        if !metadata.is_symlink() {
            return None;
        }
        if links {
            return Some(MemberKind::Link(fs::read_link(&full).ok()?.to_str()?.to_string()));
        }
        let (inside, target) = (root.canonicalize().ok()?, full.canonicalize().ok()?);
        let held = target.starts_with(&inside) && fs::symlink_metadata(&target).ok()?.is_file();
        held.then_some(MemberKind::File(target))
    }

    /// Packs an artifact into a file of the runner's own.
    fn zip(&self, artifacts: &Artifacts) -> Result<PathBuf, Ending> {
        let members = self.members(artifacts)?;
        let path = self.place.own.join("artifact.zip");
        let broken = |e: io::Error| Ending::fault(format!("the artifact could not be written: {e}"));
        let mut builder = Builder::new(BufWriter::new(File::create(&path).map_err(broken)?));
        for member in &members {
            let added = match &member.kind {
                MemberKind::Link(target) => builder.add_symlink(&member.name, target),
                MemberKind::File(file) => {
                    let cannot = |e: io::Error| client_error(format!("{} cannot be read: {e}", member.name));
                    let mut content = File::open(file).map_err(cannot)?;
                    let mode = content.metadata().map_err(cannot)?.permissions().mode();
                    builder.add_file(&member.name, mode, &mut content)
                }
            };
            added.map_err(|error| client_error(format!("the artifact could not be packed: {error}")))?;
        }
        builder
            .finish()
            .map_err(|error| Ending::fault(format!("the artifact could not be written: {error}")))?
            .into_inner()
            .map_err(|e| broken(e.into_error()))?;
        Ok(path)
    }
}

/// All files and links below a folder, with `/`; links to folders are not entered.
fn walk(folder: &Path, prefix: &str, depth: usize, paths: &mut Vec<String>) -> io::Result<()> {
    if depth > MAX_DEPTH {
        return Err(io::Error::other(format!("folders lie more than {MAX_DEPTH} deep")));
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Names that are not UTF-8 cannot be members of an artifact.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), depth + 1, paths)?;
        } else {
            paths.push(path);
        }
        if paths.len() > MAX_FILES {
            return Err(io::Error::other(format!("there are more than {MAX_FILES} files")));
        }
    }
    Ok(())
}
