use crate::{
    CodeCommit,
    comments::{self, Location, PostedOutput, Words},
    examples,
    git::objects,
    names, requests,
    tokens::{self, Asked},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Comments on a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PostCommentForPullRequest.html>
pub struct PostCommentForPullRequest;

/// The comment, and what it is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    repository_name: String,
    before_commit_id: String,
    after_commit_id: String,
    location: Option<Location>,
    content: String,
    client_request_token: Option<String>,
}

impl Operation for PostCommentForPullRequest {
    type Service = CodeCommit;
    const NAME: &'static str = "PostCommentForPullRequest";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PostedOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        comments::content(&input.content)?;
        tokens::check(input.client_request_token.as_deref())?;
        [&input.before_commit_id, &input.after_commit_id].into_iter().try_for_each(|id| names::commit(id))?;
        Ok(requests::demand(facts, "codecommit:PostCommentForPullRequest", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PostedOutput, Error> {
        let (asked, made) = Asked::before(call, input.client_request_token.as_deref(), &input)?;
        if let Some(id) = made {
            let row = comments::load(call, &id)?;
            return comments::posted(call, row);
        }

        let request = requests::load(call, &input.pull_request_id)?;
        let repository = requests::repository(call, &request)?;
        requests::is_of(&repository, &input.repository_name)?;
        let objects = objects::of(call, &repository)?;
        let (id, before, after) = (request.number.to_string(), Some(input.before_commit_id), input.after_commit_id);
        let subject = comments::subject(&objects, Some(id), before, after, input.location)?;
        let words = Words { content: input.content, in_reply_to: None, token: input.client_request_token };
        let row = comments::post(call, &repository, subject, words)?;
        asked.made(call, &row.id)?;
        comments::posted(call, row)
    }

    fn example() -> Example {
        examples::with_pull_request(json!({
            "pullRequestId": "$4/pullRequest/pullRequestId", "repositoryName": "shop", "content": "Why?",
            "beforeCommitId": examples::COMMIT, "afterCommitId": "$3/commitId",
            "location": {"filePath": "new.txt", "filePosition": 1, "relativeFileVersion": "AFTER"},
        }))
    }
}
