#![allow(clippy::disallowed_methods, reason = "git works on files: in the runtime folder, never in the data directory")]
use super::process;
use crate::{
    CodeCommit, error,
    state::{self, HEADS, PACKS, RUNTIME, Repository},
};
use gate::{BodyOut, BodyPart, BodyReader, Error, Scope};
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Packs that are unsealed at one go: each holds a file open.
const AT_ONCE: usize = 32;
/// What a repository without branches calls its first one.
const FIRST_BRANCH: &str = "main";

/// A workspace's configuration. Nothing is flushed: it is gone after a crash anyway.
const CONFIG: &str = "[core]
\trepositoryformatversion = 0
\tbare = true
\tfsync = none
\thooksPath = /dev/null
\tbigFileThreshold = 32m
[receive]
\tfsckObjects = true
\tunpackLimit = 1
\tautogc = false
\tupdateServerInfo = false
\tmaxInputSize = 2147483648
[uploadpack]
\tallowFilter = true
[pack]
\tthreads = 2
\twindowMemory = 64m
\tdeltaCacheSize = 64m
[gc]
\tauto = 0
";

/// The runtime folder: the one place where content of repositories lies in the clear, while the server runs.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

/// A repository at one moment, and the packs that are not unsealed yet.
pub(crate) struct Look {
    id: String,
    head: String,
    references: Vec<(String, String)>,
    missing: Vec<(String, BodyReader)>,
}

/// A bare repository with the references of one moment: for one request, gone with it.
pub(crate) struct Workspace {
    folder: TempDir,
    /// The references as they were.
    pub(crate) references: Vec<(String, String)>,
    /// Where the repository's packs lie.
    packs: PathBuf,
}

fn private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(crate) fn failed(what: &str) -> impl Fn(io::Error) -> Error {
    move |e| Error::internal(format_args!("git: {what}: {e}"))
}

impl Workspace {
    /// A repository that is none of this server's: it lies in the folder whole.
    pub(crate) fn foreign(folder: TempDir) -> Self {
        let packs = folder.path().join("objects/pack");
        Self { folder, references: Vec::new(), packs }
    }
}

