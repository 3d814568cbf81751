use crate::{
    CloudFormation,
    error::{invalid, stack_missing},
    lifecycle::{Keys, act, demands},
    names::{self, StackName},
    nested,
    prepare::resources,
    state::Pending,
    status::{ResourceStatus, StackStatus},
    workflow::{self, Phase},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Goes on with a rollback that failed.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html>
pub struct ContinueUpdateRollback;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    #[serde(rename = "RoleARN")]
    role_arn: Option<Arn>,
    #[serde(default)]
    resources_to_skip: Vec<String>,
    client_request_token: Option<String>,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct Output {}

impl Operation for ContinueUpdateRollback {
    type Service = CloudFormation;
    const NAME: &'static str = "ContinueUpdateRollback";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = StackName::find(view, &input.stack_name)?;
        demands(view, "cloudformation:ContinueUpdateRollback", &stack, &Keys { role: input.role_arn.as_ref(), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        if stack.status != StackStatus::UpdateRollbackFailed {
            return Err(invalid(format!(
                "Stack:{} is in {} state and can not continue its rollback: only one in UPDATE_ROLLBACK_FAILED can.",
                stack.arn(),
                stack.status
            )));
        }
        if let Some(nesting) = stack.nesting.as_ref().filter(|nesting| nesting.held) {
            return Err(invalid(format!(
                "ContinueUpdateRollback cannot be invoked on child stacks: continue the rollback of {}",
                nesting.root
            )));
        }
        let rows = resources(call, &stack)?;
        for id in &input.resources_to_skip {
            if nested::is_in_child(call, &stack, &rows, id)? {
                continue;
            }
            let failed = rows.get(id).is_some_and(|row| {
                row.status == ResourceStatus::UpdateFailed
                    && matches!(row.pending, Some(Pending::Updated(_) | Pending::ChangedAndReplaced(..)))
            });
            if !failed {
                return Err(invalid(format!(
                    "ResourcesToSkip: {id} is not in UPDATE_FAILED state because of the rollback, so it cannot be skipped"
                )));
            }
        }
        act(call, &mut stack, input.role_arn, input.client_request_token)?;
        stack.skip = input.resources_to_skip;
        stack.move_to(call, StackStatus::UpdateRollbackInProgress, Some("User Initiated".into()))?;
        stack.save(call)?;
        workflow::start(call, &stack, Phase::UpdateRollback)?;
        Ok(Output {})
    }

    /// After the update of a stack failed, and its rollback too: the stack's role may set a retention, but not drop it.
    fn example() -> Example {
        let stack = |template: &str| json!({"StackName": "Example", "TemplateBody": template, "RoleARN": "$0/Role/Arn"});
        Example::of(json!({"StackName": "Example"}))
            .after("iam:CreateRole", json!({"RoleName": "ExampleStack", "AssumeRolePolicyDocument": super::ROLE_TRUST}))
            .after("iam:PutRolePolicy", json!({"RoleName": "ExampleStack", "PolicyName": "Logs", "PolicyDocument": RIGHTS}))
            .after("cloudformation:CreateStack", stack(super::EXAMPLE))
            .after("cloudformation:UpdateStack", stack(&format!("{}{UPDATE}", super::EXAMPLE)))
    }
}

const RIGHTS: &str = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Action":"logs:DescribeLogGroups","Resource":"*"},
{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:PutRetentionPolicy"],"Resource":"arn:aws:logs:*:*:log-group:/example:*"}]}"#;
/// A retention, and a group that the role may not make.
const UPDATE: &str =
    "      RetentionInDays: 7\n  Other:\n    Type: AWS::Logs::LogGroup\n    DependsOn: Logs\n    Properties:\n      LogGroupName: /other\n";
