use crate::{
    Iam,
    by_arn::demand,
    examples::role,
    simulation::{Scenario, SimulatePolicyOutput, Simulation, given, of_principal, simulate},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// What the policies of a user or role would allow, with given ones beside them.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>
pub struct SimulatePrincipalPolicy;

impl Operation for SimulatePrincipalPolicy {
    type Service = Iam;
    const NAME: &'static str = "SimulatePrincipalPolicy";
    const READ_ONLY: bool = true;
    type Input = Scenario;
    type Output = SimulatePolicyOutput;

    fn demands(scenario: &Scenario, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        scenario.check()?;
        Ok(demand(facts, "iam:SimulatePrincipalPolicy", scenario.policy_source()?, &["user", "group", "role"])?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, scenario: Scenario) -> Result<SimulatePolicyOutput, Error> {
        let principal = of_principal(call, scenario.policy_source()?)?;
        let simulation = Simulation::new(call.account()?, Some(principal), given(scenario.more_policies())?, &scenario)?;
        simulate(&simulation, &scenario)
    }

    fn example() -> Example {
        role().then(json!({"PolicySourceArn": "$0/Role/Arn", "ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::bucket/key"]}))
    }
}
