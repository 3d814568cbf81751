use crate::{
    CodeCommit, error, examples, names,
    requests::{self, HAPPENINGS, Happening},
};
use base::EpochTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Lists what happened to a pull request, oldest first.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DescribePullRequestEvents.html>
pub struct DescribePullRequestEvents;

/// Which one, and which events.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    pull_request_event_type: Option<String>,
    actor_arn: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pull_request_events: Vec<Value>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for DescribePullRequestEvents {
    type Service = CodeCommit;
    const NAME: &'static str = "DescribePullRequestEvents";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, PAGE)?;
        Ok(requests::demand(facts, "codecommit:DescribePullRequestEvents", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = requests::load(call, &input.pull_request_id)?;
        let size = names::page(input.max_results, PAGE)?;
        let last = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(error::bad_continuation)).transpose()?;
        let all = call.scan(&HAPPENINGS, &[row.account.as_str(), requests::digits(row.number).as_str()])?;
        let wanted = |(key, event): &(Vec<String>, Happening)| {
            last.as_ref().is_none_or(|last| key[2] > *last)
                && input.pull_request_event_type.as_ref().is_none_or(|kind| *kind == event.kind)
                && input.actor_arn.as_ref().is_none_or(|actor| *actor == event.actor)
        };
        let mut found: Vec<(Vec<String>, Happening)> = all.into_iter().filter(wanted).take(size + 1).collect();
        let more = found.len() > size;
        found.truncate(size);
        let next_token = found.last().filter(|_| more).map(|(key, _)| base::list_token(&key[2]));
        let show = |(_, event): (Vec<String>, Happening)| {
            let (member, metadata) = event.metadata;
            let mut shown = json!({
                "pullRequestId": input.pull_request_id,
                "eventDate": EpochTime(event.time),
                "pullRequestEventType": event.kind,
                "actorArn": event.actor,
            });
            shown[member] = metadata;
            shown
        };
        Ok(Output { pull_request_events: found.into_iter().map(show).collect(), next_token })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId"}))
    }
}
