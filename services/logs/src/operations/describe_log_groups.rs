use crate::{
    Logs,
    error::invalid,
    listing::Listing,
    names::{Group, Named, check_limit},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists log groups by name.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>
pub struct DescribeLogGroups;

/// Which groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeLogGroupsInput {
    /// How their names begin.
    pub log_group_name_prefix: Option<String>,
    /// What their names hold.
    pub log_group_name_pattern: Option<String>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Of this class only.
    pub log_group_class: Option<String>,
    /// These groups, by name or ARN, and nothing else.
    #[serde(default)]
    pub log_group_identifiers: Vec<String>,
    /// Refused: accounts are not linked.
    #[serde(default)]
    pub include_linked_accounts: bool,
    /// Refused: accounts are not linked.
    #[serde(default)]
    pub account_identifiers: Vec<String>,
}

/// A group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroup {
    /// Its name.
    pub log_group_name: String,
    /// When it was made, in milliseconds.
    pub creation_time: i64,
    /// Days, if its events end.
    pub retention_in_days: Option<u32>,
    /// Always 0: metric filters are not there.
    pub metric_filter_count: u32,
    /// Its ARN with `:*`.
    pub arn: Arn,
    /// Its ARN without.
    pub log_group_arn: Arn,
    /// `STANDARD` or `INFREQUENT_ACCESS`.
    pub log_group_class: String,
    /// The KMS key that new events are encrypted with.
    pub kms_key_id: Option<String>,
    /// Whether it cannot be deleted.
    pub deletion_protection_enabled: bool,
}

/// A page of groups.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeLogGroupsOutput {
    /// The groups.
    pub log_groups: Vec<LogGroup>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

const PAGE: usize = 50;

impl Operation for DescribeLogGroups {
    type Service = Logs;
    const NAME: &'static str = "DescribeLogGroups";
    const READ_ONLY: bool = true;
    type Input = DescribeLogGroupsInput;
    type Output = DescribeLogGroupsOutput;

    fn demands(input: &DescribeLogGroupsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        // AWS's denials name the prefix, even an empty one.
        let prefix = input.log_group_name_prefix.as_deref().unwrap_or_default();
        Ok(Demand::new("logs:DescribeLogGroups", view.arn(&format!("log-group:{prefix}:log-stream:"))?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeLogGroupsInput) -> Result<DescribeLogGroupsOutput, Error> {
        let limit = check_limit(input.limit, PAGE, PAGE)?;
        if input.include_linked_accounts || !input.account_identifiers.is_empty() {
            return Err(Error::not_implemented("logs:DescribeLogGroups with linked accounts"));
        }
        let pattern = input.log_group_name_pattern.unwrap_or_default();
        if input.log_group_name_prefix.is_some() && !pattern.is_empty() {
            return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
        }
        if !input.log_group_identifiers.is_empty() {
            return Ok(DescribeLogGroupsOutput { log_groups: identified(call, &input.log_group_identifiers)?, next_token: None });
        }
        let class = input.log_group_class.as_deref();
        let listing = Listing {
            prefix: input.log_group_name_prefix.as_deref().unwrap_or_default(),
            fits: &|group| group.named.name.contains(&pattern) && class.is_none_or(|class| class == group.row.class),
        };
        let (groups, next_token) = listing.page(call, input.next_token, limit)?;
        Ok(DescribeLogGroupsOutput { log_groups: groups.into_iter().map(describe).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupNamePrefix": "/ex"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}

/// The groups of this account that are named, as far as they are there.
fn identified(call: &mut Authorized<'_, DescribeLogGroups>, identifiers: &[String]) -> Result<Vec<LogGroup>, Error> {
    if identifiers.len() > PAGE {
        return Err(invalid(format!("logGroupIdentifiers has {} items; at most {PAGE} are allowed", identifiers.len())));
    }
    let own = call.account()?;
    let mut groups = Vec::new();
    for identifier in identifiers {
        let named = Named::identified(call, identifier)?;
        if named.account != own {
            return Err(Error::not_implemented("logs:DescribeLogGroups with linked accounts"));
        }
        groups.extend(named.find(call)?.map(describe));
    }
    Ok(groups)
}

fn describe(group: Group) -> LogGroup {
    LogGroup {
        creation_time: group.row.created.0,
        retention_in_days: group.row.retention,
        metric_filter_count: 0,
        arn: group.named.arn_of_all(),
        log_group_arn: group.named.arn(),
        log_group_class: group.row.class,
        kms_key_id: group.row.kms_key,
        deletion_protection_enabled: group.row.protected,
        log_group_name: group.named.name,
    }
}
