//! The tokens of starts: a start that is sent again is the same start. They are forgotten a day later, when an execution of the
//! pipeline ends.

use crate::CodePipeline;
use base::{AccountId, Timestamp};
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Account, pipeline, the caller's own token of a start: the execution that it started.
pub(crate) static START_TOKENS: Table<CodePipeline, String> = Table::regional("start-tokens");
/// Account, pipeline, execution: the token that started it. The ids of executions are in the order of their times.
pub(crate) static STARTED_BY: Table<CodePipeline, Given> = Table::regional("started-by");

/// A token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Given {
    token: String,
    when: Timestamp,
}

const LIFE: Duration = Duration::from_secs(24 * 3600);
/// Of one execution's end: more than what one execution brings.
const FORGOTTEN_AT_ONCE: usize = 16;

/// What a token has started.
pub(crate) fn started(scope: &mut Scope<'_, CodePipeline>, account: AccountId, name: &str, token: &str) -> Result<Option<String>, Error> {
    scope.get(&START_TOKENS, &[account.as_str(), name, token])
}

/// Keeps what a token has started.
pub(crate) fn keep(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    name: &str,
    token: &str,
    execution: &String,
) -> Result<(), Error> {
    let given = Given { token: token.into(), when: scope.now() };
    scope.put(&START_TOKENS, &[account.as_str(), name, token], execution)?;
    scope.put(&STARTED_BY, &[account.as_str(), name, execution.as_str()], &given)
}

/// Forgets the pipeline's oldest tokens.
pub(crate) fn forget(scope: &mut Scope<'_, CodePipeline>, account: AccountId, name: &str) -> Result<(), Error> {
    let now = scope.now();
    for (key, given) in scope.page(&STARTED_BY, &[account.as_str(), name], None, FORGOTTEN_AT_ONCE, false)? {
        let Some(execution) = key.last().filter(|_| given.when.plus(LIFE) < now) else { break };
        scope.delete(&START_TOKENS, &[account.as_str(), name, given.token.as_str()]);
        scope.delete(&STARTED_BY, &[account.as_str(), name, execution.as_str()]);
    }
    Ok(())
}
