//! Last-used figures are derived from the trail behind the calls: now and then, a little at a time.

use base::AccountId;
use gate::Gate;
use std::time::Duration;
use tokio::sync::watch;

/// How long figures rest: AWS's own come within hours.
const PAUSE: Duration = Duration::from_secs(60);
/// Stretches of an account's trail that one pass folds: more would take the machine from those who call.
const STRETCHES: usize = 20;

/// Folds the trails of these accounts until the server stops.
pub(crate) async fn last_used(gate: Gate, accounts: Vec<AccountId>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stopped.changed() => return,
        }
        let (gate, accounts) = (gate.clone(), accounts.clone());
        // A pass that fails is made again at the next pause; the figures stay as they are.
        let _ = tokio::task::spawn_blocking(move || pass(&gate, &accounts)).await;
    }
}

fn pass(gate: &Gate, accounts: &[AccountId]) {
    for account in accounts {
        for _ in 0..STRETCHES {
            match iam::fold_trail(gate, *account) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    eprintln!("sekisho: last-used figures of {account}: {error}");
                    break;
                }
            }
        }
    }
}
