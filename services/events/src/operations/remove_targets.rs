use crate::{Events, examples::with_target, names::Bus, rules};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes targets from a rule.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html>
pub struct RemoveTargets;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemoveTargetsInput {
    rule: String,
    event_bus_name: Option<String>,
    ids: Vec<String>,
    /// For rules that AWS services manage: there are none here.
    #[serde(default)]
    force: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemoveTargetsOutput {
    failed_entry_count: usize,
    failed_entries: Vec<FailedEntry>,
}

/// A target that was left as it is, and why.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailedEntry {
    target_id: String,
    error_code: &'static str,
    error_message: String,
}

impl FailedEntry {
    fn unknown(id: &str) -> Self {
        let error_message = format!("Target {id} does not exist on the rule.");
        Self { target_id: id.into(), error_code: "ResourceNotFoundException", error_message }
    }
}

impl Operation for RemoveTargets {
    type Service = Events;
    const NAME: &'static str = "RemoveTargets";
    const READ_ONLY: bool = false;
    type Input = RemoveTargetsInput;
    type Output = RemoveTargetsOutput;

    fn demands(input: &RemoveTargetsInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let bus = Bus::named(view, input.event_bus_name.as_deref())?;
        Ok(bus.demand(view, "events:RemoveTargets", &input.rule)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RemoveTargetsInput) -> Result<RemoveTargetsOutput, Error> {
        let mut row = Bus::named(call, input.event_bus_name.as_deref())?.load_rule(call, &input.rule)?;
        let unknown = input.ids.iter().filter(|id| !row.targets.iter().any(|target| target.id == **id));
        let failed_entries: Vec<_> = unknown.map(|id| FailedEntry::unknown(id)).collect();
        row.targets.retain(|target| !input.ids.contains(&target.id));
        rules::save(call, &row)?;
        Ok(RemoveTargetsOutput { failed_entry_count: failed_entries.len(), failed_entries })
    }

    fn example() -> Example {
        with_target(json!({"Rule": "example", "Ids": ["log"]}))
    }
}
