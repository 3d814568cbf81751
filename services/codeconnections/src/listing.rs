//! Lists in pages.

use crate::error::{constraint, invalid_token};
use gate::Error;

const MOST: usize = 100;

/// A page of what is sorted by ARN, and the token of the next one.
pub(crate) fn page<T>(
    all: Vec<T>,
    arn: impl Fn(&T) -> &str,
    token: Option<&str>,
    limit: Option<usize>,
) -> Result<(Vec<T>, Option<String>), Error> {
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(MOST);
    if limit > MOST {
        return Err(constraint(&limit.to_string(), "maxResults", "have value less than or equal to 100"));
    }
    let place = token.map(|token| base::place_of_token(token).ok_or_else(invalid_token)).transpose()?;
    let mut rest: Vec<T> = all.into_iter().filter(|item| place.as_deref().is_none_or(|place| arn(item) > place)).collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|last| base::list_token(arn(last)));
    Ok((rest, next))
}
