use super::{
    backup::{in_words, key_of, open},
    measure::Measure,
};
use crate::{config, failure::Failure, root_key, say::say};
use base::{SystemEntropy, uuid};
use clap::Args;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::ExitCode,
};

const EXAMPLES: &str = "Examples:
  sekisho restore /mnt/backups/monday.sekisho                      into a folder with no state yet
  sekisho restore /mnt/backups/monday.sekisho --replace            instead of the state that is there
  SEKISHO_ROOT_KEY_FILE=/mnt/keys/monday.key sekisho restore ...   with a key from elsewhere";

/// Restore a backup into DIR/.sekisho, whole or not at all.
///
/// What it becomes is a server of its own, with a copy of the root key that the backup was made under. Work that was under way
/// when the backup was made goes on when the server is started.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// The backup
    source: PathBuf,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Replace the state that is there
    #[arg(long)]
    replace: bool,
}

/// The folder that a restored state is built in, beside the one that it becomes.
const DRAFT: &str = ".sekisho.restoring";

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Failure + '_ {
    move |e| Failure::new(format!("{}: {e}", path.display()))
}

/// Removes what another restore left, unless it is still at work.
fn cleared(draft: &Path) -> Result<(), Failure> {
    if !draft.exists() {
        return Ok(());
    }
    let data = draft.join("data");
    let held = if data.exists() { Some(store::hold(&data)?) } else { None };
    fs::remove_dir_all(draft).map_err(failed(draft))?;
    drop(held);
    Ok(())
}

fn flushed(folder: &Path) -> Result<(), Failure> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

impl Restore {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let state = self.dir.join(config::STATE);
        let (data, blobs) = (state.join("data"), state.join("blobs"));
        let holds_data = data.exists() || blobs.exists();
        if holds_data && !self.replace {
            return Err(Failure::unusable(format!("there is data in {} already", state.display()))
                .help("restore into another folder with --dir, or give --replace: what is there is lost then"));
        }
        // Nobody else may be at work there, now and until it is replaced.
        let _held = if data.exists() { Some(store::hold(&data)?) } else { None };
        let (backup, manifest, size) = open(&self.source)?;
        let (key, key_file) = key_of(&backup, &self.source, &manifest.server, &state)?;
        let draft = self.dir.join(DRAFT);
        cleared(&draft)?;
        config::private_folder(&draft)?;
        let built = (|| {
            fs::write(draft.join(".gitignore"), "*\n").map_err(failed(&draft))?;
            let mut measure = Measure::new("restoring", size);
            let contents = backup.restore(&key, &draft.join("data"), &draft.join("blobs"), &mut |at| measure.at(at))?;
            let id = self.identity(&manifest.server, &state, key_file.as_deref())?;
            config::write_private(&draft.join("server-id"), id.as_bytes())?;
            flushed(&draft)?;
            Ok((contents, id))
        })();
        let (contents, id) = built.inspect_err(|_: &Failure| {
            // It is of no use, and takes space. What cannot be removed now is removed by the next restore.
            let _ = fs::remove_dir_all(&draft);
        })?;
        put_in_place(&draft, &state)?;
        flushed(&self.dir)?;
        say!("{} is as it was at {}: {}", state.display(), manifest.created, in_words(contents, size));
        if !config::server_folder(&id)?.join("root.key").exists() {
            say!("Its root key comes from the environment, now and from now on.");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The id of the restored server. Two data directories never share one: each has its own keys, which change by themselves.
    fn identity(&self, of: &str, state: &Path, key_file: Option<&Path>) -> Result<String, Failure> {
        // Nor is the present key put in danger: until the state is replaced, it opens what is there.
        let present = config::server_folder(of)?.join("root.key");
        let same_key = key_file.is_none_or(|path| path == present);
        let same = same_key && state.join("server-id").exists() && config::server_id(state)? == of;
        let id = if same { of.to_owned() } else { uuid(&SystemEntropy) };
        let (from, to) = (config::server_folder(of)?, config::server_folder(&id)?);
        if let Some(path) = key_file.filter(|path| *path != to.join("root.key")) {
            root_key::adopt(&id, path)?;
        }
        let operator = from.join("operator.json");
        if let (false, Some(bytes)) = (same, config::read_private(&operator)?) {
            config::write_private(&to.join("operator.json"), &bytes)?;
        }
        Ok(id)
    }
}

/// In one step: before it the state is what it was, after it what was restored.
fn put_in_place(draft: &Path, state: &Path) -> Result<(), Failure> {
    if !state.exists() {
        return fs::rename(draft, state).map_err(failed(state));
    }
    renameat2(AT_FDCWD, draft, AT_FDCWD, state, RenameFlags::RENAME_EXCHANGE).map_err(|e| {
        Failure::new(format!("{} cannot be replaced: {e}", state.display()))
            .help(format!("the file system may not know how: remove {} yourself, and restore again", state.display()))
    })?;
    // What was there before lies where the draft was.
    fs::remove_dir_all(draft).map_err(failed(draft))
}
