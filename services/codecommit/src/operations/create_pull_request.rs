use crate::{
    CodeCommit, error, examples,
    git::objects,
    names,
    request_shapes::PullRequestOutput,
    requests,
    state::{self, HEADS, Repository},
    templates, texts,
    tokens::{self, Asked},
};
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Asks for the merge of one branch into another.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreatePullRequest.html>
pub struct CreatePullRequest;

/// The pull request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    title: String,
    description: Option<String>,
    #[serde(default)]
    targets: Vec<Target>,
    client_request_token: Option<String>,
}

/// Which branches.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Target.html>
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    repository_name: String,
    source_reference: String,
    destination_reference: Option<String>,
}

fn one(targets: &[Target]) -> Result<&Target, Error> {
    match targets {
        [] => Err(Error::new("TargetsRequiredException", "A target is required: repository, source and destination")),
        [target] => Ok(target),
        [first, rest @ ..] if rest.iter().any(|other| other.repository_name != first.repository_name) => {
            Err(Error::new("MultipleRepositoriesInPullRequestException", "A pull request has one repository"))
        }
        _ => Err(Error::new("InvalidTargetsException", "A pull request has one target")),
    }
}

/// The full name of a branch that a request names, and its tip.
fn branch(scope: &mut Scope<'_, CodeCommit>, row: &Repository, given: &str) -> Result<(String, String), Error> {
    let name = given.strip_prefix(HEADS).unwrap_or(given);
    if name.starts_with("refs/") {
        return Err(Error::new("ReferenceTypeNotSupportedException", format!("'{}' is not a branch", names::shown(given))));
    }
    names::branch(name).map_err(|_| error::bad_reference(given))?;
    let full = format!("{HEADS}{name}");
    let tip = scope.get(&state::REFERENCES, &[row.id.as_str(), full.as_str()])?.ok_or_else(|| error::no_reference(&full))?;
    Ok((full, tip))
}

impl Operation for CreatePullRequest {
    type Service = CodeCommit;
    const NAME: &'static str = "CreatePullRequest";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let target = one(&input.targets)?;
        texts::title(&input.title)?;
        texts::description(input.description.as_deref())?;
        tokens::check(input.client_request_token.as_deref())?;
        Ok(state::demand(facts, "codecommit:CreatePullRequest", &target.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let (asked, made) = Asked::before(call, input.client_request_token.as_deref(), &input)?;
        if let Some(id) = made {
            let row = requests::load(call, &id)?;
            return Ok(PullRequestOutput { pull_request: requests::show(call, row)? });
        }
        let target = one(&input.targets)?;
        let repository = state::repository(call, &target.repository_name)?;
        let (source, source_commit) = branch(call, &repository, &target.source_reference)?;
        let default = repository.default_branch.clone().unwrap_or_default();
        let (destination, destination_commit) = branch(call, &repository, target.destination_reference.as_deref().unwrap_or(&default))?;
        if source == destination {
            return Err(Error::new(
                "SourceAndDestinationAreSameException",
                format!("The source branch and the destination branch are the same, {source}"),
            ));
        }
        let merge_base = objects::of(call, &repository)?.merge_base(&source_commit, &destination_commit)?;
        let rules = templates::rules(call, &repository, &destination)?;
        let row = requests::Row {
            number: 0,
            account: repository.account,
            repository: repository.id.clone(),
            title: input.title,
            description: input.description,
            created: call.now(),
            activity: call.now(),
            open: true,
            author: call.caller().name(),
            source,
            destination,
            source_commit,
            destination_commit,
            merge_base,
            merged: None,
            token: input.client_request_token,
            revision: requests::new_revision(call),
            rules,
            approvals: Vec::new(),
            overrides: Vec::new(),
        };
        let row = requests::open(call, row)?;
        let metadata = json!({
            "repositoryName": repository.name,
            "sourceCommitId": row.source_commit,
            "destinationCommitId": row.destination_commit,
            "mergeBase": row.merge_base,
        });
        requests::happened(call, &row, "PULL_REQUEST_CREATED", "pullRequestCreatedEventMetadata", metadata)?;
        requests::tell(call, &row, "pullRequestCreated", json!({}))?;
        asked.made(call, &row.number.to_string())?;
        Ok(PullRequestOutput { pull_request: requests::show(call, row)? })
    }

    fn example() -> Example {
        examples::with_change(examples::pull_request())
    }
}
