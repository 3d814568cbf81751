//! Filters of lists: a secret passes if it passes each.
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html>

use crate::{
    Secretsmanager,
    error::{clipped, invalid},
    state::{SECRETS, SecretRow},
};
use gate::{Error, View};
use serde::{Deserialize, Serialize};

/// One filter: any of its values suffices; one behind `!` must not match.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

impl Filter {
    fn check(&self) -> Result<(), Error> {
        const KEYS: [&str; 7] = ["all", "description", "name", "owning-service", "primary-region", "tag-key", "tag-value"];
        if !KEYS.contains(&self.key.as_str()) {
            return Err(invalid(format!("A filter's key is one of {}, not '{}'.", KEYS.join(", "), clipped(&self.key))));
        }
        if (1..=10).contains(&self.values.len()) { Ok(()) } else { Err(invalid("A filter has 1 to 10 values.")) }
    }

    fn passes(&self, row: &SecretRow) -> bool {
        self.values.iter().any(|value| match value.strip_prefix('!') {
            Some(rest) => !self.finds(row, rest),
            None => self.finds(row, value),
        })
    }

    fn finds(&self, row: &SecretRow, prefix: &str) -> bool {
        let description = || row.description.as_ref().is_some_and(|text| text.to_lowercase().starts_with(&prefix.to_lowercase()));
        let tag = |part: fn(&crate::tags::Tag) -> &String| row.tags.iter().any(|tag| part(tag).starts_with(prefix));
        match self.key.as_str() {
            "name" => row.name.starts_with(prefix),
            "description" => description(),
            "tag-key" => tag(|tag| &tag.key),
            "tag-value" => tag(|tag| &tag.value),
            "all" => row.name.starts_with(prefix) || description() || tag(|tag| &tag.key) || tag(|tag| &tag.value),
            // Secrets here are of one region, and no other service owns them.
            _ => false,
        }
    }
}

/// The secrets of the caller's account that pass, by their names.
pub(crate) fn secrets(view: &mut View<'_, Secretsmanager>, filters: &[Filter], with_deleted: bool) -> Result<Vec<SecretRow>, Error> {
    filters.iter().try_for_each(Filter::check)?;
    let (account, now) = (view.account()?, view.now());
    let rows = view.scan(&SECRETS, &[account.as_str()])?.into_iter().map(|(_, row)| row);
    Ok(rows
        .filter(|row: &SecretRow| row.lives(now) && (with_deleted || row.deletion.is_none()))
        .filter(|row| filters.iter().all(|filter| filter.passes(row)))
        .collect())
}
