use crate::{
    CodePipeline,
    custom::{self, ActionConfigurationProperty, ActionType, ActionTypeSettings, ArtifactDetails, CustomTypeRow},
    declaration::ActionTypeId,
    examples,
    pipelines::{Tag, check_tags, pairs},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};

/// Makes a custom action type.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_CreateCustomActionType.html>
pub struct CreateCustomActionType;

/// The type.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCustomActionTypeInput {
    /// `Build`, `Deploy`, `Invoke` or `Test`.
    pub category: String,
    /// Its name.
    pub provider: String,
    /// Its version.
    pub version: String,
    /// Its links.
    pub settings: Option<ActionTypeSettings>,
    /// Its settings.
    #[serde(default)]
    pub configuration_properties: Vec<ActionConfigurationProperty>,
    /// The artifacts it takes.
    pub input_artifact_details: ArtifactDetails,
    /// The artifacts it makes.
    pub output_artifact_details: ArtifactDetails,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// The type as it is kept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCustomActionTypeOutput {
    action_type: ActionType,
    tags: Vec<Tag>,
}

impl Operation for CreateCustomActionType {
    type Service = CodePipeline;
    const NAME: &'static str = "CreateCustomActionType";
    const READ_ONLY: bool = false;
    type Input = CreateCustomActionTypeInput;
    type Output = CreateCustomActionTypeOutput;

    fn demands(input: &CreateCustomActionTypeInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        custom::check_id(&input.category, &input.provider, &input.version)?;
        let arn = custom::arn(facts, &input.category, &input.provider, &input.version)?;
        Ok(Demand::new("codepipeline:CreateCustomActionType", arn).with_tags(pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateCustomActionTypeInput) -> Result<CreateCustomActionTypeOutput, Error> {
        let account = call.account()?;
        check_tags(&input.tags)?;
        let CreateCustomActionTypeInput { category, provider, version, settings, configuration_properties, tags, .. } = input;
        let declared = ActionType {
            id: ActionTypeId { category, owner: "Custom".into(), provider, version },
            settings,
            action_configuration_properties: configuration_properties,
            input_artifact_details: input.input_artifact_details,
            output_artifact_details: input.output_artifact_details,
        };
        custom::check(&declared)?;
        let kept = tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect();
        custom::keep(call, account, &CustomTypeRow { declared: declared.clone(), deleted: false, tags: kept })?;
        Ok(CreateCustomActionTypeOutput { action_type: declared, tags })
    }

    fn example() -> Example {
        Example::of(examples::custom_type())
    }
}
