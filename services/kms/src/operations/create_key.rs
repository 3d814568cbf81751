use crate::{
    Kms, keys, material, policies,
    shapes::KeyMetadata,
    state::{KeyRow, OWNED},
    tags::{self, Tag},
};
use base::uuid;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new symmetric key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>
pub struct CreateKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy: Option<String>,
    #[serde(default)]
    description: String,
    key_usage: Option<String>,
    key_spec: Option<String>,
    customer_master_key_spec: Option<String>,
    origin: Option<String>,
    custom_key_store_id: Option<String>,
    xks_key_id: Option<String>,
    #[serde(default)]
    multi_region: bool,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The key.
    pub key_metadata: KeyMetadata,
}

/// What would make another kind of key is refused by name.
fn refuse_other_kinds(input: &Input) -> Result<(), Error> {
    let refused =
        |what: &str, value: &str| Err(Error::not_implemented(&format!("kms:CreateKey with {what} {}", crate::error::clipped(value))));
    let kinds = [
        ("KeySpec", &input.key_spec, "SYMMETRIC_DEFAULT"),
        ("CustomerMasterKeySpec", &input.customer_master_key_spec, "SYMMETRIC_DEFAULT"),
        ("KeyUsage", &input.key_usage, "ENCRYPT_DECRYPT"),
        ("Origin", &input.origin, "AWS_KMS"),
    ];
    for (name, given, known) in kinds {
        if let Some(value) = given.as_deref().filter(|value| *value != known) {
            return refused(name, value);
        }
    }
    match (&input.custom_key_store_id, &input.xks_key_id) {
        (Some(id), _) => refused("CustomKeyStoreId", id),
        (_, Some(id)) => refused("XksKeyId", id),
        _ if input.multi_region => refused("MultiRegion", "true"),
        _ => Ok(()),
    }
}

/// A description is bounded.
pub(crate) fn check_description(text: &str) -> Result<(), Error> {
    if text.chars().count() <= 8192 {
        return Ok(());
    }
    Err(Error::validation(
        "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192",
    ))
}

impl Operation for CreateKey {
    type Service = Kms;
    const NAME: &'static str = "CreateKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let new = |action| -> Result<Demand, Error> {
            let demand = keys::with_kind(keys::with_caller(facts, Demand::any(action))?);
            Ok(demand.with_tags(tags::pairs(&input.tags)))
        };
        refuse_other_kinds(input)?;
        let bypass = input.bypass_policy_lockout_safety_check;
        let demands = Demands::from(new("kms:CreateKey")?.with("kms:BypassPolicyLockoutSafetyCheck", bypass));
        Ok(if input.tags.is_empty() { demands } else { demands.and(new("kms:TagResource")?) })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_description(&input.description)?;
        keys::sweep(call)?;
        let account = call.account()?;
        let id = uuid(call.entropy());
        let arn = call.arn(&format!("key/{id}"))?;
        let document = input.policy.unwrap_or_else(|| policies::default_policy(account));
        let policy = policies::checked(call, arn.as_str(), &document, input.bypass_policy_lockout_safety_check)?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let key = KeyRow {
            materials: vec![material::new(call, &id)?],
            id,
            account,
            arn,
            description: input.description,
            created: call.now(),
            enabled: true,
            deletion: None,
            policy,
            tags,
            rotation_days: None,
            grants: Default::default(),
            aliases: Vec::new(),
        };
        keys::save(call, &key)?;
        call.put(&OWNED, &[account.as_str(), &key.id], &key.arn)?;
        Ok(Output { key_metadata: KeyMetadata::of(key) })
    }

    fn example() -> Example {
        Example::of(json!({"Description": "example"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("with tags", Example::of(json!({"Tags": [{"TagKey": "team", "TagValue": "shop"}]})))]
    }
}
