use crate::{
    CloudFormation,
    error::{constraint, invalid},
    waiting::{self, HANDLE, Signal, Target},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a PUT to a wait condition handle's URL does: on AWS CloudFormation presigns it, and S3 takes it. Here the handle's own
/// policy lets anyone signal who has the whole URL.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html>
pub struct SignalWaitCondition;

/// The signal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// The URL, or its path with the query.
    handle: base::Secret<String>,
    status: String,
    unique_id: String,
    data: Option<String>,
    reason: Option<String>,
}

fn unknown() -> Error {
    invalid("This is not the URL of a wait condition handle: give the handle's Ref as it is, the part after '?' too")
}

impl Operation for SignalWaitCondition {
    type Service = CloudFormation;
    const NAME: &'static str = "SignalWaitCondition";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let (target, signature) = Target::of_url(input.handle.expose()).ok_or_else(unknown)?;
        let row = target.resource(view)?.filter(|row| row.resource_type == HANDLE);
        let own = row.and_then(|row| row.made).and_then(|made| Some(Target::of_url(&made.physical_id)?.1));
        let signed = own.is_some_and(|own| waiting::same(&signature, &own));
        Ok(Demand::new("cloudformation:SignalResource", target.arn()).with("cloudformation:HandleSigned", signed.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<(), Error> {
        let success = match input.status.as_str() {
            "SUCCESS" => true,
            "FAILURE" => false,
            other => return Err(constraint("Status", other, "satisfy enum value set: [SUCCESS, FAILURE]")),
        };
        let (target, _) = Target::of_url(input.handle.expose()).ok_or_else(unknown)?;
        let signal = Signal { success, reason: input.reason.unwrap_or_default(), data: input.data.unwrap_or_default() };
        // A signal that is sent again changes nothing.
        waiting::signal(call, &target, &input.unique_id, &signal).map(|_| ())
    }

    fn example() -> Example {
        const HANDLES: &str = "Resources:\n  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}\n";
        Example::of(json!({"Handle": "$1/StackResourceDetail/PhysicalResourceId", "Status": "SUCCESS", "UniqueId": "one", "Data": "done"}))
            .after("cloudformation:CreateStack", json!({"StackName": "Example", "TemplateBody": HANDLES}))
            .after("cloudformation:DescribeStackResource", json!({"StackName": "Example", "LogicalResourceId": "Handle"}))
            .by(gate::CalledBy::Nobody)
    }

    fn recorded(input: &Input) -> Value {
        json!({"Status": input.status, "UniqueId": input.unique_id})
    }
}
