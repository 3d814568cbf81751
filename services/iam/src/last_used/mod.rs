//! Who used what last: derived from the trail, behind the calls. No call writes a figure.
//!
//! The trail is folded into figures in small steps: by the job of `GenerateServiceLastAccessedDetails`, and by the server now and
//! then ([`fold_trail`]). What is not folded yet is read from the trail's end, a bounded stretch of it.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html>

mod figures;
mod fold;
mod grants;
mod jobs;
mod report;

pub(crate) use figures::{KeyFigures, key_last_used, role_last_used};
pub(crate) use fold::{FoldStep, fold};
pub(crate) use grants::{PolicyOf, granting, policies_of};
pub(crate) use jobs::{JobState, job, maker};
pub(crate) use report::{EntityRow, JobRow, ServiceRow, compile, subject};

use crate::Iam;
use base::{AccountId, Timestamp};
use gate::{Error, Gate, Scope, StepContext, Table};
use serde::{Deserialize, Serialize};

/// When something was used, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastUse {
    pub(crate) time: Timestamp,
    pub(crate) region: String,
    /// `service:Operation`.
    pub(crate) action: String,
}

/// Account, unique id, service, operation.
pub(crate) static USED: Table<Iam, LastUse> = Table::new("used");
/// Account, unique id.
pub(crate) static ENTITIES: Table<Iam, LastUse> = Table::new("used-entities");
/// Access key id.
pub(crate) static KEYS_USED: Table<Iam, LastUse> = Table::new("used-keys");
/// The last event of the trail that is folded, by account.
static FOLDED: Table<Iam, String> = Table::new("folded");
/// Account, job id.
pub(crate) static JOBS: Table<Iam, JobRow> = Table::new("last-accessed-jobs");

/// The last event of the account's trail that is folded.
fn folded(scope: &mut Scope<'_, Iam>, account: AccountId) -> Result<Option<String>, Error> {
    scope.get(&FOLDED, account.as_str())
}

/// Folds a stretch of an account's trail into figures; tells whether there is more. The server calls it now and then.
///
/// # Errors
/// The store failed.
pub fn fold_trail(gate: &Gate, account: AccountId) -> Result<bool, Error> {
    let context = StepContext { account, region: gate.region().clone() };
    gate.step(&Iam(()), &context, |scope| fold(scope, account)).map(|step| step == FoldStep::More)
}
