use crate::{
    CloudFormation,
    error::{invalid, stack_missing},
    evaluation::template_of,
    lifecycle::{Keys, demands},
    names::{self, StackName},
    options,
    protection::checked,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Says what updates may do to which resources of a stack.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SetStackPolicy.html>
pub struct SetStackPolicy;

/// The stack and its policy.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    stack_policy_body: Option<String>,
    #[serde(rename = "StackPolicyURL")]
    stack_policy_url: Option<String>,
}

impl Operation for SetStackPolicy {
    type Service = CloudFormation;
    const NAME: &'static str = "SetStackPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = StackName::find(view, &input.stack_name)?;
        let keys = Keys { policy_url: input.stack_policy_url.as_deref(), ..Keys::default() };
        demands(view, "cloudformation:SetStackPolicy", &stack, &keys)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<(), Error> {
        let mut stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        let text = options::policy(call, "StackPolicy", input.stack_policy_body, input.stack_policy_url.as_deref())?;
        let text = text.ok_or_else(|| invalid("Either StackPolicyBody or StackPolicyURL must be specified"))?;
        let template = match stack.shown().cloned() {
            Some(version) => Some(template_of(call, &stack, &version)?),
            None => None,
        };
        let ids = template.iter().flat_map(|template| template.resources()).map(|resource| resource.logical_id.as_str());
        stack.policy = Some(checked(text, ids)?);
        stack.save(call)
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example", "StackPolicyBody": super::EXAMPLE_POLICY})).after(name, input)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let (name, input) = super::example_stack();
        let example =
            Example::of(json!({"StackName": "Example", "StackPolicyURL": "https://example-bucket.s3.us-east-1.amazonaws.com/policy.json"}))
                .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
                .after_sending("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "policy.json"}), super::EXAMPLE_POLICY.as_bytes())
                .after(name, input)
                .inside(["s3:GetObject"]);
        vec![("with a policy from a bucket", example)]
    }
}
