//! Tokens by which a client that asks twice gets the same answer.

use crate::CodeCommit;
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize};
use wire::sigv4::hex_sha256;

/// What a token was used for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Used {
    hash: String,
    made: String,
}

/// Account, token.
static TOKENS: Table<CodeCommit, Used> = Table::regional("request-tokens");

/// A request by its token.
pub(crate) struct Asked(Option<(String, String)>);

/// Refuses a token that no client makes.
pub(crate) fn check(token: Option<&str>) -> Result<(), Error> {
    if token.is_none_or(|t| (1..=256).contains(&t.len()) && !t.chars().any(char::is_control)) {
        return Ok(());
    }
    Err(Error::new("InvalidClientRequestTokenException", "The client request token is not valid: it has 1 to 256 characters"))
}

impl Asked {
    /// What the same request made before, if it was made with this token.
    pub(crate) fn before(
        scope: &mut Scope<'_, CodeCommit>,
        token: Option<&str>,
        request: &impl Serialize,
    ) -> Result<(Self, Option<String>), Error> {
        let Some(token) = token else { return Ok((Self(None), None)) };
        let request = serde_json::to_vec(request).map_err(Error::internal)?;
        let hash = hex_sha256(&[scope.caller().name().as_bytes(), b"\0", &request].concat());
        let account = scope.account()?;
        let made = match scope.get(&TOKENS, &[account.as_str(), token])? {
            Some(used) if used.hash == hash => Some(used.made),
            Some(_) => {
                return Err(Error::new(
                    "IdempotencyParameterMismatchException",
                    "The client request token has been used for another request and cannot be used again",
                ));
            }
            None => None,
        };
        Ok((Self(Some((token.to_owned(), hash))), made))
    }

    /// Remembers what the request made.
    pub(crate) fn made(self, scope: &mut Scope<'_, CodeCommit>, made: &str) -> Result<(), Error> {
        let Some((token, hash)) = self.0 else { return Ok(()) };
        let account = scope.account()?;
        scope.put(&TOKENS, &[account.as_str(), token.as_str()], &Used { hash, made: made.to_owned() })
    }
}
