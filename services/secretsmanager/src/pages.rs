//! Lists in pages: `MaxResults`, `NextToken`.

use crate::error::invalid;
use gate::Error;

/// The page of `items`, which are in the order of their keys, and the token of the next one.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    token: Option<&str>,
    limit: Option<usize>,
) -> Result<(Vec<T>, Option<String>), Error> {
    let limit = limit.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(invalid(format!("MaxResults is from 1 to 100, not {limit}.")));
    }
    let mut items = items.into_iter().peekable();
    if let Some(token) = token {
        let known = |item: &T| key(item) == token;
        // A token is the key of the last item before the page; an item that is gone since makes it unknown.
        if !items.any(|item| known(&item)) {
            return Err(Error::new("InvalidNextTokenException", "The NextToken value is invalid."));
        }
    }
    let found: Vec<T> = items.by_ref().take(limit).collect();
    let next = if items.peek().is_some() { found.last().map(key) } else { None };
    Ok((found, next))
}
