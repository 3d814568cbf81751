use crate::{
    Logs,
    error::invalid,
    names::{Owner, check_limit, on_group},
    state::GROUPS,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
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
    /// `STANDARD`
    pub log_group_class: &'static str,
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
        Ok(on_group("logs:DescribeLogGroups", view, input.log_group_name_prefix.as_deref().unwrap_or_default())?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeLogGroupsInput) -> Result<DescribeLogGroupsOutput, Error> {
        let limit = check_limit(input.limit, PAGE)?;
        if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
            return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
        }
        let owner = Owner::of(call)?;
        let prefix = input.log_group_name_prefix.unwrap_or_default();
        let pattern = input.log_group_name_pattern.unwrap_or_default().to_lowercase();
        let mut log_groups = Vec::new();
        // A row's own name is behind every name that sorts before it, so a prefix alone is a place to begin at.
        let wrong = || invalid("The specified nextToken is invalid.");
        let after = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(wrong)).transpose()?;
        let mut from = after.unwrap_or_default();
        if from.is_empty() && !prefix.is_empty() && call.get(&GROUPS, &owner.group(&prefix))?.is_none() {
            from = prefix.clone();
        }
        let start_at_prefix = from.is_empty() && !prefix.is_empty();
        if start_at_prefix {
            let row = owner.group_row(call, &prefix)?;
            log_groups.push(describe(&owner, prefix.clone(), row.created.0, row.retention));
            from = prefix.clone();
        }
        let mut next_token = None;
        'pages: loop {
            let edge = [from.as_str()];
            let rows = call.page(&GROUPS, &owner.all(), (!from.is_empty()).then_some(&edge[..]), PAGE, false)?;
            let full = rows.len() == PAGE;
            for (mut key, row) in rows {
                let name = key.pop().unwrap_or_default();
                if !name.starts_with(&prefix) {
                    break 'pages;
                }
                if name.to_lowercase().contains(&pattern) {
                    if log_groups.len() == limit {
                        next_token = log_groups.last().map(|g: &LogGroup| base::list_token(&g.log_group_name));
                        break 'pages;
                    }
                    log_groups.push(describe(&owner, name.clone(), row.created.0, row.retention));
                }
                from = name;
            }
            if !full {
                break;
            }
        }
        Ok(DescribeLogGroupsOutput { log_groups, next_token })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupNamePrefix": "/ex"})).after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}

fn describe(owner: &Owner, name: String, created: i64, retention: Option<u32>) -> LogGroup {
    LogGroup {
        creation_time: created,
        retention_in_days: retention,
        metric_filter_count: 0,
        arn: owner.arn(&format!("log-group:{name}:*")),
        log_group_arn: owner.arn(&format!("log-group:{name}")),
        log_group_class: "STANDARD",
        log_group_name: name,
    }
}
