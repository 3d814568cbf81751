use crate::{
    Logs,
    error::{constraint, group_exists},
    examples::KEY_POLICY,
    names::{Group, Named},
    sealing,
    state::GroupRow,
    tags::{self, Tags},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a log group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
pub struct CreateLogGroup;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLogGroupInput {
    /// Its name.
    pub log_group_name: String,
    /// The ARN of the KMS key that its events are encrypted with.
    pub kms_key_id: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Tags,
    /// `STANDARD` or `INFREQUENT_ACCESS`.
    pub log_group_class: Option<String>,
    /// Whether it cannot be deleted.
    #[serde(default)]
    pub deletion_protection_enabled: bool,
}

impl Operation for CreateLogGroup {
    type Service = Logs;
    const NAME: &'static str = "CreateLogGroup";
    const READ_ONLY: bool = false;
    type Input = CreateLogGroupInput;
    type Output = ();

    fn demands(input: &CreateLogGroupInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let named = Named::own(view, &input.log_group_name)?;
        tags::check(&input.tags)?;
        let demands = Demands::from(named.demand("logs:CreateLogGroup").with_tags(tags::pairs(&input.tags)));
        if input.tags.is_empty() {
            return Ok(demands);
        }
        Ok(demands.and(Demand::new("logs:TagResource", named.arn()).with_tags(tags::pairs(&input.tags))))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateLogGroupInput) -> Result<(), Error> {
        let class = input.log_group_class.unwrap_or_else(|| STANDARD.into());
        match class.as_str() {
            STANDARD | "INFREQUENT_ACCESS" => {}
            "DELIVERY" => return Err(Error::not_implemented("logs:CreateLogGroup with logGroupClass DELIVERY")),
            other => {
                let rule = "Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]";
                return Err(constraint(other, "logGroupClass", rule));
            }
        }
        let named = Named::own(call, &input.log_group_name)?;
        if named.clone().find(call)?.is_some() {
            return Err(group_exists());
        }
        let row = GroupRow {
            id: base::uuid(call.entropy()).replace('-', ""),
            created: call.now(),
            retention: None,
            tags: input.tags,
            class,
            kms_key: None,
            protected: input.deletion_protection_enabled,
            upkeep: false,
            policy: None,
        };
        let mut group = Group { named, row };
        if let Some(key) = &input.kms_key_id {
            sealing::adopt(call, &mut group, key)?;
        }
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let encrypted = Example::of(json!({"logGroupName": "/example", "kmsKeyId": "$0/KeyMetadata/Arn"}))
            .after("kms:CreateKey", json!({"Policy": KEY_POLICY}))
            .inside(["kms:GenerateDataKey", "kms:Decrypt"]);
        vec![("with tags", Example::of(json!({"logGroupName": "/example", "tags": {"team": "shop"}}))), ("with a KMS key", encrypted)]
    }
}

pub(crate) const STANDARD: &str = "STANDARD";
