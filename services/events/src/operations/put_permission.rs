use crate::{
    Events,
    error::{constraint, parameter},
    examples::with_bus,
    names::{Bus, own, save_bus},
    policies,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Lets another account send events to a bus: by a statement, or by a whole policy.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html>
pub struct PutPermission;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutPermissionInput {
    event_bus_name: Option<String>,
    action: Option<String>,
    principal: Option<String>,
    statement_id: Option<String>,
    condition: Option<Condition>,
    policy: Option<String>,
}

/// For all accounts of an organization.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Condition {
    #[serde(rename = "Type")]
    kind: String,
    key: String,
    value: String,
}

impl Condition {
    fn read(self) -> Result<Value, Error> {
        match (self.kind.as_str(), self.key.as_str()) {
            ("StringEquals", "aws:PrincipalOrgID") => Ok(json!({"StringEquals": {"aws:PrincipalOrgID": self.value}})),
            _ => Err(parameter("Condition", "It is of the type StringEquals, with the key aws:PrincipalOrgID.")),
        }
    }
}

fn check(id: &str, action: &str, principal: &str) -> Result<(), Error> {
    if id.is_empty() || id.len() > 64 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        return Err(constraint(id, "statementId", "satisfy regular expression pattern: [a-zA-Z0-9-_]+"));
    }
    if action != "events:PutEvents" {
        return Err(parameter("Action", "Provided value in parameter 'action' is not supported."));
    }
    if principal != "*" && (principal.len() != 12 || !principal.bytes().all(|b| b.is_ascii_digit())) {
        return Err(constraint(principal, "principal", "satisfy regular expression pattern: (\\d{12}|\\*)"));
    }
    Ok(())
}

impl Operation for PutPermission {
    type Service = Events;
    const NAME: &'static str = "PutPermission";
    const READ_ONLY: bool = false;
    type Input = PutPermissionInput;
    type Output = ();

    fn demands(input: &PutPermissionInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(Demand::any("events:PutPermission").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutPermissionInput) -> Result<(), Error> {
        let bus = Bus::named(call, input.event_bus_name.as_deref())?;
        own(call, &bus)?;
        let mut row = bus.load(call)?;
        let document = match (&input.policy, &input.statement_id, &input.action, &input.principal) {
            (Some(policy), None, None, None) if input.condition.is_none() => Some(policy.clone()),
            (Some(_), ..) => return Err(parameter("Policy", "It takes the place of StatementId, Action, Principal and Condition.")),
            (None, Some(id), Some(action), Some(principal)) => {
                check(id, action, principal)?;
                let condition = input.condition.map(Condition::read).transpose()?;
                policies::with(row.policy.as_deref(), policies::statement(id, action, principal, &bus.arn(), condition))
            }
            _ => return Err(Error::validation("StatementId, Action and Principal must be specified, or Policy.")),
        };
        row.policy = document.map(|document| policies::checked(call, &document)).transpose()?;
        save_bus(call, &mut row)
    }

    fn example() -> Example {
        with_bus(json!({"EventBusName": "example", "StatementId": "shop", "Action": "events:PutEvents", "Principal": "222222222222"}))
    }
}
