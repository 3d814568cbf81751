//! Packs what a build made and puts it where it belongs. The build's programs have ended; its files are still a
//! stranger's: links are looked at, never followed outside.

use super::{
    book::Ending,
    log::Log,
    objects::{Manner, put, told},
    workspace::Workspace,
};
use crate::{
    model::{ProjectArtifacts, answer::default_key},
    names::Owner,
    state::{BuildRow, PlacedArtifact},
    sums,
};
use archive::Builder;
use base::Arn;
use buildspec::{Artifacts, Buildspec};
use gate::Client;
use provenance::Subject;
use std::{
    collections::BTreeMap,
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
    pub(super) arn: &'a Arn,
    pub(super) owner: &'a Owner,
    pub(super) place: &'a Workspace,
    /// The primary source's folder, relative to the shared one.
    pub(super) source: &'a str,
    pub(super) log: &'a Log,
    /// Names of artifacts that the shell completed, by their identifiers; empty: the primary one's.
    pub(super) names: &'a BTreeMap<String, String>,
}

pub(super) fn client_error(message: impl Into<String>) -> Ending {
    Ending::failed("CLIENT_ERROR", message)
}

fn unread(e: io::Error) -> Ending {
    Ending::fault(format!("the artifact could not be read: {e}"))
}

fn subject(bucket: &str, key: &str, sha256: String) -> Subject {
    Subject { name: format!("s3://{bucket}/{key}"), digest: [("sha256".into(), sha256)].into() }
}

/// One file of an artifact.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: MemberKind,
}

pub(super) enum MemberKind {
    File(PathBuf),
    Link(String),
}

/// Where a build's artifacts went: the primary one, and the others by their identifiers.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub(super) primary: Option<PlacedArtifact>,
    pub(super) secondary: BTreeMap<String, PlacedArtifact>,
    /// Every object, by its digest.
    pub(super) subjects: Vec<Subject>,
}

