//! Tags of roots, units, accounts and policies.
//! Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html>

use crate::{
    Organizations,
    error::{constraint, invalid, no_target},
    policies,
    state::POLICIES,
    tree,
};
use gate::{Demand, Demands, Error, Scope, View};
use serde::{Deserialize, Serialize};

const MOST: usize = 50;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
}

/// `demand` with the tags of the request and, if there are any, the right to tag what it makes.
pub(crate) fn demands(demand: Demand, tags: &[Tag], tagging: Demand) -> Demands {
    let tagged = |demand: Demand| demand.with_tags(tags.iter().map(|t| (t.key.as_str(), t.value.as_str())));
    let demands = Demands::from(tagged(demand));
    if tags.is_empty() { demands } else { demands.and(tagged(tagging)) }
}

/// Sets tags among those that are there.
pub(crate) fn set(tags: &mut Vec<Tag>, new: Vec<Tag>) -> Result<(), Error> {
    for (n, tag) in new.iter().enumerate() {
        if !(1..=128).contains(&tag.key.chars().count()) || tag.value.chars().count() > 256 {
            return Err(invalid("MAX_LENGTH_EXCEEDED", "A tag's key has 1 to 128 characters, and its value at most 256."));
        }
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("INVALID_SYSTEM_TAGS_PARAMETER", "Tag keys that begin with aws: are reserved for AWS."));
        }
        if new[..n].iter().any(|other| other.key == tag.key) {
            return Err(invalid("DUPLICATE_TAG_KEY", format!("Tag keys must be unique among the tags of one entity: {}.", tag.key)));
        }
    }
    tags.retain(|old| !new.iter().any(|tag| tag.key == old.key));
    tags.extend(new);
    if tags.len() > MOST {
        return Err(constraint("MAX_TAG_LIMIT_EXCEEDED", format!("An entity has at most {MOST} tags.")));
    }
    Ok(())
}

/// The tags of a root, a unit, an account or a policy.
pub(crate) fn tags_of(view: &mut View<'_, Organizations>, id: &str) -> Result<Vec<Tag>, Error> {
    if let Some(node) = tree::node(view, id)? {
        return Ok(node.tags);
    }
    Ok(policies::find(view, id)?.ok_or_else(|| no_target(id))?.tags)
}

/// Changes them.
pub(crate) fn tagged(
    scope: &mut Scope<'_, Organizations>,
    id: &str,
    change: impl FnOnce(&mut Vec<Tag>) -> Result<(), Error>,
) -> Result<(), Error> {
    if let Some(mut node) = tree::node(scope, id)? {
        change(&mut node.tags)?;
        return tree::put(scope, &node);
    }
    policies::find(scope, id)?.ok_or_else(|| no_target(id))?;
    let mut row = policies::load_own(scope, id)?;
    change(&mut row.tags)?;
    scope.put(&POLICIES, id, &row)
}
