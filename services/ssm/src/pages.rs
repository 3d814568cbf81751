//! Lists in pages. A token is the name behind which the next page begins, so that each page costs the same.

use crate::{
    Ssm,
    error::invalid_token,
    names::{Key, PathKey},
    state::{PARAMETERS, ParameterRow},
};
use gate::{Error, Scope};

/// Rows that are read at once.
const BATCH: usize = 64;
/// Rows that one call looks at: a page may have less than was asked for, and a token.
const MOST: usize = 4096;

pub(crate) fn token(text: &str) -> String {
    base::list_token(text)
}

pub(crate) fn read_token(token: Option<&str>) -> Result<Option<String>, Error> {
    // An empty token is none, as in AWS's answers.
    let given = token.filter(|token| !token.is_empty());
    given.map(|token| base::place_of_token(token).ok_or_else(invalid_token)).transpose()
}

/// At most `limit` parameters below `path` that pass, and the token of the next page.
pub(crate) fn page(
    scope: &mut Scope<'_, Ssm>,
    path: &PathKey,
    next: Option<&str>,
    limit: usize,
    passes: impl Fn(&ParameterRow) -> bool,
) -> Result<(Vec<ParameterRow>, Option<String>), Error> {
    let (account, now) = (scope.account()?, scope.now());
    let mut last = read_token(next)?.map(|name| Key::new(account, &name));
    let (mut found, mut looked) = (Vec::new(), 0);
    loop {
        let from = match &last {
            Some(key) => Some(key.behind(path).ok_or_else(invalid_token)?),
            None => None,
        };
        let rows = scope.page(&PARAMETERS, path, from.as_deref(), BATCH, false)?;
        let whole = rows.len() < BATCH;
        for (_, row) in rows {
            if found.len() == limit || looked == MOST {
                return Ok((found, last.map(|key| token(&key.text()))));
            }
            looked += 1;
            last = Some(row.key.clone());
            if row.lives(now) && passes(&row) {
                found.push(row);
            }
        }
        if whole {
            return Ok((found, None));
        }
    }
}
