//! What one build leaves for the next, in a bucket.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/caching-s3.html>
//!
//! An archive has two folders: `source` for what lies in the primary source, `outside` for the rest. With a key it is written
//! once, under a hash of its paths; without, by every build that succeeds.

use super::{
    book::Ending,
    driver::{CACHE, KEPT, Named},
    execute::{Execution, SCRIPTS},
    log::Log,
    objects::{Manner, get, list, place, put, told},
    outputs::{Member, MemberKind, pack, walk},
};
use crate::state::BuildRow;
use archive::{FolderSink, Limits, extract};
use base::Arn;
use buildspec::{Buildspec, CacheAction, Glob};
use gate::{BodyReader, Client};
use std::{
    fs::{self, File},
    io,
    sync::Mutex,
};

const MAX_FOUND: usize = 10_000;

/// The cache of one build.
pub(super) struct Cache<'a> {
    execution: &'a Execution<'a>,
    row: &'a BuildRow,
    log: &'a Log,
    paths: &'a [String],
    action: Option<CacheAction>,
    bucket: &'a str,
    /// The beginning of all its objects' keys.
    prefix: String,
    /// The object that was found, if its key was the primary one.
    exact: Mutex<bool>,
}

/// The folder of an absolute pattern, before its first wildcard.
fn literal(pattern: &str) -> String {
    let parts: Vec<&str> = pattern.split('/').take_while(|part| !part.contains(['*', '?', '['])).collect();
    parts.join("/")
}

/// The folders outside the source that a buildspec's cache takes.
pub(super) fn kept(spec: &Buildspec) -> Vec<String> {
    let outside = spec.cache.paths.iter().filter(|path| path.starts_with('/'));
    let plain = |path: &String| path.len() > 1 && !path.split('/').any(|part| part == "..");
    outside.map(|pattern| literal(pattern)).filter(plain).collect()
}

/// The keys of a buildspec's cache, for the shell to complete.
pub(super) fn keys(row: &BuildRow, spec: &Buildspec) -> Vec<(Named, String)> {
    let in_bucket = row.cache.as_ref().is_some_and(|cache| cache.kind == "S3");
    let Some(key) = spec.cache.key.as_ref().filter(|_| in_bucket) else { return Vec::new() };
    [key].into_iter().chain(&spec.cache.fallback_keys).enumerate().map(|(at, text)| (Named::CacheKey(at), text.clone())).collect()
}

impl<'a> Cache<'a> {
    /// None: the project has none, or the buildspec puts nothing in.
    pub(super) fn of(execution: &'a Execution<'a>, row: &'a BuildRow, spec: &'a Buildspec, log: &'a Log) -> Option<Self> {
        let cache = row.cache.as_ref().filter(|cache| cache.kind != "NO_CACHE")?;
        if cache.kind == "LOCAL" {
            log.say("The local cache is empty: workspaces are not kept from one build to the next");
            return None;
        }
        if spec.cache.paths.is_empty() {
            return None;
        }
        let (bucket, folder) = place(cache.location.as_deref().unwrap_or_default());
        let scope = cache.cache_namespace.as_deref().unwrap_or(&row.project);
        let paths = crate::sums::sha256(spec.cache.paths.join("\n").as_bytes());
        let parts = [folder.trim_matches('/'), scope, &row.cache_generation.to_string(), &paths[..16]].map(str::to_owned);
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Some(Self {
            execution,
            row,
            log,
            paths: &spec.cache.paths,
            action: spec.cache.action,
            bucket,
            prefix: parts.join("/"),
            exact: Mutex::new(false),
        })
    }

    fn object(&self, key: Option<&str>) -> String {
        // A key is a name: `/` in it stays, as AWS's does.
        format!("{}/{}", self.prefix, key.unwrap_or("cache"))
    }

    /// Brings the archive into the workspace, where the driver looks for it. A cache that is not there is no fault.
    pub(super) fn restore(&self, client: &Client, keys: &[String]) {
        if self.action == Some(CacheAction::Save) {
            return;
        }
        let found = match keys.split_first() {
            None => self.fetch(client, &self.object(None)),
            Some((key, fallbacks)) => {
                let found = self.fetch(client, &self.object(Some(key)));
                *self.exact.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = found.is_some();
                found.or_else(|| fallbacks.iter().find_map(|key| self.newest(client, key)))
            }
        };
        match found {
            Some((object, body)) => match self.unpack(body) {
                Ok(()) => self.log.say(&format!("Successfully imported cache from s3://{}/{object}", self.bucket)),
                Err(why) => self.log.say(&format!("The cache s3://{}/{object} cannot be used: {why}", self.bucket)),
            },
            None => self.log.say("No cache was found: the build begins without one"),
        }
    }

