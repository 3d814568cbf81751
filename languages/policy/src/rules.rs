//! What holds for single services and operations.

use crate::resource::arn_parts;

/// The services whose resources resource control policies limit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
const UNDER_RESOURCE_CONTROL: [&str; 15] = [
    "aoss",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "dynamodb",
    "ecr",
    "events",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "sqs",
    "sts",
];

/// The KMS operations that work on a key of another account.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
const KMS_ACROSS_ACCOUNTS: [&str; 19] = [
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
];

/// Whether resource control policies limit the resources of a service.
pub(crate) fn under_resource_control(service: &str) -> bool {
    UNDER_RESOURCE_CONTROL.iter().any(|listed| listed.eq_ignore_ascii_case(service))
}

/// Whether a KMS operation works on a key of another account.
pub(crate) fn kms_crosses_accounts(operation: &str) -> bool {
    KMS_ACROSS_ACCOUNTS.iter().any(|listed| listed.eq_ignore_ascii_case(operation))
}

/// Resource policies that must allow, whatever identity policies say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    Trust,
    Key,
}

impl Gate {
    /// The resource policy that must allow a request, if there is one.
    pub(crate) fn of(service: &str, name: &str, resource: &str) -> Self {
        let Some([_, owner, _, _, rest]) = arn_parts(resource) else { return Gate::Open };
        let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        if service.eq_ignore_ascii_case("kms") && owner == "kms" && rest.starts_with("key/") {
            return Gate::Key;
        }
        let assumes = starts("AssumeRole") || starts("TagSession") || starts("SetSourceIdentity");
        if service.eq_ignore_ascii_case("sts") && assumes && owner == "iam" && rest.starts_with("role/") {
            return Gate::Trust;
        }
        Gate::Open
    }
}
