//! What holds for single services and operations.

use crate::resource::Target;

/// The services whose resources resource control policies limit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
const UNDER_RESOURCE_CONTROL: [&str; 62] = [
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
];

/// The KMS operations that work on a key of another account.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
const KMS_ACROSS_ACCOUNTS: [&str; 20] = [
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
    "VerifyMac",
];

/// Whether resource control policies limit an action. Who may retire a KMS grant is the grant's own matter.
pub(crate) fn under_resource_control(service: &str, name: &str) -> bool {
    let retires = service.eq_ignore_ascii_case("kms") && name.eq_ignore_ascii_case("RetireGrant");
    !retires && UNDER_RESOURCE_CONTROL.iter().any(|listed| listed.eq_ignore_ascii_case(service))
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
    pub(crate) fn of(service: &str, name: &str, target: &Target<'_>) -> Self {
        let Some([_, owner, _, _, rest]) = target.parts else { return Gate::Open };
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
