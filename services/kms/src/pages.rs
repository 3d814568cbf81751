//! Lists in pages: `Marker`, `Limit`, `NextMarker`, `Truncated`.

use gate::Error;

/// A page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// The marker of the next page, if there are more.
    pub(crate) next: Option<String>,
}

/// The page of `items`, which are in the order of their keys; a marker stands for the key of the last item before it.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> &str,
    marker: Option<&str>,
    limit: Option<usize>,
) -> Result<Page<T>, Error> {
    let limit = limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Error::validation(format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and 1000"
        )));
    }
    let wrong = || Error::new("InvalidMarkerException", "The marker is not one that an answer of this operation gave.");
    let after = marker.map(|marker| base::place_of_token(marker).ok_or_else(wrong)).transpose()?;
    let mut rest = items.into_iter().filter(|item| after.as_deref().is_none_or(|after| key(item) > after));
    let items: Vec<T> = rest.by_ref().take(limit).collect();
    let next = if rest.next().is_some() { items.last().map(|last| base::list_token(key(last))) } else { None };
    Ok(Page { items, next })
}