impl Home {
    /// Takes the folder over: what an earlier process left there is removed.
    pub(crate) fn found(root: &Path) -> io::Result<Self> {
        private(root)?;
        let root = root.canonicalize()?;
        fs::set_permissions(&root, fs::Permissions::from_mode(0o700))?;
        for name in ["repositories", "work"] {
            let path = root.join(name);
            match fs::remove_dir_all(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => private(&path)?,
            }
        }
        Ok(Self(root))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The runtime folder of the world that `scope` belongs to. Operations have no state but the tables, so the
    /// folder's path is a row; a world without git has none.
    pub(crate) fn of(scope: &mut Scope<'_, CodeCommit>) -> Result<Self, Error> {
        scope.get(&RUNTIME, "git")?.map(|row| Self(row.folder.into())).ok_or_else(error::no_git)
    }

    fn packs(&self, id: &str) -> PathBuf {
        self.0.join("repositories").join(id).join("objects/pack")
    }

    fn has(&self, id: &str, pack: &str) -> bool {
        self.packs(id).join(format!("pack-{pack}.idx")).exists()
    }

    /// Removes a deleted repository's content.
    pub(crate) fn forget(&self, id: &str) {
        // What stays behind is removed at the next start.
        let _ = fs::remove_dir_all(self.0.join("repositories").join(id));
    }

    /// Reads the repository's rows, and opens what is not unsealed yet, a number of packs at a time.
    pub(crate) fn look(&self, scope: &mut Scope<'_, CodeCommit>, row: &Repository) -> Result<Look, Error> {
        let key = row.data_key(scope)?;
        let mut missing = Vec::new();
        let packs = scope.scan(&PACKS, row.id.as_str())?;
        for (id, length) in packs.into_iter().filter_map(|(k, pack)| Some((k.into_iter().nth(1)?, pack.length))) {
            if missing.len() < AT_ONCE && !self.has(&row.id, &id) {
                let parts = vec![BodyPart { id: id.clone(), key: key.clone(), length }];
                missing.push((id, scope.read_body(&BodyOut { parts, start: 0, length })?));
            }
        }
        let head = row.default_branch.clone().unwrap_or_else(|| FIRST_BRANCH.into());
        Ok(Look { id: row.id.clone(), head, references: state::references(scope, row, "")?, missing })
    }

    /// A workspace of the repository that `look` reads, again and again until all its packs are unsealed.
    pub(crate) fn workspace(&self, mut look: impl FnMut() -> Result<Look, Error>) -> Result<Workspace, Error> {
        loop {
            let seen = look()?;
            if seen.missing.is_empty() {
                return self.enter(seen).map_err(failed("making a workspace"));
            }
            for (pack, reader) in seen.missing {
                self.unseal(&seen.id, &pack, reader).map_err(failed("unsealing a pack"))?;
            }
        }
    }

    /// Two requests may unseal the same pack at once: both write the same bytes, and a name appears when they are whole.
    fn unseal(&self, id: &str, pack: &str, mut reader: BodyReader) -> io::Result<()> {
        let work = TempDir::new_in(self.0.join("work"))?;
        let file = work.path().join("new.pack");
        io::copy(&mut reader, &mut fs::File::create(&file)?)?;
        process::printed(work.path(), &["index-pack", "--threads=2", "new.pack"])?;
        let packs = self.packs(id);
        private(&packs)?;
        share(&file, &packs, pack)
    }

    fn enter(&self, seen: Look) -> io::Result<Workspace> {
        let packs = self.packs(&seen.id);
        private(&packs)?;
        let folder = TempDir::new_in(self.0.join("work"))?;
        let root = folder.path();
        fs::create_dir_all(root.join("objects/info"))?;
        fs::create_dir_all(root.join("objects/pack"))?;
        fs::create_dir_all(root.join("refs"))?;
        fs::write(root.join("config"), CONFIG)?;
        fs::write(root.join("HEAD"), format!("ref: {HEADS}{}\n", seen.head))?;
        let objects = packs.parent().and_then(Path::to_str).ok_or_else(|| io::Error::other("the runtime folder's path is not UTF-8"))?;
        fs::write(root.join("objects/info/alternates"), format!("{objects}\n"))?;
        let mut packed = io::BufWriter::new(fs::File::create(root.join("packed-refs"))?);
        for (name, object) in &seen.references {
            writeln!(packed, "{object} {name}")?;
        }
        packed.flush()?;
        Ok(Workspace { folder, references: seen.references, packs })
    }
}

impl Workspace {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A short file that git wrote here.
    pub(crate) fn read(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.path().join(name))
    }

    /// The pack that a push left here. None: it brought no objects.
    pub(crate) fn received(&self) -> io::Result<Option<PathBuf>> {
        let mut found = None;
        for entry in fs::read_dir(self.path().join("objects/pack"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind == "pack") && found.replace(path).is_some() {
                return Err(io::Error::other("a push left two packs"));
            }
        }
        Ok(found)
    }

    /// Gives the pack that is the repository's now, under its id, to all requests. It need not be unsealed again then.
    pub(crate) fn share(&self, file: &Path, pack: &str) -> io::Result<()> {
        share(file, &self.packs, pack)
    }
}

/// Moves a pack and its index among a repository's; git sees the pack when its index is there.
fn share(file: &Path, packs: &Path, pack: &str) -> io::Result<()> {
    for kind in ["pack", "idx"] {
        fs::rename(file.with_extension(kind), packs.join(format!("pack-{pack}.{kind}")))?;
    }
    Ok(())
}

/// Opens a file of a workspace.
pub(crate) fn open(path: &Path) -> io::Result<fs::File> {
    fs::File::open(path)
}
