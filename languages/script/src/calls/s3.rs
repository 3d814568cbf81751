//! `aws s3 …`: the calls that its commands make.

use super::Maker;
use super::aws::Command;
use crate::model::{Piece, Word};

/// Options without a value.
pub(crate) const FLAGS: [&str; 14] = [
    "--recursive",
    "--delete",
    "--quiet",
    "--dryrun",
    "--only-show-errors",
    "--no-progress",
    "--exact-timestamps",
    "--size-only",
    "--follow-symlinks",
    "--no-follow-symlinks",
    "--force",
    "--human-readable",
    "--summarize",
    "--no-guess-mime-type",
];

impl Maker<'_> {
    pub(crate) fn s3(&mut self, operation: &str, command: &Command) {
        // An option takes one value here; what follows is a path.
        let mut paths: Vec<Word> = command.plain.iter().skip(2).cloned().collect();
        paths.extend(command.named.iter().flat_map(|(_, values)| values.iter().skip(1).cloned()));
        let given = |flag: &str| self.invocation.words.iter().any(|word| word.text().is_some_and(|text| text == flag));
        let (recursive, delete) = (given("--recursive") || operation == "sync", given("--delete"));
        let options = &command.options;
        if given("--dryrun") {
            return self.unread("`--dryrun` lists without changing; its calls are not read".into());
        }
        let objects: Vec<Option<Vec<(&'static str, Word)>>> = paths.iter().map(object).collect();
        let bucket = |members: &[(&'static str, Word)]| members.iter().take(1).cloned().collect::<Vec<_>>();
        // A folder's listing asks for what begins with its name and a slash.
        let folder = |members: &[(&'static str, Word)], slash: bool| {
            let mut asked = bucket(members);
            if let Some((_, key)) = members.get(1).filter(|(_, key)| !key.is_empty()) {
                let mut prefix = key.clone();
                if slash && !matches!(prefix.0.last(), Some(Piece::Known(text)) if text.ends_with('/')) {
                    prefix.push(Piece::Known("/".into()));
                }
                asked.push(("Prefix", prefix));
            }
            asked
        };
        let written = written(command);
        match (operation, objects.as_slice()) {
            ("ls", []) => self.call("s3", "ListBuckets", &[], options),
            ("ls", [Some(at)]) => self.call("s3", "ListObjectsV2", &folder(at, false), options),
            ("mb", [Some(at)]) => self.call("s3", "CreateBucket", &bucket(at), options),
            ("rb", [Some(at)]) => self.call("s3", "DeleteBucket", &bucket(at), options),
            ("presign", _) => {}
            ("rm", [Some(at)]) => {
                if recursive {
                    self.call("s3", "ListObjectsV2", &folder(at, true), options);
                    let prefix = at.get(1).map(|(_, key)| key.clone());
                    self.under(at, prefix, "DeleteObject", &[], options);
                } else {
                    self.call("s3", "DeleteObject", at, options);
                }
            }
            ("cp" | "mv" | "sync", [from, to]) => {
                let local = paths.first().cloned().unwrap_or_default();
                if from.is_none() && to.is_none() {
                    return self.unread(format!("which bucket `aws s3 {operation}` is about is not known"));
                }
                if let Some(from) = from {
                    if recursive {
                        self.call("s3", "ListObjectsV2", &folder(from, true), options);
                        self.under(from, from.get(1).map(|(_, key)| key.clone()), "GetObject", &[], options);
                    } else {
                        self.call("s3", "HeadObject", from, options);
                        self.call("s3", "GetObject", from, options);
                    }
                }
                if let Some(to) = to {
                    if operation == "sync" {
                        self.call("s3", "ListObjectsV2", &folder(to, true), options);
                    }
                    let key = to.get(1).map(|(_, key)| key.clone());
                    if recursive {
                        self.under(to, key, "PutObject", &written, options);
                    } else {
                        let mut members = bucket(to);
                        let folder = key
                            .as_ref()
                            .is_none_or(|key| key.is_empty() || matches!(key.0.last(), Some(Piece::Known(text)) if text.ends_with('/')));
                        let mut key = key.unwrap_or_default();
                        if folder {
                            name(&local).0.into_iter().for_each(|piece| key.push(piece));
                        }
                        members.push(("Key", key));
                        members.extend(written);
                        self.call("s3", "PutObject", &members, options);
                    }
                    if delete {
                        self.under(to, to.get(1).map(|(_, key)| key.clone()), "DeleteObject", &[], options);
                    }
                }
                match (from, operation) {
                    (Some(from), "mv") if recursive => {
                        self.under(from, from.get(1).map(|(_, key)| key.clone()), "DeleteObject", &[], options);
                    }
                    (Some(from), "mv") => self.call("s3", "DeleteObject", from, options),
                    _ => {}
                }
            }
            _ => self.unread(format!("what `aws s3 {operation}` calls here is not known")),
        }
    }
    /// A call on objects under a prefix, whose names are not known.
    fn under(
        &mut self,
        at: &[(&'static str, Word)],
        prefix: Option<Word>,
        operation: &str,
        more: &[(&'static str, Word)],
        options: &super::Options,
    ) {
        let mut key = prefix.unwrap_or_default();
        if !key.is_empty() && !matches!(key.0.last(), Some(Piece::Known(text)) if text.ends_with('/')) {
            key.push(Piece::Known("/".into()));
        }
        key.push(Piece::Unknown("the objects' names".into(), None));
        let mut members: Vec<(&str, Word)> = at.iter().take(1).cloned().collect();
        members.push(("Key", key));
        members.extend_from_slice(more);
        self.call("s3", operation, &members, options);
    }
}

/// `s3://bucket/key`; a word that is not known to be one is a local path.
fn object(word: &Word) -> Option<Vec<(&'static str, Word)>> {
    let mut parts = word.after("s3://")?.split('/', 2).into_iter();
    let bucket = parts.next()?;
    Some([Some(("Bucket", bucket)), parts.next().map(|key| ("Key", key))].into_iter().flatten().collect())
}

/// The last part of a path.
fn name(path: &Word) -> Word {
    let mut parts = path.split('/', usize::MAX >> 1);
    parts.pop().filter(|word| !word.is_empty() && word.shown() != "-").unwrap_or_else(|| Word::unknown("the file's name"))
}

/// What options say of the objects that are written.
fn written(command: &Command) -> Vec<(&'static str, Word)> {
    const MEMBERS: [(&str, &str); 6] = [
        ("acl", "ACL"),
        ("content-type", "ContentType"),
        ("cache-control", "CacheControl"),
        ("sse", "ServerSideEncryption"),
        ("sse-kms-key-id", "SSEKMSKeyId"),
        ("storage-class", "StorageClass"),
    ];
    let value = |option: &str| match command.option(option) {
        None if option == "sse" && command.has("sse") => Some(Word::known("AES256")),
        given => given,
    };
    MEMBERS.into_iter().filter_map(|(option, member)| Some((member, value(option)?))).collect()
}
