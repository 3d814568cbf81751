//! Brings a build's sources into its workspace.

use super::{
    book::Ending,
    log::Log,
    objects::{get, told},
    workspace::Workspace,
};
use crate::state::BuildRow;
use archive::{FolderSink, Limits, extract};
use gate::{BodyReader, Client};
use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Where the sources lie, relative to the shared folder.
pub(super) struct Sources {
    /// The primary source's folder.
    pub(super) primary: String,
    /// (identifier, folder) of the others.
    pub(super) secondary: Vec<(String, String)>,
    /// What the primary source was resolved to.
    pub(super) version: Option<String>,
}

struct Wanted<'a> {
    title: String,
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
}

/// AWS numbers the folders; the number comes from the build, so that it is another for each.
fn folder(uuid: &str, index: usize) -> String {
    let number = u32::from_str_radix(&uuid[..8], 16).unwrap_or_default();
    format!("src{:09}/src", (u64::from(number) + index as u64) % 1_000_000_000)
}

pub(super) fn download(client: &Client, row: &BuildRow, uuid: &str, place: &Workspace, log: &Log) -> Result<Sources, Ending> {
    let mut sources = Sources { primary: folder(uuid, 0), secondary: Vec::new(), version: row.resolved_source_version.clone() };
    make(&place.shared.join(&sources.primary))?;
    if row.source.kind == "S3" {
        let (bucket, key) = row.source.location.as_deref().and_then(|l| l.split_once('/')).unwrap_or_default();
        let version = row.source_version.as_deref();
        let title = format!("primary source and source version {}", version.unwrap_or("(latest)"));
        let wanted = Wanted { title, bucket, key, version };
        sources.version = bring(client, &wanted, &place.shared.join(&sources.primary), place, log)?;
    }
    for (index, source) in row.pipeline_sources.iter().enumerate() {
        let target = folder(uuid, index);
        let primary = index == 0;
        let title = if primary {
            format!("primary source and source version arn:aws:s3:::{}/{}", source.bucket, source.key)
        } else {
            format!("secondary source {}", source.name)
        };
        let wanted = Wanted { title, bucket: &source.bucket, key: &source.key, version: None };
        make(&place.shared.join(&target))?;
        bring(client, &wanted, &place.shared.join(&target), place, log)?;
        if !primary {
            sources.secondary.push((source.name.clone(), target));
        }
    }
    Ok(sources)
}

fn make(path: &Path) -> Result<(), Ending> {
    fs::create_dir_all(path).map_err(|e| Ending::fault(format!("a folder of the build's workspace could not be made: {e}")))
}

/// Downloads and unpacks one ZIP file; gives its version.
fn bring(client: &Client, wanted: &Wanted<'_>, target: &Path, place: &Workspace, log: &Log) -> Result<Option<String>, Ending> {
    let refused = |reason: String| Ending::failed("CLIENT_ERROR", format!("{reason} for {}", wanted.title));
    let (body, version) = get(client, wanted.bucket, wanted.key, wanted.version).map_err(|error| refused(told(&error)))?;
    let file = place.own.join("source.zip");
    let packed = spool(body, &file).map_err(|e| Ending::fault(format!("a source could not be written to the workspace: {e}")))?;
    let mut sink = FolderSink::new(target).map_err(|e| Ending::fault(format!("the source's folder could not be opened: {e}")))?;
    let summary = extract(packed, &mut sink, &Limits::default())
        .map_err(|error| refused(format!("s3://{}/{} could not be unpacked: {error}", wanted.bucket, wanted.key)))?;
    // The next one takes the name again.
    let _ = fs::remove_file(&file);
    log.say(&format!("Unpacked s3://{}/{}: {} file(s), {} bytes", wanted.bucket, wanted.key, summary.files, summary.bytes));
    Ok(version)
}

fn spool(mut body: BodyReader, path: &Path) -> io::Result<File> {
    let mut file = File::create(path)?;
    io::copy(&mut body, &mut file)?;
    File::open(path)
}
