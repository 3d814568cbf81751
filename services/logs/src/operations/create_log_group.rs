use crate::{
    Logs,
    error::{group_exists, invalid},
    names::{Owner, check_group, on_group},
    state::{GROUPS, GroupRow},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Makes a log group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
pub struct CreateLogGroup;

/// The group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLogGroupInput {
    /// Its name.
    pub log_group_name: String,
    /// Refused: groups are sealed with the server's own key.
    pub kms_key_id: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// `STANDARD`; other classes are refused.
    pub log_group_class: Option<String>,
}

const MAX_TAGS: usize = 50;

impl Operation for CreateLogGroup {
    type Service = Logs;
    const NAME: &'static str = "CreateLogGroup";
    const READ_ONLY: bool = false;
    type Input = CreateLogGroupInput;
    type Output = ();

    fn demands(input: &CreateLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        check_group(&input.log_group_name)?;
        if input.tags.len() > MAX_TAGS {
            return Err(invalid(format!("{} tags were passed; a log group has at most {MAX_TAGS}", input.tags.len())));
        }
        let tags = || input.tags.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let demands = Demands::from(on_group("logs:CreateLogGroup", view, &input.log_group_name)?.with_tags(tags()));
        if input.tags.is_empty() {
            return Ok(demands);
        }
        let group = view.arn(&format!("log-group:{}", input.log_group_name))?;
        Ok(demands.and(Demand::new("logs:TagResource", group).with_tags(tags())))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateLogGroupInput) -> Result<(), Error> {
        if input.kms_key_id.is_some() {
            return Err(Error::not_implemented("logs:CreateLogGroup with kmsKeyId"));
        }
        if let Some(class) = input.log_group_class.filter(|class| class != "STANDARD") {
            return Err(Error::not_implemented(&format!("logs:CreateLogGroup with logGroupClass {class}")));
        }
        let owner = Owner::of(call)?;
        let key = owner.group(&input.log_group_name);
        if call.get(&GROUPS, &key)?.is_some() {
            return Err(group_exists());
        }
        let row = GroupRow { created: call.now(), retention: None, tags: input.tags };
        call.put(&GROUPS, &key, &row)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("with tags", Example::of(json!({"logGroupName": "/example", "tags": {"team": "shop"}})))]
    }
}
