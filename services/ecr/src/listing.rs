//! Lists in pages.

use crate::error::invalid;
use gate::Error;

/// Items of a page where nothing is said, and at most.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// How many items a page may have.
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, Error> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(invalid("maxResults", "Member must have value between 1 and 1000")) }
}

fn unknown() -> Error {
    invalid("nextToken", "Invalid next token")
}

/// The name behind which the page begins.
pub(crate) fn read_token(token: &str) -> Result<String, Error> {
    base::place_of_token(token).ok_or_else(unknown)
}

/// An empty list has no second page.
pub(crate) fn of_nothing(token: Option<&str>) -> Result<(), Error> {
    token.map_or(Ok(()), |_| Err(unknown()))
}
