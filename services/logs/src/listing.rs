//! Pages of an account's groups, by name.

use crate::{
    Logs,
    error::invalid_token,
    names::{Group, Named},
    state::GROUPS,
};
use gate::{Error, Scope};

/// Which groups.
pub(crate) struct Listing<'a> {
    /// How their names begin.
    pub(crate) prefix: &'a str,
    pub(crate) fits: &'a dyn Fn(&Group) -> bool,
}

const ROWS: usize = 100;

impl Listing<'_> {
    /// At most `limit` groups behind the name `after`, and the name behind which the next page begins.
    pub(crate) fn page(
        &self,
        scope: &mut Scope<'_, Logs>,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Error> {
        let (account, region) = (scope.account()?, scope.region().as_str().to_owned());
        let named = |name: String| Named { account, region: region.clone(), name };
        let mut groups = Vec::new();
        let mut edge = after.map(|token| base::place_of_token(&token).ok_or_else(invalid_token)).transpose()?;
        if edge.is_none() && !self.prefix.is_empty() {
            // The name that is the prefix itself lies before all that begin with it.
            groups.extend(named(self.prefix.into()).find(scope)?.filter(|group| (self.fits)(group)));
            edge = Some(self.prefix.into());
        }
        loop {
            let from = edge.as_deref().map(|edge| [edge]);
            let rows = scope.page(&GROUPS, &[account.as_str(), &region], from.as_ref().map(|f| f.as_slice()), ROWS, false)?;
            let full = rows.len() == ROWS;
            for (mut key, row) in rows {
                let name = key.pop().unwrap_or_default();
                if !name.starts_with(self.prefix) {
                    return Ok((groups, None));
                }
                let group = Group { named: named(name.clone()), row };
                if (self.fits)(&group) {
                    if groups.len() == limit {
                        let last = groups.last().map(|group| base::list_token(&group.named.name));
                        return Ok((groups, last));
                    }
                    groups.push(group);
                }
                edge = Some(name);
            }
            if !full {
                return Ok((groups, None));
            }
        }
    }
}
