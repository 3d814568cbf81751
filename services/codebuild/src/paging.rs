//! Pages of lists that are sorted anew for each call.

use crate::error::invalid;
use gate::Error;

const MOST: u64 = 100;

/// The size of a page.
pub(crate) fn size(asked: Option<u64>) -> Result<usize, Error> {
    match asked.unwrap_or(MOST) {
        size @ 1..=MOST => Ok(usize::try_from(size).unwrap_or(usize::MAX)),
        size => Err(invalid(format!("Invalid maxResults: {size}; it must be between 1 and {MOST}"))),
    }
}

fn after(token: Option<&str>) -> Result<Option<String>, Error> {
    token.map(|token| base::place_of_token(token).ok_or_else(|| invalid("Invalid next token"))).transpose()
}

/// A page of names, and the token of the next. What was the last name of the page before is looked for again.
pub(crate) fn cut(names: Vec<String>, token: Option<&str>, asked: Option<u64>) -> Result<(Vec<String>, Option<String>), Error> {
    let (size, after) = (size(asked)?, after(token)?);
    let start = match after {
        Some(last) => names.iter().position(|name| *name == last).map_or(names.len(), |at| at + 1),
        None => 0,
    };
    let more = names.len() > start + size;
    let page: Vec<String> = names.into_iter().skip(start).take(size).collect();
    let next = page.last().filter(|_| more).map(|last| base::list_token(last));
    Ok((page, next))
}

/// A page of what does not change between two calls, and the token of the next.
pub(crate) fn cut_numbered<T>(items: Vec<T>, token: Option<&str>, asked: Option<u64>) -> Result<(Vec<T>, Option<String>), Error> {
    let (size, after) = (size(asked)?, after(token)?);
    let start: usize = match after {
        Some(number) => number.parse().map_err(|_| invalid("Invalid next token"))?,
        None => 0,
    };
    let end = start.saturating_add(size);
    let next = (items.len() > end).then(|| base::list_token(&end.to_string()));
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}
