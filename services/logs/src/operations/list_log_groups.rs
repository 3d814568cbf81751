use crate::{
    Logs,
    error::constraint,
    listing::Listing,
    names::{Group, check_limit},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Lists log groups by patterns of their names.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html>
pub struct ListLogGroups;

/// Which groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListLogGroupsInput {
    /// Up to five texts with `|` between them that their names hold; with `^`, that they begin with.
    pub log_group_name_pattern: Option<String>,
    /// Of this class only.
    pub log_group_class: Option<String>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Refused: accounts are not linked.
    #[serde(default)]
    pub include_linked_accounts: bool,
    /// Refused: accounts are not linked.
    #[serde(default)]
    pub account_identifiers: Vec<String>,
    /// Refused: groups have no data sources.
    #[serde(default)]
    pub data_sources: Vec<Value>,
    /// Refused: groups have no indexes.
    #[serde(default)]
    pub field_index_names: Vec<String>,
    /// Refused.
    #[serde(default)]
    pub log_group_tags: Vec<Value>,
}

/// A group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroupSummary {
    /// Its name.
    pub log_group_name: String,
    /// Its ARN.
    pub log_group_arn: Arn,
    /// `STANDARD` or `INFREQUENT_ACCESS`.
    pub log_group_class: String,
}

/// A page of groups.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListLogGroupsOutput {
    /// The groups.
    pub log_groups: Vec<LogGroupSummary>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

const PAGE: usize = 50;
const MOST: usize = 1000;
const MOST_PARTS: usize = 5;

/// The parts of a pattern.
fn parts(pattern: &str) -> Result<Vec<&str>, Error> {
    let parts: Vec<&str> = pattern.split('|').collect();
    let fits = |part: &&str| {
        let text = part.strip_prefix('^').unwrap_or(part);
        (3..=24).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/#".contains(c))
    };
    if parts.len() <= MOST_PARTS && parts.iter().all(fits) {
        return Ok(parts);
    }
    let rule =
        "Member must have up to five parts with | between them, each of 3 to 24 of the characters ._-/#A-Za-z0-9, with ^ before it or not";
    Err(constraint(pattern, "logGroupNamePattern", rule))
}

fn named(group: &Group, parts: &[&str]) -> bool {
    let name = &group.named.name;
    parts.is_empty()
        || parts.iter().any(|part| part.strip_prefix('^').map_or_else(|| name.contains(part), |prefix| name.starts_with(prefix)))
}

impl Operation for ListLogGroups {
    type Service = Logs;
    const NAME: &'static str = "ListLogGroups";
    const READ_ONLY: bool = true;
    type Input = ListLogGroupsInput;
    type Output = ListLogGroupsOutput;

    fn demands(_input: &ListLogGroupsInput, _view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Demand::any("logs:ListLogGroups").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListLogGroupsInput) -> Result<ListLogGroupsOutput, Error> {
        let limit = check_limit(input.limit, PAGE, MOST)?;
        let refused = [
            (input.include_linked_accounts || !input.account_identifiers.is_empty(), "linked accounts"),
            (!input.data_sources.is_empty(), "dataSources"),
            (!input.field_index_names.is_empty(), "fieldIndexNames"),
            (!input.log_group_tags.is_empty(), "logGroupTags"),
        ];
        if let Some((_, what)) = refused.iter().find(|(asked, _)| *asked) {
            return Err(Error::not_implemented(&format!("logs:ListLogGroups with {what}")));
        }
        let parts = input.log_group_name_pattern.as_deref().map(parts).transpose()?.unwrap_or_default();
        let class = input.log_group_class.as_deref();
        let fits = |group: &Group| named(group, &parts) && class.is_none_or(|class| class == group.row.class);
        let (groups, next_token) = Listing { prefix: "", fits: &fits }.page(call, input.next_token, limit)?;
        let summary = |group: Group| LogGroupSummary {
            log_group_arn: group.named.arn(),
            log_group_class: group.row.class,
            log_group_name: group.named.name,
        };
        Ok(ListLogGroupsOutput { log_groups: groups.into_iter().map(summary).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupNamePattern": "^/exa|other"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
