use crate::{
    CloudFormation,
    error::{findings, invalid, stack_with_id_missing},
    evaluation::processed,
    lifecycle::{Keys, demands},
    names::{self, StackName},
    state::TEMPLATES,
    status::StackStatus,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a stack's or a change set's template, as it was submitted or after its transforms.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html>
pub struct GetTemplate;

/// Whose.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: Option<String>,
    change_set_name: Option<String>,
    template_stage: Option<String>,
}

/// The template.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    template_body: String,
    stages_available: Vec<&'static str>,
}

fn named(rows: &mut impl names::Rows, input: &Input) -> Result<StackName, Error> {
    match (&input.stack_name, &input.change_set_name) {
        (Some(name), _) => StackName::find(rows, name),
        (None, Some(change_set)) => names::stack_of_change_set(rows, change_set, None),
        (None, None) => Err(invalid("Either StackName or ChangeSetName must be specified")),
    }
}

impl Operation for GetTemplate {
    type Service = CloudFormation;
    const NAME: &'static str = "GetTemplate";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = named(view, input)?;
        demands(view, "cloudformation:GetTemplate", &stack, &Keys { change_set: input.change_set_name.as_deref(), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if let Some(stage) = input.template_stage.as_deref().filter(|stage| !["Original", "Processed"].contains(stage)) {
            return Err(crate::error::constraint("templateStage", stage, "satisfy enum value set: [Original, Processed]"));
        }
        let name = named(&mut **call, &input)?;
        let stack = name.load(&mut **call)?.ok_or_else(|| stack_with_id_missing(&name.name))?;
        let version = match &input.change_set_name {
            Some(change_set) => Some(names::change_set(call, &stack, change_set)?.version),
            None => stack.shown().cloned(),
        };
        let [account, uuid] = stack.key();
        let text = match &version {
            Some(version) => call.get(&TEMPLATES, &[account, uuid, version.template.as_str()])?,
            None => None,
        };
        let text = match version.zip(text) {
            Some((_, text)) if input.template_stage.as_deref() == Some("Original") => text,
            Some((version, text)) => processed(&stack, &version, text).map_err(|list| findings(&list))?,
            // A stack that waits for its first change set has an empty template.
            None if stack.status == StackStatus::ReviewInProgress => String::new(),
            None => return Err(invalid(format!("Template does not exist for stack {} in {} state", stack.name, stack.status))),
        };
        Ok(Output { template_body: text, stages_available: vec!["Original", "Processed"] })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