impl Outputs<'_> {
    /// Uploads all; tells where it went.
    pub(super) fn upload(&self, spec: &Buildspec) -> Result<Placed, Ending> {
        match self.row.artifacts.kind.as_str() {
            "CODEPIPELINE" => self.to_pipeline(spec),
            _ => self.to_buckets(spec),
        }
    }

    /// With one output the primary artifact; with several, each by its name among the secondary ones.
    fn to_pipeline(&self, spec: &Buildspec) -> Result<Placed, Ending> {
        let mut placed = Placed::default();
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
            let own = self.own_key();
            let kms = Some(output.kms_key_arn.as_deref().unwrap_or(own.as_str()));
            let one = self.put_zip(&output.bucket, &output.key, &file, Manner { kms, ..Manner::default() }, &mut placed.subjects)?;
            placed.primary.get_or_insert(one);
        }
        Ok(placed)
    }

    fn to_buckets(&self, spec: &Buildspec) -> Result<Placed, Ending> {
        let mut placed = Placed::default();
        if self.row.artifacts.kind == "S3" {
            let Some(artifacts) = spec.artifacts.as_ref().filter(|artifacts| !artifacts.files.is_empty()) else {
                return Err(client_error("no matching artifact paths found: the buildspec has no artifacts, the project wants them in S3"));
            };
            placed.primary = Some(self.to_bucket(&self.row.artifacts, artifacts, "", &mut placed.subjects)?);
        }
        let secondary = spec.artifacts.iter().flat_map(|artifacts| &artifacts.secondary_artifacts);
        let wanted = |name: &str| self.row.secondary_artifacts.iter().find(|to| to.artifact_identifier.as_deref() == Some(name));
        for (name, artifacts) in secondary.clone() {
            let Some(to) = wanted(name) else {
                return Err(client_error(format!("the buildspec has the secondary artifact {name}, the project has no place for it")));
            };
            let one = self.to_bucket(to, artifacts, name, &mut placed.subjects)?;
            placed.secondary.insert(name.clone(), one);
        }
        let missing = self.row.secondary_artifacts.iter().filter_map(|to| to.artifact_identifier.as_deref());
        match missing.into_iter().find(|name| !placed.secondary.contains_key(*name)) {
            Some(name) => Err(client_error(format!("no matching artifact paths found: the buildspec has no secondary artifact {name}"))),
            None => Ok(placed),
        }
    }

    /// Puts an artifact where the project wants it.
    /// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html>
    fn to_bucket(
        &self,
        to: &ProjectArtifacts,
        artifacts: &Artifacts,
        identifier: &str,
        subjects: &mut Vec<Subject>,
    ) -> Result<PlacedArtifact, Ending> {
        let bucket = to.location.as_deref().unwrap_or_default();
        let bucket = bucket.strip_prefix("arn:aws:s3:::").unwrap_or(bucket);
        let zipped = to.packaging.as_deref() == Some("ZIP");
        let overridden = self.names.get(identifier).filter(|_| to.override_artifact_name == Some(true)).map(String::as_str);
        let by_default = if identifier.is_empty() { self.row.project.as_str() } else { identifier };
        let name = overridden.or(to.name.as_deref()).unwrap_or(by_default);
        let mut folders: Vec<&str> = vec![to.path.as_deref().unwrap_or_default()];
        if to.namespace_type.as_deref() == Some("BUILD_ID") {
            folders.push(artifacts.s3_prefix.as_deref().unwrap_or_default());
            folders.push(self.uuid);
        }
        folders.push(name);
        let parts: Vec<&str> = folders.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty()).collect();
        let base = parts.join("/");
        let own = self.own_key();
        let kms = Some(own.as_str()).filter(|_| to.encryption_disabled != Some(true));
        let manner = Manner { kms, owner: to.bucket_owner_access.as_deref(), ..Manner::default() };
        if zipped {
            if base.is_empty() {
                return Err(client_error("a ZIP artifact needs a name: artifacts.name is '/'"));
            }
            return self.put_zip(bucket, &base, &self.zip(artifacts)?, manner, subjects);
        }
        let manner = Manner { metadata: self.told_of(), ..manner };
        for member in self.members(artifacts)? {
            let MemberKind::File(path) = &member.kind else { continue };
            let key = if base.is_empty() { member.name.clone() } else { format!("{base}/{}", member.name) };
            let sha256 = File::open(path).and_then(provenance::sha256).map_err(unread)?;
            self.put(bucket, &key, path, &manner)?;
            subjects.push(subject(bucket, &key, sha256));
        }
        Ok(PlacedArtifact { location: format!("arn:aws:s3:::{bucket}/{base}"), ..PlacedArtifact::default() })
    }

    /// The project's key, or AWS's own for S3.
    /// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html>
    fn own_key(&self) -> Arn {
        self.row.encryption_key.clone().unwrap_or_else(|| default_key(self.owner))
    }

    /// Every object tells of the build that it is from.
    fn told_of(&self) -> Vec<(&'static str, String)> {
        vec![("codebuild-buildarn", self.arn.to_string())]
    }

    fn put_zip(
        &self,
        bucket: &str,
        key: &str,
        file: &Path,
        manner: Manner<'_>,
        subjects: &mut Vec<Subject>,
    ) -> Result<PlacedArtifact, Ending> {
        let sums = File::open(file).and_then(sums::both).map_err(unread)?;
        let mut metadata = self.told_of();
        metadata.extend([("codebuild-content-sha256", sums.0.clone()), ("codebuild-content-md5", sums.1.clone())]);
        self.put(bucket, key, file, &Manner { metadata, ..manner })?;
        subjects.push(subject(bucket, key, sums.0.clone()));
        Ok(PlacedArtifact { location: format!("arn:aws:s3:::{bucket}/{key}"), sha256: Some(sums.0), md5: Some(sums.1) })
    }

    fn put(&self, bucket: &str, key: &str, file: &Path, manner: &Manner<'_>) -> Result<(), Ending> {
        put(self.client, bucket, key, file, manner).map_err(|error| client_error(told(&error)))
    }

    /// The files that an artifact takes.
    pub(super) fn members(&self, artifacts: &Artifacts) -> Result<Vec<Member>, Ending> {
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
    pub(super) fn real_source(&self) -> Result<PathBuf, Ending> {
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
    pub(super) fn member(&self, root: &Path, path: &str, links: bool) -> Option<MemberKind> {
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
        let path = self.place.own.join("artifact.zip");
        pack(&self.members(artifacts)?, &path)?;
        Ok(path)
    }
}

/// Packs files and links into an archive.
pub(super) fn pack(members: &[Member], path: &Path) -> Result<(), Ending> {
    let broken = |e: io::Error| Ending::fault(format!("the artifact could not be written: {e}"));
    let mut builder = Builder::new(BufWriter::new(File::create(path).map_err(broken)?));
    for member in members {
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
    Ok(())
}

/// All files and links below a folder, with `/`; links to folders are not entered.
pub(super) fn walk(folder: &Path, prefix: &str, depth: usize, paths: &mut Vec<String>) -> io::Result<()> {
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
