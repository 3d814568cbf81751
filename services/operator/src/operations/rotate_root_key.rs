use crate::{Operator, error::operators_own};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Announces that another root key is about to wrap the server's keys, so that the trail has it: `sekisho rotate-root-key`.
pub struct RotateRootKey;

/// Nothing is to be said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {}

/// Nothing is answered beside it.
#[derive(Debug, Clone, Serialize)]
pub struct Output {}

impl Operation for RotateRootKey {
    type Service = Operator;
    const NAME: &'static str = "RotateRootKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, Operator>) -> Result<Demands, Error> {
        Ok(Demand::any("operator:RotateRootKey").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        operators_own(call)?;
        Ok(Output {})
    }

    fn example() -> Example {
        Example::of(json!({})).by(gate::CalledBy::Management)
    }
}
