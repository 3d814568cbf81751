use crate::{
    Kms,
    error::{dry_run, limit_exceeded},
    examples::with_key,
    grants, keys,
    kinds::Kind,
    state::GrantRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use policy::GrantConstraints;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a principal rights on a key, beside its policy.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>
pub struct CreateGrant;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateGrantInput {
    /// Id or ARN.
    pub key_id: String,
    /// Who gets the rights: a principal's ARN; on behalf of a caller also a service's own name.
    pub grantee_principal: String,
    /// Who may give the grant back.
    pub retiring_principal: Option<String>,
    /// What it permits.
    pub operations: Vec<String>,
    /// With which encryption contexts.
    pub constraints: Option<GrantConstraints>,
    /// A name makes a repeated call give the same grant.
    pub name: Option<String>,
    /// Grants that are not known everywhere yet.
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    /// Decides, and does nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its id.
    pub grant_id: String,
    grant_token: String,
}

/// Grants that a key may have.
const MOST_GRANTS: usize = 1000;
/// Pairs of a constraint, and the characters of their values.
const MOST_PAIRS: usize = 8;
const LONGEST_VALUES: usize = 384;

fn is_name(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":/_-".contains(&b))
}

fn check(input: &CreateGrantInput, kind: Kind) -> Result<(), Error> {
    let grantable = kind.grantable();
    if let Some(other) = input.operations.iter().find(|operation| !grantable.contains(&operation.as_str())) {
        let message = format!(
            "A grant on a key of spec {} and usage {} cannot permit '{}'; it may permit {}",
            kind.spec.name(),
            kind.usage.name(),
            crate::error::clipped(other),
            grantable.join(", ")
        );
        return Err(Error::validation(message));
    }
    if input.operations.is_empty() {
        return Err(Error::validation("A grant permits at least one operation"));
    }
    if input.name.as_ref().is_some_and(|name| !is_name(name)) {
        return Err(Error::validation(
            "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must have length between 1 and 256, and satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ));
    }
    let Some(constraints) = &input.constraints else { return Ok(()) };
    if !kind.is_symmetric() {
        return Err(Error::validation("Encryption context constraints are for grants on symmetric encryption keys"));
    }
    if grants::pairs(constraints).count() != 1 {
        return Err(Error::validation("A grant's constraints are EncryptionContextSubset or EncryptionContextEquals"));
    }
    grants::pairs(constraints).try_for_each(|(kind, pairs)| {
        if pairs.len() > MOST_PAIRS || pairs.values().map(|value| value.chars().count()).sum::<usize>() > LONGEST_VALUES {
            return Err(Error::validation(format!(
                "{kind} has at most {MOST_PAIRS} encryption context pairs, whose values have at most {LONGEST_VALUES} characters"
            )));
        }
        crate::blob::check_context(pairs)
    })
}

impl Operation for CreateGrant {
    type Service = Kms;
    const NAME: &'static str = "CreateGrant";
    const READ_ONLY: bool = false;
    type Input = CreateGrantInput;
    type Output = Output;

    fn demands(input: &CreateGrantInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        grants::check_tokens(&input.grant_tokens)?;
        let named = keys::named_to_manage(facts, &input.key_id)?;
        let parents = named.key.as_ref().map(|key| grants::to_pass_on(key, &input.operations, input.constraints.as_ref()));
        let demand = keys::demand_on(facts, "kms:CreateGrant", &named)?
            .with("kms:GrantOperations", input.operations.clone())
            .with("kms:GranteePrincipal", &input.grantee_principal)
            .with_some("kms:RetiringPrincipal", input.retiring_principal.as_ref())
            .with("kms:GrantIsForAWSResource", keys::for_aws_resource(facts))
            .by_grants(parents.unwrap_or_default());
        Ok(grants::with_constraints(demand, input.constraints.as_ref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateGrantInput) -> Result<Output, Error> {
        let mut key = keys::usable(keys::load(call, &input.key_id)?)?;
        check(&input, key.kind)?;
        let grant = GrantRow {
            name: input.name,
            created: call.now(),
            grantee: grants::kept_principal(call, &input.grantee_principal)?,
            retiring: input.retiring_principal.map(|principal| grants::kept_principal(call, &principal)).transpose()?,
            issuing_account: call.account()?,
            operations: input.operations,
            constraints: input.constraints,
        };
        if input.dry_run {
            return Err(dry_run());
        }
        // A retried call with the same name and members gives the grant it made before.
        let made = key
            .grants
            .iter()
            .find(|(_, own)| own.name.is_some() && GrantRow { created: grant.created, ..(*own).clone() } == grant)
            .map(|(id, _)| id.clone());
        if let Some(grant_id) = made {
            return Ok(Output { grant_token: grants::token(&key.id, &grant_id), grant_id });
        }
        if key.grants.len() >= MOST_GRANTS {
            return Err(limit_exceeded(format!("{} has {MOST_GRANTS} grants, which is the most: retire or revoke some", key.arn)));
        }
        let mut id = [0; 32];
        call.entropy().fill(&mut id);
        let grant_id = hex::encode(id);
        grants::add(call, &mut key, &grant_id, grant)?;
        Ok(Output { grant_token: grants::token(&key.id, &grant_id), grant_id })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "GranteePrincipal": "arn:aws:iam::111111111111:root", "Operations": ["Decrypt"]}))
    }
}
