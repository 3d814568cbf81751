//! Settings of repositories: which tags may be moved, and whether images are scanned as they arrive.
//! Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html>

use crate::error::{clipped, invalid};
use gate::Error;
use serde::{Deserialize, Serialize};

/// Filters of one repository.
const MOST_FILTERS: usize = 5;
const LONGEST_FILTER: usize = 128;
/// `*` in one filter.
const MOST_WILDCARDS: usize = 2;

/// Tags that are excluded from a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExclusionFilter {
    filter_type: String,
    filter: String,
}

/// Whether tags can be moved, as requests and answers have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mutability {
    image_tag_mutability: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilter>,
}

/// Whether images are scanned when they are pushed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scanning {
    #[serde(default)]
    scan_on_push: bool,
}

impl Mutability {
    /// As it is given; tags are mutable where nothing is said.
    pub(crate) fn read(setting: Option<String>, filters: Vec<ExclusionFilter>) -> Result<Self, Error> {
        let setting = setting.unwrap_or_else(|| "MUTABLE".into());
        let excludes = match setting.as_str() {
            "MUTABLE" | "IMMUTABLE" => false,
            "MUTABLE_WITH_EXCLUSION" | "IMMUTABLE_WITH_EXCLUSION" => true,
            other => {
                let kinds = "Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]";
                return Err(invalid("imageTagMutability", &format!("{kinds}, not {}", clipped(other))));
            }
        };
        if excludes == filters.is_empty() {
            let message = "Exclusion filters are given with MUTABLE_WITH_EXCLUSION and IMMUTABLE_WITH_EXCLUSION, and with these alone";
            return Err(invalid("imageTagMutabilityExclusionFilters", message));
        }
        if filters.len() > MOST_FILTERS {
            return Err(invalid("imageTagMutabilityExclusionFilters", "Member must have length less than or equal to 5"));
        }
        filters.iter().try_for_each(check)?;
        Ok(Self { image_tag_mutability: setting, image_tag_mutability_exclusion_filters: filters })
    }
}

fn check(filter: &ExclusionFilter) -> Result<(), Error> {
    if filter.filter_type != "WILDCARD" {
        return Err(invalid("imageTagMutabilityExclusionFilters.filterType", "Member must satisfy enum value set: [WILDCARD]"));
    }
    let text = &filter.filter;
    let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._*-".contains(&b));
    if !fits || !(1..=LONGEST_FILTER).contains(&text.len()) || text.matches('*').count() > MOST_WILDCARDS {
        let message = "A filter has 1 to 128 letters, digits and ._*-, and at most two wildcards";
        return Err(invalid("imageTagMutabilityExclusionFilters.filter", message));
    }
    Ok(())
}
