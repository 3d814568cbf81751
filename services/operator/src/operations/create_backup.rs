use crate::{Operator, error::operators_own};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The rows, records and blobs of all accounts, as of one moment, in a stream that the caller alone receives: `sekisho backup`.
pub struct CreateBackup;

/// Nothing is to be said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {}

/// Nothing is answered beside it.
#[derive(Debug, Clone, Serialize)]
pub struct Output {}

impl Operation for CreateBackup {
    type Service = Operator;
    const NAME: &'static str = "CreateBackup";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, Operator>) -> Result<Demands, Error> {
        Ok(Demand::any("operator:CreateBackup").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        operators_own(call)?;
        Ok(Output {})
    }

    fn example() -> Example {
        Example::of(json!({})).by(gate::CalledBy::Management)
    }
}
