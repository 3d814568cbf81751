use crate::{
    CodeCommit, examples,
    requests::{self, Override},
    shapes::Nothing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets the rules of a revision aside, or puts them in force again.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_OverridePullRequestApprovalRules.html>
pub struct OverridePullRequestApprovalRules;

/// Which revision, and what about it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    revision_id: String,
    override_status: String,
}

impl Operation for OverridePullRequestApprovalRules {
    type Service = CodeCommit;
    const NAME: &'static str = "OverridePullRequestApprovalRules";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        requests::is_revision(&input.revision_id)?;
        if !["OVERRIDE", "REVOKE"].contains(&input.override_status.as_str()) {
            return Err(Error::new("InvalidOverrideStatusException", "The override status is not valid: expected OVERRIDE or REVOKE"));
        }
        Ok(requests::demand(facts, "codecommit:OverridePullRequestApprovalRules", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        requests::current(&row, &input.revision_id)?;
        let (before, wanted) = (row.overrides.iter().any(|o| o.revision == row.revision), input.override_status == "OVERRIDE");
        if before && wanted {
            return Err(Error::new("OverrideAlreadySetException", "The approval rules of the pull request are overridden already"));
        }
        row.overrides.retain(|o| o.revision != row.revision);
        if wanted {
            row.overrides.push(Override { revision: row.revision.clone(), user: call.caller().name() });
        }
        row.activity = call.now();
        requests::keep(call, &row)?;
        let metadata = json!({"revisionId": row.revision, "overrideStatus": input.override_status});
        requests::happened(call, &row, "PULL_REQUEST_APPROVAL_RULE_OVERRIDDEN", "approvalRuleOverriddenEventMetadata", metadata)?;
        requests::tell(call, &row, "pullRequestApprovalRuleOverridden", json!({"overrideStatus": input.override_status}))?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        examples::with_pull_request(
            json!({"pullRequestId": "$4/pullRequest/pullRequestId", "revisionId": "$4/pullRequest/revisionId", "overrideStatus": "OVERRIDE"}),
        )
    }
}
