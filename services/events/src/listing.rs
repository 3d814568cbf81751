//! Lists in pages.

use crate::error::{constraint, invalid_token};
use gate::Error;

const MOST: usize = 100;

/// The page of a list, and the token of the next one.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// A page of what is sorted by name: what lies behind the token's place.
pub(crate) fn page<T>(all: Vec<T>, name: impl Fn(&T) -> &str, token: Option<&str>, limit: Option<usize>) -> Result<Page<T>, Error> {
    let limit = limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(constraint(&limit.to_string(), "limit", "have value between 1 and 100"));
    }
    let place = token.map(|token| base::place_of_token(token).ok_or_else(invalid_token)).transpose()?;
    let mut rest: Vec<T> = all.into_iter().filter(|item| place.as_deref().is_none_or(|place| name(item) > place)).collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|last| base::list_token(name(last)));
    Ok((rest, next))
}
