//! Lists in pages: `NextToken` and `MaxResults`.

use crate::error::invalid;
use gate::Error;
use serde::{Deserialize, Serialize};

const MOST: usize = 20;

/// A token that no answer gave.
pub(crate) fn wrong_page() -> Error {
    invalid("INVALID_NEXT_TOKEN", "Give the NextToken of the answer before.")
}

/// Which page.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Page {
    next_token: Option<String>,
    max_results: Option<usize>,
}

impl Page {
    /// This page of `items`, which are sorted by their ids, and the token of the next one, which stands for the last id of this one.
    pub(crate) fn of<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> &str) -> Result<(Vec<T>, Option<String>), Error> {
        let limit = self.max_results.unwrap_or(MOST);
        if !(1..=MOST).contains(&limit) {
            let reason = if limit == 0 { "MIN_VALUE_EXCEEDED" } else { "MAX_VALUE_EXCEEDED" };
            return Err(invalid(reason, format!("MaxResults is between 1 and {MOST}.")));
        }
        let after = self.next_token.as_deref().map(|token| base::place_of_token(token).ok_or_else(wrong_page)).transpose()?;
        items.sort_by(|a, b| id(a).cmp(id(b)));
        items.retain(|item| after.as_deref().is_none_or(|last| id(item) > last));
        let more = items.len() > limit;
        items.truncate(limit);
        let token = items.last().filter(|_| more).map(|last| base::list_token(id(last)));
        Ok((items, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_a_gap() {
        let all = || vec!["c", "a", "b"];
        let first = Page { next_token: None, max_results: Some(2) }.of(all(), |t| t).unwrap();
        assert_eq!(first, (vec!["a", "b"], Some(base::list_token("b"))));
        let second = Page { next_token: first.1, max_results: Some(2) }.of(all(), |t| t).unwrap();
        assert_eq!(second, (vec!["c"], None));
        assert!(Page { next_token: None, max_results: Some(0) }.of(all(), |t| t).is_err());
        assert!(Page { next_token: Some("b".into()), max_results: None }.of(all(), |t| t).is_err());
    }
}
