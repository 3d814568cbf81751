use crate::{
    Kms, keys,
    kinds::{Kind, Origin},
    material, policies,
    shapes::KeyMetadata,
    state::{KeyRow, OWNED},
    tags::{self, Tag},
};
use base::{Arn, uuid};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new key.
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
    match (&input.custom_key_store_id, &input.xks_key_id) {
        (Some(id), _) => refused("CustomKeyStoreId", id),
        (_, Some(id)) => refused("XksKeyId", id),
        _ if input.multi_region => refused("MultiRegion", "true"),
        _ => Ok(()),
    }
}

fn kind(input: &Input) -> Result<Kind, Error> {
    let spec = input.key_spec.as_deref().or(input.customer_master_key_spec.as_deref());
    if input.key_spec.is_some() && input.customer_master_key_spec.is_some() {
        return Err(Error::validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
        ));
    }
    Kind::requested(spec, input.key_usage.as_deref())
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
        refuse_other_kinds(input)?;
        let kind = kind(input)?;
        let origin = Origin::requested(input.origin.as_deref())?;
        let with = |demand| -> Result<Demand, Error> {
            Ok(kind.with(origin, keys::with_caller(facts, demand)?).with_tags(tags::pairs(&input.tags)))
        };
        let create =
            with(Demand::any("kms:CreateKey"))?.with("kms:BypassPolicyLockoutSafetyCheck", input.bypass_policy_lockout_safety_check);
        if input.tags.is_empty() {
            return Ok(create.into());
        }
        // A key that is not there yet is any key: who may tag some keys only may not make tagged ones.
        let any = Arn::new("kms", facts.region().as_str(), facts.account()?.as_str(), "key/*");
        Ok(Demands::from(create).and(with(Demand::new("kms:TagResource", any))?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_description(&input.description)?;
        let kind = kind(&input)?;
        let origin = Origin::requested(input.origin.as_deref())?;
        let account = call.account()?;
        let id = uuid(call.entropy());
        let arn = call.arn(&format!("key/{id}"))?;
        let document = input.policy.unwrap_or_else(|| policies::default_policy(account));
        let policy = policies::checked(call, arn.as_str(), &document, input.bypass_policy_lockout_safety_check)?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let materials = match origin {
            Origin::Kms => vec![material::new(call, &id, kind.spec, false)?],
            Origin::External => Vec::new(),
        };
        let key = KeyRow {
            materials,
            pending: None,
            upkeep: false,
            origin,
            kind,
            managed_by: None,
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
            rotation_since: None,
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
        vec![
            ("with tags", Example::of(json!({"Tags": [{"TagKey": "team", "TagValue": "shop"}]}))),
            ("for imported material", Example::of(json!({"Origin": "EXTERNAL"}))),
        ]
    }
}
