use crate::{
    Secretsmanager,
    error::{exists, invalid_request},
    examples::with_key,
    secrets,
    state::SecretRow,
    tags::{self, Tag},
    values::{self, Value},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new secret, with or without a value.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
pub struct CreateSecret;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    #[serde(flatten)]
    value: Value,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    add_replica_regions: Vec<ReplicaRegion>,
    force_overwrite_replica_secret: Option<bool>,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

/// Another region that is to have the secret: refused, after the decision.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReplicaRegion {
    region: Option<String>,
    kms_key_id: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Arn,
    /// Its name.
    pub name: String,
    version_id: Option<String>,
}

impl Operation for CreateSecret {
    type Service = Secretsmanager;
    const NAME: &'static str = "CreateSecret";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        secrets::check_name(&input.name)?;
        let named = secrets::named(facts, &input.name)?;
        let arn = if named.row.is_some() { named.arn } else { secrets::new_arn(facts, &input.name)? };
        let on = |action| {
            let regions: Vec<String> = input.add_replica_regions.iter().filter_map(|replica| replica.region.clone()).collect();
            let demand = Demand::new(action, arn.clone())
                .with("secretsmanager:Name", &input.name)
                .with_some("secretsmanager:Description", input.description.as_ref())
                .with_some("secretsmanager:AddReplicaRegions", Some(regions).filter(|regions| !regions.is_empty()))
                .with_some("secretsmanager:ForceOverwriteReplicaSecret", input.force_overwrite_replica_secret)
                .with_some("secretsmanager:Type", input.kind.as_ref())
                .with_tags(tags::pairs(&input.tags));
            secrets::with_key(demand, input.kms_key_id.as_ref())
        };
        let demands = Demands::from(on("secretsmanager:CreateSecret"));
        Ok(if input.tags.is_empty() { demands } else { demands.and(on("secretsmanager:TagResource")) })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if !input.add_replica_regions.is_empty() {
            return Err(Error::not_implemented("secretsmanager:CreateSecret with AddReplicaRegions"));
        }
        secrets::refuse_type("CreateSecret", input.kind.as_ref())?;
        values::check_description(input.description.as_deref())?;
        let token = values::token(call, input.client_request_token.as_deref())?;
        let now = call.now();
        let named = secrets::named(call, &input.name)?;
        let mut row = match named.row {
            Some(row) if row.deletion.is_some() => {
                return Err(invalid_request(
                    "You can't create this secret because a secret with this name is already scheduled for deletion.",
                ));
            }
            // A call that is made again with its token has its answer.
            Some(row) if row.version(&token).is_some() => row,
            Some(row) => return Err(exists(format!("The operation failed because the secret {} already exists.", row.name))),
            None => SecretRow {
                account: call.account()?,
                arn: secrets::new_arn(call, &input.name)?,
                name: input.name,
                description: input.description,
                kms_key_id: input.kms_key_id.filter(|key| !key.is_empty()),
                tags: Vec::new(),
                policy: None,
                created: now,
                changed: now,
                deletion: None,
                versions: Vec::new(),
            },
        };
        tags::set(&mut row.tags, input.tags)?;
        let given = input.value.is_given();
        if given {
            values::add(call, &mut row, &token, &input.value, None)?;
        }
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name, version_id: given.then_some(token) })
    }

    fn example() -> Example {
        with_key(json!({"ClientRequestToken": "0f2d3c4b-0000-4000-8000-000000000001", "Name": "example", "SecretString": "a value", "KmsKeyId": "$0/KeyMetadata/Arn"})).inside(["kms:GenerateDataKey"])
    }
}
