use crate::{
    CodePipeline,
    conditions::{RuleTypeId, rules},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The rules that there are for conditions.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListRuleTypes.html>
pub struct ListRuleTypes;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRuleTypesInput {
    /// `AWS`.
    pub rule_owner_filter: Option<String>,
    /// The region; there is one set of rules for all.
    pub region_filter: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    name: &'static str,
    required: bool,
    key: bool,
    secret: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    minimum_count: usize,
    maximum_count: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleType {
    id: RuleTypeId,
    rule_configuration_properties: Vec<Property>,
    input_artifact_details: Counts,
}

/// The rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRuleTypesOutput {
    rule_types: Vec<RuleType>,
}

fn shown(kind: &rules::RuleKind) -> RuleType {
    let property = |(name, required): &(&'static str, bool)| Property { name, required: *required, key: true, secret: false };
    RuleType {
        id: RuleTypeId { category: "Rule".into(), owner: Some("AWS".into()), provider: kind.provider.into(), version: Some("1".into()) },
        rule_configuration_properties: kind.settings.iter().map(property).collect(),
        input_artifact_details: Counts { minimum_count: kind.inputs.0, maximum_count: kind.inputs.1 },
    }
}

impl Operation for ListRuleTypes {
    type Service = CodePipeline;
    const NAME: &'static str = "ListRuleTypes";
    const READ_ONLY: bool = true;
    type Input = ListRuleTypesInput;
    type Output = ListRuleTypesOutput;

    fn demands(input: &ListRuleTypesInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        if let Some(other) = input.rule_owner_filter.as_deref().filter(|o| *o != "AWS") {
            return Err(Error::validation(format!(
                "Value '{other}' at 'ruleOwnerFilter' failed to satisfy constraint: Member must satisfy enum value set: [AWS]"
            )));
        }
        Ok(Demand::any("codepipeline:ListRuleTypes").into())
    }

    fn execute(_call: &mut Authorized<'_, Self>, _input: ListRuleTypesInput) -> Result<ListRuleTypesOutput, Error> {
        Ok(ListRuleTypesOutput { rule_types: rules::KINDS.iter().map(shown).collect() })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
