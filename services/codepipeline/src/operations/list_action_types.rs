use crate::{
    CodePipeline,
    custom::{self, ActionConfigurationProperty, ActionType, ArtifactDetails},
    declaration::ActionTypeId,
    error, examples, providers,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The types of actions that there are.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionTypes.html>
pub struct ListActionTypes;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListActionTypesInput {
    /// `AWS`, `ThirdParty` or `Custom`.
    pub action_owner_filter: Option<String>,
    /// The page before gave it; there is one page.
    pub next_token: Option<String>,
    /// The region; there is one set of types for all.
    pub region_filter: Option<String>,
}

/// The types.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListActionTypesOutput {
    action_types: Vec<ActionType>,
}

fn shown(category: &str, kind: &providers::Kind) -> ActionType {
    let counts = |range: &std::ops::RangeInclusive<usize>| ArtifactDetails { minimum_count: *range.start(), maximum_count: *range.end() };
    let property = |(name, required): &(&str, bool)| ActionConfigurationProperty {
        name: (*name).into(),
        required: *required,
        key: true,
        secret: false,
        queryable: Some(false),
        description: None,
        kind: None,
    };
    ActionType {
        id: ActionTypeId { category: category.into(), owner: "AWS".into(), provider: kind.provider.into(), version: "1".into() },
        settings: None,
        action_configuration_properties: kind.settings.iter().map(property).collect(),
        input_artifact_details: counts(&kind.inputs),
        output_artifact_details: counts(&kind.outputs),
    }
}

impl Operation for ListActionTypes {
    type Service = CodePipeline;
    const NAME: &'static str = "ListActionTypes";
    const READ_ONLY: bool = true;
    type Input = ListActionTypesInput;
    type Output = ListActionTypesOutput;

    fn demands(input: &ListActionTypesInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        if let Some(other) = input.action_owner_filter.as_deref().filter(|o| !matches!(*o, "AWS" | "ThirdParty" | "Custom")) {
            return Err(Error::validation(format!(
                "Value '{other}' at 'actionOwnerFilter' failed to satisfy constraint: Member must satisfy enum value set: [AWS, ThirdParty, Custom]"
            )));
        }
        Ok(Demand::any("codepipeline:ListActionTypes").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListActionTypesInput) -> Result<ListActionTypesOutput, Error> {
        // All are on the first page.
        if input.next_token.is_some() {
            return Err(error::bad_next_token());
        }
        let wanted = |owner: &str| input.action_owner_filter.as_deref().is_none_or(|filter| filter == owner);
        let mut action_types = Vec::new();
        if wanted("AWS") {
            action_types.extend(providers::kinds().flat_map(|kind| kind.categories.iter().map(move |category| shown(category, kind))));
        }
        if wanted("Custom") {
            let account = call.account()?;
            let rows = call.scan(&custom::CUSTOM_TYPES, account.as_str())?;
            action_types.extend(rows.into_iter().filter(|(_, t)| !t.deleted).map(|(_, t)| t.declared));
        }
        Ok(ListActionTypesOutput { action_types })
    }

    fn example() -> Example {
        Example::of(json!({"actionOwnerFilter": "Custom"})).after("codepipeline:CreateCustomActionType", examples::custom_type())
    }
}
