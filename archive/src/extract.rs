use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::ArchiveError;
use crate::path::{check_link, folders_of, normalise};
use crate::reader::{Content, Metered};

/// How much an archive may hold. The defaults are meant for build artifacts.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Members, folders and links included.
    pub max_entries: usize,
    /// Bytes of all content after unpacking.
    pub max_total: u64,
    /// How many bytes one packed byte may become, for members above one mebibyte.
    pub max_ratio: u64,
    /// Bytes of a name or of a link's target.
    pub max_path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_entries: 100_000, max_total: 5 << 30, max_ratio: 200, max_path: 1024 }
    }
}

/// Small members may be as dense as they like: a megabyte of zeros is an honest file.
const DENSE_FROM: u64 = 1 << 20;

/// Where extracted content goes. Names are normalised and checked, unique, and never below a link or a file.
pub trait Sink {
    /// A folder that the archive names. Folders of files may come without being named.
    fn folder(&mut self, path: &str) -> io::Result<()>;
    /// A file with its permission bits and its size; what the sink leaves unread is checked and dropped.
    fn file(&mut self, path: &str, mode: u32, size: u64, content: &mut dyn Read) -> io::Result<()>;
    /// A link that stays inside. Links come after everything else.
    fn link(&mut self, path: &str, target: &str) -> io::Result<()>;
}

/// A sink that calls a function for each file and refuses links: for places that know only objects.
pub struct Each<F>(pub F);

impl<F: FnMut(&str, u64, &mut dyn Read) -> io::Result<()>> Sink for Each<F> {
    fn folder(&mut self, _path: &str) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, path: &str, _mode: u32, size: u64, content: &mut dyn Read) -> io::Result<()> {
        self.0(path, size, content)
    }

    fn link(&mut self, _path: &str, target: &str) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, format!("a link (to {target:?}) cannot be stored here")))
    }
}

/// What was extracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files.
    pub files: usize,
    /// Links.
    pub links: usize,
    /// Bytes of the files.
    pub bytes: u64,
}

/// Extracts a whole archive into a sink. All names, kinds and declared sizes are checked before the sink is called;
/// damage inside a member is found while it is read, so a sink may have got members that came before it.
pub fn extract(reader: impl Read + Seek, sink: &mut dyn Sink, limits: &Limits) -> Result<Summary, ArchiveError> {
    let budget = Cell::new(None);
    let mut zip = open(reader, &budget, limits)?;
    let mut members = plan(&mut zip, limits)?;
    check_places(&members)?;
    members.sort_by_key(|member| member.kind);

    let mut summary = Summary::default();
    for member in &members {
        let refused = |error| ArchiveError::Sink { path: Some(member.path.clone()), error };
        match member.kind {
            Kind::Folder => sink.folder(&member.path).map_err(refused)?,
            Kind::File => {
                extract_file(&mut zip, member, sink)?;
                summary.files += 1;
                summary.bytes += member.size;
            }
            Kind::Link => {
                let target = String::from_utf8(read_all(&mut zip, member)?).map_err(|_| ArchiveError::UnsafeLink {
                    path: member.path.clone(),
                    target: String::new(),
                    reason: "its target is not UTF-8",
                })?;
                check_link(&member.path, &target, limits.max_path)?;
                sink.link(&member.path, &target).map_err(refused)?;
                summary.links += 1;
            }
        }
    }
    Ok(summary)
}

/// Reads one file of an archive, of at most `max` bytes.
pub fn read_file(reader: impl Read + Seek, path: &str, max: u64) -> Result<Vec<u8>, ArchiveError> {
    let limits = Limits::default();
    let wanted = normalise(path, limits.max_path)?;
    let budget = Cell::new(None);
    let mut zip = open(reader, &budget, &limits)?;
    let mut found = None;
    for index in 0..zip.len() {
        let raw = zip.by_index_data(index).map_err(damaged)?;
        // Other members' names are not this call's concern, so a bad one is passed over.
        let is_wanted = raw.name().is_ok_and(|name| normalise(&name, limits.max_path).is_ok_and(|name| name == wanted));
        if is_wanted && found.replace(index).is_some() {
            return Err(ArchiveError::Conflict { path: wanted });
        }
    }
    let index = found.ok_or(ArchiveError::NotFound { path: wanted })?;
    let member = describe(&zip, index, &limits)?;
    if member.kind != Kind::File {
        return Err(ArchiveError::Unsupported { path: member.path, reason: "it is no file".to_owned() });
    }
    if member.size > max {
        return Err(ArchiveError::TooLarge { path: Some(member.path), limit: max });
    }
    read_all(&mut zip, &member)
}

/// In the order in which they are extracted: links last, so that nothing is ever written through one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Folder,
    File,
    Link,
}

struct Member {
    index: usize,
    path: String,
    kind: Kind,
    mode: u32,
    size: u64,
    packed: u64,
}

type Zip<'a, R> = ZipArchive<Metered<'a, R>>;

/// Opens the archive; its tables are read into memory, so no more of them than the limits can explain.
fn open<'a, R: Read + Seek>(inner: R, budget: &'a Cell<Option<u64>>, limits: &Limits) -> Result<Zip<'a, R>, ArchiveError> {
    let per_entry = limits.max_path as u64 + 256;
    budget.set(Some((limits.max_entries as u64).saturating_mul(per_entry).saturating_add(1 << 20)));
    let opened = ZipArchive::new(Metered { inner, budget });
    if budget.get() == Some(0) {
        return Err(ArchiveError::TooManyEntries { limit: limits.max_entries });
    }
    budget.set(None);
    let zip = opened.map_err(damaged)?;
    if zip.has_duplicate_names() {
        return Err(ArchiveError::Damaged { path: None, reason: "two members have the same name".to_owned() });
    }
    if zip.len() > limits.max_entries {
        return Err(ArchiveError::TooManyEntries { limit: limits.max_entries });
    }
    Ok(zip)
}

