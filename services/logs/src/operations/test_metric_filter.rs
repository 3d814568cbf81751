use crate::{
    Logs,
    error::{self, constraint},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use log_filter::Pattern;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a filter pattern makes of messages.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html>
pub struct TestMetricFilter;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestMetricFilterInput {
    /// The pattern.
    pub filter_pattern: String,
    /// 1 to 50 messages.
    pub log_event_messages: Vec<String>,
}

/// A message that matches.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricFilterMatchRecord {
    /// Which one it is, from 1 on.
    pub event_number: u64,
    /// The message.
    pub event_message: String,
    /// What it holds for the pattern's names.
    pub extracted_values: BTreeMap<String, String>,
}

/// The messages that match.
#[derive(Debug, Clone, Serialize)]
pub struct TestMetricFilterOutput {
    /// The messages.
    pub matches: Vec<MetricFilterMatchRecord>,
}

const MOST: usize = 50;

impl Operation for TestMetricFilter {
    type Service = Logs;
    const NAME: &'static str = "TestMetricFilter";
    const READ_ONLY: bool = true;
    type Input = TestMetricFilterInput;
    type Output = TestMetricFilterOutput;

    fn demands(input: &TestMetricFilterInput, _view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        if input.log_event_messages.is_empty() || input.log_event_messages.len() > MOST {
            let rule = format!("Member must have length between 1 and {MOST}");
            return Err(constraint(&format!("{} messages", input.log_event_messages.len()), "logEventMessages", &rule));
        }
        Ok(Demand::any("logs:TestMetricFilter").into())
    }

    fn execute(_call: &mut Authorized<'_, Self>, input: TestMetricFilterInput) -> Result<TestMetricFilterOutput, Error> {
        let pattern = Pattern::parse(&input.filter_pattern).map_err(|e| error::pattern(&e))?;
        let matched = (1..).zip(input.log_event_messages).filter_map(|(event_number, event_message)| {
            let extracted_values = pattern.extract(&event_message)?;
            Some(MetricFilterMatchRecord { event_number, event_message, extracted_values })
        });
        Ok(TestMetricFilterOutput { matches: matched.collect() })
    }

    fn example() -> Example {
        Example::of(json!({"filterPattern": "[ip, ..., size > 1]", "logEventMessages": ["127.0.0.1 - 17"]}))
    }

    /// Messages stay where they are.
    fn recorded(input: &TestMetricFilterInput) -> Value {
        json!({"filterPattern": input.filter_pattern})
    }
}
