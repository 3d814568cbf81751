//! What a build wrote to its log, as people want to read it.

use super::{list, plain, text};
use crate::client::{CallError, Client};
use serde_json::{Value, json};

/// AWS's largest page.
const PAGE: usize = 10_000;
/// Where a failing command's lines begin and end, in the runner's words.
const BEGINS: &str = "Running command ";
const FAILED: &str = "Command did not exit successfully";

/// A build by its id; nothing when the account has none of it.
pub(crate) async fn build(client: &Client, id: &str) -> Result<Option<Value>, CallError> {
    let answer = client.call("codebuild", "BatchGetBuilds", json!({"ids": [id]})).await?;
    Ok(list(&answer, "builds").first().cloned())
}

/// Lines of a log, and the token of what comes after them.
pub(crate) async fn lines(client: &Client, build: &Value, token: Option<&str>) -> Result<(Vec<String>, Option<String>), CallError> {
    let input = json!({"startFromHead": true, "nextToken": token, "limit": PAGE});
    read(client, build, input).await
}

async fn read(client: &Client, build: &Value, mut input: Value) -> Result<(Vec<String>, Option<String>), CallError> {
    let (group, stream) = (text(&build["logs"], "groupName"), text(&build["logs"], "streamName"));
    if group.is_empty() || stream.is_empty() {
        return Ok((Vec::new(), None));
    }
    (input["logGroupName"], input["logStreamName"]) = (group.into(), stream.into());
    match client.call("logs", "GetLogEvents", input).await {
        Ok(answer) => {
            let events = list(&answer, "events").iter();
            // A line of output is a line here; what would control a terminal does not reach it.
            let lines = events.map(|event| plain(text(event, "message").trim_end_matches(['\n', '\r']))).collect();
            Ok((lines, answer["nextForwardToken"].as_str().map(str::to_owned)))
        }
        // The build has not opened it yet, or never could.
        Err(error) if error.code.ends_with("ResourceNotFoundException") => Ok((Vec::new(), None)),
        Err(error) => Err(error),
    }
}

/// The last lines of the command that failed, `most` at most.
pub(crate) async fn failing(client: &Client, build_id: &str, most: usize) -> Result<Vec<String>, CallError> {
    let Some(build) = build(client, build_id).await? else { return Ok(Vec::new()) };
    let (lines, _) = read(client, &build, json!({"startFromHead": false, "limit": PAGE})).await?;
    Ok(of_the_failing(&lines, most).to_vec())
}

fn of_the_failing(lines: &[String], most: usize) -> &[String] {
    let end = lines.iter().rposition(|line| line.contains(FAILED)).map_or(lines.len(), |at| at + 1);
    let begin = lines[..end].iter().rposition(|line| line.contains(BEGINS)).unwrap_or(0);
    &lines[begin.max(end.saturating_sub(most))..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failing_commands_lines_are_found() {
        let log = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let whole = log(&[
            "[Container] Running command true",
            "[Container] Running command make",
            "cc: no such file",
            "[Container] Command did not exit successfully make exit status 2",
            "[Container] Phase complete: BUILD State: FAILED",
        ]);
        assert_eq!(of_the_failing(&whole, 10), &whole[1..4]);
        assert_eq!(of_the_failing(&whole, 2), &whole[2..4]);
        let without = log(&["a", "b", "c"]);
        assert_eq!(of_the_failing(&without, 2), &without[1..]);
        assert!(of_the_failing(&[], 2).is_empty());
    }
}
