use crate::{Organizations, examples::organized, pages::Page, shapes::CreateAccountStatus, state::REQUESTS, tree};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What became of the requests to create accounts.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListCreateAccountStatus.html>
pub struct ListCreateAccountStatus;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    states: Vec<String>,
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) create_account_statuses: Vec<CreateAccountStatus>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListCreateAccountStatus {
    type Service = Organizations;
    const NAME: &'static str = "ListCreateAccountStatus";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        Ok(Demand::any("organizations:ListCreateAccountStatus").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        tree::managed(call)?;
        let rows = call.scan(&REQUESTS, &[] as &[&str; 0])?.into_iter().map(|(_, row)| CreateAccountStatus::ended(row));
        let asked = |status: &CreateAccountStatus| input.states.is_empty() || input.states.iter().any(|state| state == status.state);
        let (create_account_statuses, next_token) = input.page.of(rows.filter(asked).collect(), |status| &status.id)?;
        Ok(Output { create_account_statuses, next_token })
    }

    fn example() -> Example {
        organized(json!({"States": ["SUCCEEDED"]}))
    }
}
