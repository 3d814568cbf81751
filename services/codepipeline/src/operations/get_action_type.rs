use crate::CodePipeline;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A type of action that an integrator made for its customers. There are none here, and those that ListActionTypes tells of are none, so
/// the answer is always that there is no such type, as on AWS.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetActionType.html>
pub struct GetActionType;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetActionTypeInput {
    /// Such as `Build`.
    pub category: String,
    /// `AWS` or `ThirdParty`.
    pub owner: String,
    /// Its name.
    pub provider: String,
    /// Its version.
    pub version: String,
}

impl Operation for GetActionType {
    type Service = CodePipeline;
    const NAME: &'static str = "GetActionType";
    const READ_ONLY: bool = true;
    type Input = GetActionTypeInput;
    type Output = Value;

    fn demands(input: &GetActionTypeInput, _view: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        let GetActionTypeInput { category, owner, provider, version } = input;
        let word = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        };
        if !matches!(owner.as_str(), "AWS" | "ThirdParty")
            || ![(category, 35), (provider, 35), (version, 9)].iter().all(|(t, n)| word(t, *n))
        {
            return Err(Error::validation(
                "1 validation error detected: 'owner' is AWS or ThirdParty; 'category', 'provider' and 'version' are of letters, digits, '_' and '-'",
            ));
        }
        Ok(Demand::any("codepipeline:GetActionType").into())
    }

    fn execute(_call: &mut Authorized<'_, Self>, input: GetActionTypeInput) -> Result<Value, Error> {
        let GetActionTypeInput { category, owner, provider, version } = input;
        Err(Error::new(
            "ActionTypeNotFoundException",
            format!(
                "There is no action type of an integrator with category '{category}', owner '{owner}', provider '{provider}', version '{version}'"
            ),
        ))
    }

    fn example() -> Example {
        let input = json!({"category": "Test", "owner": "ThirdParty", "provider": "Workshop", "version": "1"});
        Example::of(input).fails("ActionTypeNotFoundException")
    }
}
