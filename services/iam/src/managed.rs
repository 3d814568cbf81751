//! AWS's own managed policies, of those that a pipeline meets.
//! Source: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use base::Arn;

/// One of them, all of path `/`.
pub(crate) struct AwsPolicy {
    pub(crate) name: &'static str,
    pub(crate) id: &'static str,
    pub(crate) description: &'static str,
    pub(crate) version: u64,
    pub(crate) document: &'static str,
}

impl AwsPolicy {
    pub(crate) fn arn(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }
}

const PREFIX: &str = "arn:aws:iam::aws:policy/";

pub(crate) const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// In the order of their names.
pub(crate) static ALL: [AwsPolicy; 4] = [
    AwsPolicy {
        name: "AWSCodeDeployRoleForECS",
        id: "ANPAIIL3KXEKRGEN2HFIO",
        description: "Provides CodeDeploy service wide access to perform an ECS blue/green deployment on your behalf.",
        version: 3,
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecs:DescribeServices","ecs:CreateTaskSet","ecs:UpdateServicePrimaryTaskSet","ecs:DeleteTaskSet","elasticloadbalancing:DescribeTargetGroups","elasticloadbalancing:DescribeListeners","elasticloadbalancing:ModifyListener","elasticloadbalancing:DescribeRules","elasticloadbalancing:ModifyRule","lambda:InvokeFunction","cloudwatch:DescribeAlarms","sns:Publish","s3:GetObject","s3:GetObjectVersion"],"Resource":"*"},{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*","Condition":{"StringLike":{"iam:PassedToService":["ecs-tasks.amazonaws.com"]}}}]}"#,
    },
    AwsPolicy {
        name: "AWSCodePipelineApproverAccess",
        id: "ANPAICXNWK42SQ6LMDXM2",
        description: "Provides access to view and approve manual changes for all pipelines",
        version: 3,
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["codepipeline:GetPipeline","codepipeline:GetPipelineState","codepipeline:GetPipelineExecution","codepipeline:ListPipelineExecutions","codepipeline:ListPipelines","codepipeline:PutApprovalResult"],"Resource":"*"}]}"#,
    },
    AwsPolicy {
        name: "AdministratorAccess",
        id: "ANPAIWMBCKSKIEE64ZLYK",
        description: "Provides full access to AWS services and resources.",
        version: 1,
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    },
    AwsPolicy {
        name: "PowerUserAccess",
        id: "ANPAJYRXTHIB4FOVS3ZXS",
        description: "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
        version: 5,
        document: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],"Resource":"*"}]}"#,
    },
];

/// Whether an ARN is that of one of AWS's policies, here or not.
pub(crate) fn is_of_aws(arn: &Arn) -> bool {
    arn.as_str().starts_with(PREFIX)
}

/// Which there are, for those who ask for another.
pub(crate) fn told() -> String {
    let names: Vec<_> = ALL.iter().map(|policy| policy.name).collect();
    format!(" Of AWS's own policies Sekisho has {}; write the statements of another into a policy of the account.", names.join(", "))
}

/// AWS's policy of this ARN.
pub(crate) fn find(arn: &Arn) -> Option<&'static AwsPolicy> {
    let name = arn.as_str().strip_prefix(PREFIX)?;
    ALL.iter().find(|policy| policy.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Policy, PolicyKind};

    #[test]
    fn all_are_legal_and_found() {
        for own in &ALL {
            Policy::parse(own.document, PolicyKind::Identity).unwrap();
            assert_eq!(find(&own.arn().parse().unwrap()).unwrap().id, own.id);
        }
        assert!(find(&"arn:aws:iam::aws:policy/Unknown".parse().unwrap()).is_none());
        assert!(find(&ADMINISTRATOR.parse().unwrap()).is_some());
    }
}
