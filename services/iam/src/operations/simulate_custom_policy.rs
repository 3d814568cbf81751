use crate::{
    Iam,
    examples::POLICY,
    simulation::{Scenario, SimulatePolicyOutput, Simulation, given, simulate},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde_json::json;

/// What given policies would allow.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html>
pub struct SimulateCustomPolicy;

impl Operation for SimulateCustomPolicy {
    type Service = Iam;
    const NAME: &'static str = "SimulateCustomPolicy";
    const READ_ONLY: bool = true;
    type Input = Scenario;
    type Output = SimulatePolicyOutput;

    fn demands(scenario: &Scenario, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        scenario.check()?;
        Ok(Demand::any("iam:SimulateCustomPolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, scenario: Scenario) -> Result<SimulatePolicyOutput, Error> {
        let policies = given(scenario.policies()?)?;
        let simulation = Simulation::new(call.account()?, None, policies, &scenario)?;
        simulate(&simulation, &scenario)
    }

    fn example() -> Example {
        Example::of(json!({"PolicyInputList": [POLICY], "ActionNames": ["s3:GetObject"]}))
    }
}
