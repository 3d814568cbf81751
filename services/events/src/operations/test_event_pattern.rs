use crate::{Events, examples::PATTERN, rules};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Whether an event is one of a pattern.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html>
pub struct TestEventPattern;

/// The pattern and the event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TestEventPatternInput {
    event_pattern: String,
    event: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TestEventPatternOutput {
    result: bool,
}

impl Operation for TestEventPattern {
    type Service = Events;
    const NAME: &'static str = "TestEventPattern";
    const READ_ONLY: bool = true;
    type Input = TestEventPatternInput;
    type Output = TestEventPatternOutput;

    fn demands(_input: &TestEventPatternInput, _view: &mut View<'_, Events>) -> Result<Demands, Error> {
        Ok(Demand::any("events:TestEventPattern").into())
    }

    fn execute(_call: &mut Authorized<'_, Self>, input: TestEventPatternInput) -> Result<TestEventPatternOutput, Error> {
        let pattern = rules::pattern(&input.event_pattern)?;
        let wrong = |why: String| Error::validation(format!("Parameter Event is not valid. Reason: {why}"));
        let event: Value = serde_json::from_str(&input.event).map_err(|e| wrong(e.to_string()))?;
        let mut members = ["id", "account", "source", "time", "region", "resources", "detail-type"].into_iter();
        match members.find(|name| event.get(name).is_none()) {
            Some(missing) => Err(wrong(format!("{missing} is a required argument."))),
            None => Ok(TestEventPatternOutput { result: pattern.matches(&event) }),
        }
    }

    fn example() -> Example {
        let event = json!({
            "id": "1", "account": "111111111111", "source": "aws.s3", "time": "2026-11-22T05:00:00Z", "region": "us-east-1",
            "resources": [], "detail-type": "Object Created",
        });
        Example::of(json!({"EventPattern": PATTERN, "Event": event.to_string()}))
    }
}
