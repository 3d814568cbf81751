use super::{block_on, measure::Measure, project};
use crate::{
    config,
    failure::Failure,
    root_key::{self, Coming},
    say::say,
};
use clap::Args;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use store::{Step, StoreError};

const EXAMPLES: &str = "Examples:
  sekisho rotate-root-key                                              a new key in the configuration folder
  SEKISHO_NEW_ROOT_KEY_COMMAND='vault kv get -field=key sekisho' \\
      sekisho rotate-root-key                                          a key that a secret manager holds
  SEKISHO_ROOT_KEY_FILE=/run/keys/old sekisho rotate-root-key --own    back into the configuration folder

A root key is 64 hexadecimal digits. It is taken from SEKISHO_ROOT_KEY, from the file that SEKISHO_ROOT_KEY_FILE names (mode
0600), from what SEKISHO_ROOT_KEY_COMMAND prints, or else from the configuration folder; the new one from the same with NEW_
before ROOT.";

/// Have another root key wrap the keys of the data; the old one opens nothing any more. The server must be stopped.
///
/// The data is not written again, but once if a version without wrapped keys made it. Cut off at any moment, one of the two keys
/// opens all of it. Backups are opened by the key that they were made under: keep it for as long as you keep them.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RotateRootKey {
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Make the new key in the configuration folder, though the present one comes from elsewhere
    #[arg(long)]
    own: bool,
}

impl RotateRootKey {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let state = self.dir.join(config::STATE);
        let data = state.join("data");
        if !data.exists() {
            return Err(Failure::unusable(format!("there is no data in {}", state.display())).help("there is nothing to protect yet"));
        }
        let delivery = project::read(&self.dir)?;
        let id = config::server_id(&state)?;
        // Says who has it, before anything else.
        drop(store::hold(&data)?);
        let old = root_key::of_server(&id, &state)?;
        let given = root_key::new_from_environment(&state)?;
        let (key, from, coming) = match given {
            Some(_) if self.own => {
                return Err(Failure::unusable("a new root key is given, and --own asks for another").help("leave one of them out"));
            }
            Some(found) => (found.key, found.from, None),
            None if old.own || self.own => {
                let coming = Coming::new(&id);
                (coming.key()?, config::server_folder(&id)?.join("root.key").display().to_string(), Some(coming))
            }
            None => {
                return Err(Failure::unusable(format!("the present root key comes from {}, and no new one is given", old.from))
                    .help("give it with SEKISHO_NEW_ROOT_KEY_FILE or SEKISHO_NEW_ROOT_KEY_COMMAND, or --own to make one here"));
            }
        };
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let recorded = operator.client.call("operator", "RotateRootKey", json!({})).await;
            operator.end();
            Ok(recorded?)
        })?;
        let kept = rotate(&data, &id, &old.key, &key, coming.as_ref())?;
        say!("the root key is now that of {from}; the one before opens nothing any more, but the backups made under it");
        if let Some(kept) = kept {
            say!("it lies in {}: keep it as long as those backups, then remove it", kept.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn rotate(data: &Path, id: &str, old: &store::RootKey, new: &store::RootKey, coming: Option<&Coming>) -> Result<Option<PathBuf>, Failure> {
    let mut measure = None;
    let mut kept = None;
    let stop = |e: Failure| StoreError::Invalid(e.to_string());
    store::rotate(data, old, new, &mut |step| {
        match step {
            Step::Opened => coming.map_or(Ok(()), Coming::announce).map_err(stop)?,
            Step::Copied { done, of } => measure.get_or_insert_with(|| Measure::new("writing rows", of)).at(done),
            Step::Wrapped => kept = root_key::arrived(id, coming.is_some()).map_err(stop)?,
            Step::Prepared | Step::Switched => {}
        }
        Ok(())
    })?;
    Ok(kept)
}
