//! AWS managed keys: one for each service and account, made when the service first asks for it on the account's behalf.
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key>

use crate::{
    Kms, aliases,
    keys::Rows,
    kinds::{Kind, Origin, Spec, Usage},
    material,
    state::{KeyRow, OWNED},
    upkeep,
};
use base::{AccountId, Arn};
use gate::{Error, Identity, Scope};

/// The services that have one here.
const SERVICES: [&str; 5] = ["codebuild", "ecr", "s3", "secretsmanager", "ssm"];
/// The one whose key is a pair: it signs the provenance of what builds make, as the service itself.
const SIGNING: &str = "codebuild";
/// Those that work by grants, which they make on the behalf of who calls them.
const WITH_GRANTS: [&str; 1] = ["ecr"];
const PREFIX: &str = "alias/aws/";
const ROTATION_DAYS: u64 = 365;

/// The service whose managed key has this alias.
pub(crate) fn service(alias: &str) -> Option<&'static str> {
    let name = alias.strip_prefix(PREFIX)?;
    SERVICES.iter().find(|service| **service == name).copied()
}

/// The key's id is known before it is made, so that the right to it can be decided first. It is no secret.
fn id(account: AccountId, region: &str, service: &str) -> String {
    let name = format!("sekisho managed key {account} {region} {service}");
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes()).as_ref()[..16]);
    // RFC 9562: version 8 is for ids of one's own making.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The key's ARN, whether it is made or not.
pub(crate) fn arn(account: AccountId, region: &str, service: &str) -> Arn {
    Arn::new("kms", region, account.as_str(), &format!("key/{}", id(account, region, service)))
}

/// The service whose managed key has this ARN.
pub(crate) fn service_of(key: &Arn) -> Option<&'static str> {
    let account = key.account()?;
    SERVICES.iter().find(|service| arn(account, key.region(), service) == *key).copied()
}

/// The service alone signs: what has its signature, no role of the account has made up. Everyone of the account may check.
fn signing_policy(account: AccountId, service: &str) -> String {
    serde_json::json!({
        "Version": "2012-10-17",
        "Id": format!("auto-{service}-1"),
        "Statement": [
            {
                "Sid": format!("Allow {service} alone to sign"),
                "Effect": "Allow",
                "Principal": {"Service": format!("{service}.amazonaws.com")},
                "Action": "kms:Sign",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": account.as_str()}}
            },
            {
                "Sid": "Allow all principals of the account to check signatures",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"],
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:CallerAccount": account.as_str()}}
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
                "Resource": "*"
            }
        ]
    })
    .to_string()
}

/// Everyone of the account may use the key through the service, and nobody may change it.
pub(crate) fn policy(account: AccountId, region: &str, service: &str) -> String {
    if service == SIGNING {
        return signing_policy(account, service);
    }
    let mut uses = vec!["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
    if WITH_GRANTS.contains(&service) {
        uses.push("kms:CreateGrant");
    }
    serde_json::json!({
        "Version": "2012-10-17",
        "Id": format!("auto-{service}-1"),
        "Statement": [
            {
                "Sid": format!("Allow access through {service} for all principals in the account that are authorized to use it"),
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": uses,
                "Resource": "*",
                "Condition": {"StringEquals": {
                    "kms:CallerAccount": account.as_str(),
                    "kms:ViaService": format!("{service}.{region}.amazonaws.com"),
                }}
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
                "Resource": "*"
            }
        ]
    })
    .to_string()
}

/// Makes the key, if it is the caller's account's and its service asks for it.
pub(crate) fn make(scope: &mut Scope<'_, Kms>, alias: &str, wanted: &Arn) -> Result<Option<KeyRow>, Error> {
    let (Some(service), account) = (service(alias), scope.account()?) else { return Ok(None) };
    let region = scope.region().as_str().to_owned();
    let is_it = |name: &str| name.strip_suffix(".amazonaws.com") == Some(service);
    let asks = match scope.caller().identity() {
        Identity::Service { name, .. } => service == SIGNING && is_it(name),
        _ => scope.caller().via().last().is_some_and(|via| is_it(via)),
    };
    if !asks || *wanted != arn(account, &region, service) {
        return Ok(None);
    }
    let id = id(account, &region, service);
    let signs = service == SIGNING;
    let kind = if signs { Kind { spec: Spec::P256, usage: Usage::SignVerify } } else { Kind::default() };
    let mut key = KeyRow {
        materials: vec![material::new(scope, &id, kind.spec, false)?],
        arn: wanted.clone(),
        id,
        account,
        kind,
        origin: Origin::Kms,
        managed_by: Some(service.into()),
        description: match service {
            SIGNING => "Key that signs the provenance of what my builds make".into(),
            _ => format!("Default key that protects my {service} data when no other key is defined"),
        },
        created: scope.now(),
        enabled: true,
        deletion: None,
        policy: policy(account, &region, service),
        tags: Vec::new(),
        rotation_days: (!signs).then_some(ROTATION_DAYS),
        rotation_since: None,
        pending: None,
        upkeep: false,
        grants: Default::default(),
        aliases: Vec::new(),
    };
    upkeep::save(scope, &mut key)?;
    scope.put(&OWNED, &[account.as_str(), &key.id], &key.arn)?;
    let mut row = aliases::new(scope, alias.into())?;
    aliases::point(scope, &mut row, &mut key)?;
    Ok(Some(key))
}

/// The ARN of the managed key that an alias of the caller's account stands for.
pub(crate) fn named(rows: &impl Rows, alias: &Arn) -> Result<Option<Arn>, Error> {
    let own = alias.account() == Some(rows.own_account()?) && alias.region() == rows.own_region().as_str();
    Ok(alias.account().zip(service(alias.resource())).filter(|_| own).map(|(account, service)| arn(account, alias.region(), service)))
}