    fn fetch(&self, client: &Client, object: &str) -> Option<(String, BodyReader)> {
        match get(client, self.bucket, object, None) {
            Ok((body, _)) => Some((object.to_owned(), body)),
            Err(error) if error.code == "NoSuchKey" => None,
            Err(error) => {
                self.log.say(&format!("Unable to download cache: {}", told(&error)));
                None
            }
        }
    }

    /// The newest one whose key begins so.
    fn newest(&self, client: &Client, key: &str) -> Option<(String, BodyReader)> {
        let found = list(client, self.bucket, &self.object(Some(key)), MAX_FOUND);
        let found = found.map_err(|error| self.log.say(&format!("Unable to look for caches: {}", told(&error)))).ok()?;
        let (object, _) = found.into_iter().max_by_key(|(_, time)| time.0)?;
        self.fetch(client, &object)
    }

    fn unpack(&self, mut body: BodyReader) -> Result<(), String> {
        let place = self.execution.place;
        let file = place.own.join("cache.zip");
        let mut packed = File::create(&file).map_err(|e| e.to_string())?;
        io::copy(&mut body, &mut packed).map_err(|e| e.to_string())?;
        let target = place.shared.join(SCRIPTS).join(CACHE);
        fs::create_dir_all(&target).map_err(|e| e.to_string())?;
        let mut sink = FolderSink::new(&target).map_err(|e| e.to_string())?;
        let packed = File::open(&file).map_err(|e| e.to_string())?;
        let extracted = extract(packed, &mut sink, &Limits::default()).map_err(|e| e.to_string());
        // The archive that is made at the end takes its place.
        let _ = fs::remove_file(&file);
        extracted.map(drop)
    }

    /// Writes the archive, where it is wanted. A cache that cannot be written is no fault of the build.
    pub(super) fn save(&self, client: &Client, key: Option<&str>, source: &str) -> Result<(), Ending> {
        let there = key.is_some() && *self.exact.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.action == Some(CacheAction::Restore) || there {
            return Ok(());
        }
        let members = self.members(source)?;
        if members.is_empty() {
            self.log.say("Nothing lies at the cache's paths: it is not written");
            return Ok(());
        }
        let file = self.execution.place.own.join("cache.zip");
        pack(&members, &file)?;
        let object = self.object(key);
        let kms = self.row.encryption_key.as_ref().map(Arn::as_str);
        match put(client, self.bucket, &object, &file, &Manner { kms, ..Manner::default() }) {
            Ok(()) => self.log.say(&format!("Successfully uploaded cache to s3://{}/{object}: {} file(s)", self.bucket, members.len())),
            Err(error) => self.log.say(&format!("Unable to upload cache: {}", told(&error))),
        }
        Ok(())
    }

    fn members(&self, source: &str) -> Result<Vec<Member>, Ending> {
        let broken = |e: io::Error| Ending::failed("CLIENT_ERROR", format!("the cache's files could not be listed: {e}"));
        let globs = |outside: bool| -> Vec<Glob> {
            let own = self.paths.iter().filter(|path| path.starts_with('/') == outside);
            // What names a folder means all that is in it.
            let whole = |path: &String| (!path.contains(['*', '?', '['])).then(|| Glob::new(&format!("{path}/**/*")));
            own.flat_map(|path| [Some(Glob::new(path)), whole(path)]).flatten().collect()
        };
        let shared = &self.execution.place.shared;
        let mut members = Vec::new();
        for (root, name, globs) in
            [(shared.join(source), "source", globs(false)), (shared.join(SCRIPTS).join(KEPT), "outside", globs(true))]
        {
            if globs.is_empty() || !root.is_dir() {
                continue;
            }
            let mut paths = Vec::new();
            walk(&root, "", 0, &mut paths).map_err(broken)?;
            for path in paths.into_iter().filter(|path| globs.iter().any(|glob| glob.matches(path))) {
                let full = root.join(&path);
                let Ok(metadata) = fs::symlink_metadata(&full) else { continue };
                let kind = if metadata.is_file() {
                    MemberKind::File(full)
                } else if let Some(target) = fs::read_link(&full).ok().and_then(|target| target.to_str().map(str::to_owned)) {
                    MemberKind::Link(target)
                } else {
                    continue;
                };
                members.push(Member { name: format!("{name}/{path}"), kind });
            }
        }
        Ok(members)
    }
}