fn plan<R: Read + Seek>(zip: &mut Zip<'_, R>, limits: &Limits) -> Result<Vec<Member>, ArchiveError> {
    let mut members = Vec::new();
    let mut total: u64 = 0;
    for index in 0..zip.len() {
        let member = describe(zip, index, limits)?;
        total = total.saturating_add(member.size);
        if total > limits.max_total {
            return Err(ArchiveError::TooLarge { path: None, limit: limits.max_total });
        }
        if member.size > DENSE_FROM && member.size > member.packed.saturating_mul(limits.max_ratio) {
            return Err(ArchiveError::TooDense { path: member.path, limit: limits.max_ratio });
        }
        if member.kind == Kind::Link && member.size > limits.max_path as u64 {
            return Err(ArchiveError::TooLarge { path: Some(member.path), limit: limits.max_path as u64 });
        }
        members.push(member);
    }
    // Members that share their bytes make a small archive large without any of them being dense.
    if zip.has_overlapping_entries().map_err(damaged)? {
        return Err(ArchiveError::Damaged { path: None, reason: "its members overlap".to_owned() });
    }
    Ok(members)
}

fn describe<R: Read + Seek>(zip: &Zip<'_, R>, index: usize, limits: &Limits) -> Result<Member, ArchiveError> {
    const TYPE: u32 = 0o170_000;
    let raw = zip.by_index_data(index).map_err(damaged)?;
    let name = raw.name().map_err(damaged)?;
    let path = normalise(&name, limits.max_path)?;
    let mode = raw.unix_mode().unwrap_or(0o644);
    let kind = match mode & TYPE {
        0o120_000 => Kind::Link,
        0o040_000 => Kind::Folder,
        0 | 0o100_000 if raw.is_dir() => Kind::Folder,
        0 | 0o100_000 => Kind::File,
        _ => {
            return Err(ArchiveError::Unsupported { path, reason: "it is a device, a socket or a pipe".to_owned() });
        }
    };
    if raw.encrypted() {
        return Err(ArchiveError::Unsupported { path, reason: "it is encrypted".to_owned() });
    }
    let (size, packed) = if kind == Kind::Folder { (0, 0) } else { (raw.size(), raw.compressed_size()) };
    Ok(Member { index, path, kind, mode: mode & 0o777, size, packed })
}

/// Refuses two members of one name, and members below one that is no folder.
fn check_places(members: &[Member]) -> Result<(), ArchiveError> {
    let mut kinds = HashMap::with_capacity(members.len());
    for member in members {
        match kinds.insert(member.path.as_str(), member.kind) {
            None => {}
            Some(Kind::Folder) if member.kind == Kind::Folder => {}
            Some(_) => {
                return Err(ArchiveError::Conflict { path: member.path.clone() });
            }
        }
    }
    for member in members {
        if folders_of(&member.path).any(|folder| kinds.get(folder).is_some_and(|kind| *kind != Kind::Folder)) {
            return Err(ArchiveError::Conflict { path: member.path.clone() });
        }
    }
    Ok(())
}

fn extract_file<R: Read + Seek>(zip: &mut Zip<'_, R>, member: &Member, sink: &mut dyn Sink) -> Result<(), ArchiveError> {
    let mut content = content(zip, member)?;
    let written = sink
        .file(&member.path, member.mode, member.size, &mut content)
        // The checksum is compared at the end, so the sink's leaving early must not skip it.
        .and_then(|()| io::copy(&mut content, &mut io::sink()));
    match (content.fault.take(), written) {
        (Some(reason), _) => Err(ArchiveError::Damaged { path: Some(member.path.clone()), reason }),
        (None, Err(error)) => Err(ArchiveError::Sink { path: Some(member.path.clone()), error }),
        (None, Ok(_)) => Ok(()),
    }
}

fn read_all<R: Read + Seek>(zip: &mut Zip<'_, R>, member: &Member) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    content(zip, member)?
        .read_to_end(&mut bytes)
        .map_err(|error| ArchiveError::Damaged { path: Some(member.path.clone()), reason: error.to_string() })?;
    Ok(bytes)
}

fn content<'a, 'm, R: Read + Seek>(zip: &'a mut Zip<'m, R>, member: &Member) -> Result<Content<ZipFile<'a, Metered<'m, R>>>, ArchiveError> {
    let inner = zip.by_index(member.index).map_err(|error| match error {
        ZipError::UnsupportedArchive(reason) => ArchiveError::Unsupported { path: member.path.clone(), reason: reason.to_owned() },
        ZipError::CompressionMethodNotSupported(method) => {
            ArchiveError::Unsupported { path: member.path.clone(), reason: format!("it is packed with compression method {method}") }
        }
        other => ArchiveError::Damaged { path: Some(member.path.clone()), reason: other.to_string() },
    })?;
    Ok(Content::new(inner, member.size))
}

fn damaged(error: ZipError) -> ArchiveError {
    ArchiveError::Damaged { path: None, reason: error.to_string() }
}
