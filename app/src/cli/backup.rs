use super::{block_on, measure::Measure, project};
use crate::{
    config,
    failure::Failure,
    root_key,
    say::say,
    server::backup::{Manifest, OPERATION},
};
use clap::Args;
use serde_json::json;
use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};
use store::{BackupFile, Contents, RootKey, StoreError};

const EXAMPLES: &str = "Examples:
  sekisho backup /mnt/backups/monday.sekisho            of a running server, or of a stopped one
  sekisho backup --verify /mnt/backups/monday.sekisho   every byte of it, nothing is written
  sekisho restore /mnt/backups/monday.sekisho --dir elsewhere";

/// Write a backup: rows, records and blobs of all accounts, as of one moment, encrypted as at rest.
///
/// A running server goes on meanwhile; the backup is made by it, under the operator, and recorded. The root key is not in it:
/// without the root key nobody can restore it, so keep a copy of the key, in another place than the backups.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// The file to write; with --verify, the backup to read
    target: PathBuf,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Write nothing: check that every byte of this backup is what was written
    #[arg(long)]
    verify: bool,
}

/// A file that is being written, and goes if it is not finished.
struct Partial {
    path: PathBuf,
    file: Option<File>,
}

impl Partial {
    fn make(path: PathBuf) -> Result<Self, Failure> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let file = file.map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
        Ok(Self { path, file: Some(file) })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let failed = |e| Failure::new(format!("{}: {e}", self.path.display()));
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes)).map_err(failed)
    }

    /// Flushed, and under its own name.
    fn keep(mut self, name: &Path) -> Result<(), Failure> {
        let failed = |e| Failure::new(format!("{}: {e}", name.display()));
        if let Some(file) = &self.file {
            file.sync_all().map_err(failed)?;
        }
        fs::rename(&self.path, name).map_err(failed)?;
        self.file = None;
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.file.is_some() {
            // What cannot be removed is written over by the next attempt.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A backup, opened, and its manifest.
pub(super) fn open(path: &Path) -> Result<(BackupFile<BufReader<File>>, Manifest, u64), Failure> {
    let failed = |e| Failure::unusable(format!("{}: {e}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let backup = BackupFile::open(BufReader::with_capacity(1 << 20, file), path)?;
    let manifest = serde_json::from_slice(backup.manifest())
        .ok()
        .filter(|manifest: &Manifest| config::is_id(&manifest.server))
        .ok_or_else(|| Failure::unusable(format!("{}: its manifest is not what was written", path.display())))?;
    Ok((backup, manifest, size))
}

/// The root key that the backup was made under, from the environment or from the folder of the server that it is of; and its
/// file there.
pub(super) fn key_of<R: std::io::Read>(
    backup: &BackupFile<R>,
    path: &Path,
    server: &str,
    state: &Path,
) -> Result<(RootKey, Option<PathBuf>), Failure> {
    if let Some(found) = root_key::from_environment(state)? {
        backup.opens_with(&found.key).map_err(|e| match e {
            StoreError::WrongKey { .. } => Failure::unusable(format!("{e}; {} is another one", found.from)),
            other => other.into(),
        })?;
        return Ok((found.key, None));
    }
    for (key, file) in root_key::all_of_server(server)? {
        match backup.opens_with(&key) {
            Ok(()) => return Ok((key, Some(file))),
            Err(StoreError::WrongKey { .. }) => {}
            Err(e) => return Err(e.into()),
        }
    }
    let folder = config::folder()?.join("servers").join(server);
    let message = format!("{}: the root key that it was made under, by server {server}, is not in {}", path.display(), folder.display());
    Err(Failure::unusable(message)
        .help("bring the copy of the key back as root.key there, mode 0600, or give it with SEKISHO_ROOT_KEY_FILE"))
}

pub(super) fn in_words(contents: Contents, size: u64) -> String {
    let Contents { rows, blobs, .. } = contents;
    format!("{rows} rows, {blobs} blobs, {:.1} MiB", size as f64 / f64::from(1 << 20))
}

fn verified(path: &Path, state: &Path) -> Result<(Contents, Manifest, u64), Failure> {
    let (backup, manifest, size) = open(path)?;
    let (key, _) = key_of(&backup, path, &manifest.server, state)?;
    let mut measure = Measure::new("verifying", size);
    let contents = backup.verify(&key, &mut |at| measure.at(at))?;
    Ok((contents, manifest, size))
}

impl Backup {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let state = self.dir.join(config::STATE);
        if self.verify {
            let (contents, manifest, size) = verified(&self.target, &state)?;
            say!("{}: {}", self.target.display(), in_words(contents, size));
            say!("  whole; of server {}, made at {} by version {}", manifest.server, manifest.created, manifest.version);
            return Ok(ExitCode::SUCCESS);
        }
        let delivery = project::read(&self.dir)?;
        if self.target.try_exists()? {
            return Err(Failure::unusable(format!("{} is there already", self.target.display())).help("give the backup another name"));
        }
        let mut name = self.target.clone().into_os_string();
        name.push(".partial");
        let mut partial = Partial::make(name.into())?;
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let mut measure = Measure::new("writing", 0);
            let mut written = 0;
            let taken = operator.client.download(OPERATION.0, OPERATION.1, json!({}), |bytes| {
                written += bytes.len() as u64;
                measure.at(written);
                partial.write(bytes)
            });
            let taken = tokio::select! {
                taken = taken => taken,
                heard = super::up::interrupted() => heard.and(Err(Failure::new("stopped; nothing was written"))),
            };
            operator.end();
            taken
        })?;
        // Under its own name it is whole.
        let (contents, manifest, size) = verified(&partial.path, &state)?;
        partial.keep(&self.target)?;
        say!("{}: {}, verified", self.target.display(), in_words(contents, size));
        if root_key::from_environment(&state)?.is_none() {
            let folder = config::server_folder(&manifest.server)?;
            say!("The root key is not in it. Keep a copy of {} in another place: without it", folder.join("root.key").display());
            say!("nobody can restore this backup, and with it anybody can.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
