//! Encryption of repositories. Under a KMS key ECR works by two grants, which it makes on behalf of who creates the repository
//! and retires on behalf of who deletes it.
//! Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html>

use crate::{
    Ecr,
    error::{behind, clipped, invalid},
};
use base::Arn;
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The key of repositories under KMS that name none.
const MANAGED_KEY: &str = "alias/aws/ecr";

/// How a repository is encrypted, as requests and answers have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionConfiguration {
    encryption_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
}

/// The same as it is kept: with the grants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Encryption {
    pub(crate) configuration: EncryptionConfiguration,
    pub(crate) grants: Vec<String>,
}

fn grant(scope: &mut Scope<'_, Ecr>, key: &str, arn: &Arn) -> Result<String, Error> {
    let principal = format!("ecr.{}.amazonaws.com", scope.region());
    let context: BTreeMap<String, String> = [("aws:ecr:arn".to_owned(), arn.to_string())].into();
    let input = kms::CreateGrantInput {
        key_id: key.to_owned(),
        grantee_principal: principal.clone(),
        retiring_principal: Some(principal),
        operations: ["GenerateDataKey", "Decrypt"].map(String::from).into(),
        constraints: Some(policy::GrantConstraints { encryption_context_subset: Some(context), encryption_context_equals: None }),
        name: None,
        grant_tokens: Vec::new(),
        dry_run: false,
    };
    let actor = scope.forward();
    Ok(scope.invoke::<kms::CreateGrant>(&actor, input).map_err(behind)?.grant_id)
}

/// Sets a new repository's encryption up: AES256 where nothing is said.
pub(crate) fn begin(scope: &mut Scope<'_, Ecr>, arn: &Arn, asked: Option<EncryptionConfiguration>) -> Result<Encryption, Error> {
    let asked = asked.unwrap_or_else(|| EncryptionConfiguration { encryption_type: "AES256".into(), kms_key: None });
    match asked.encryption_type.as_str() {
        "AES256" if asked.kms_key.is_none() => return Ok(Encryption { configuration: asked, grants: Vec::new() }),
        "AES256" => return Err(invalid("encryptionConfiguration", "A kmsKey is given with the encryption types KMS and KMS_DSSE alone")),
        "KMS" | "KMS_DSSE" => {}
        other => {
            let kinds = "Member must satisfy enum value set: [AES256, KMS, KMS_DSSE]";
            return Err(invalid("encryptionConfiguration.encryptionType", &format!("{kinds}, not {}", clipped(other))));
        }
    }
    let named = asked.kms_key.unwrap_or_else(|| MANAGED_KEY.into());
    let actor = scope.forward();
    let input = kms::DescribeKeyInput { key_id: named, grant_tokens: Vec::new() };
    let key = scope.invoke::<kms::DescribeKey>(&actor, input).map_err(behind)?.key_metadata.arn;
    if key.region() != scope.region().as_str() {
        return Err(invalid("encryptionConfiguration.kmsKey", "The key and the repository are in the same Region"));
    }
    // ECR makes two, one for itself and one for the storage behind it.
    let grants = vec![grant(scope, key.as_str(), arn)?, grant(scope, key.as_str(), arn)?];
    let configuration = EncryptionConfiguration { encryption_type: asked.encryption_type, kms_key: Some(key.to_string()) };
    Ok(Encryption { configuration, grants })
}

/// Retires a repository's grants. One that was revoked meanwhile, or whose key is gone, needs no more.
pub(crate) fn end(scope: &mut Scope<'_, Ecr>, encryption: &Encryption) -> Result<(), Error> {
    let Some(key) = &encryption.configuration.kms_key else { return Ok(()) };
    for grant in &encryption.grants {
        let input = kms::RetireGrantInput { key_id: Some(key.clone()), grant_id: Some(grant.clone()), grant_token: None, dry_run: false };
        let actor = scope.forward();
        match scope.invoke::<kms::RetireGrant>(&actor, input) {
            Err(error) if error.code != "NotFoundException" && error.code != "InvalidGrantIdException" => return Err(behind(error)),
            _ => {}
        }
    }
    Ok(())
}
