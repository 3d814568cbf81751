use crate::{
    CodeCommit,
    comments::{self, Location, PostedOutput, Words},
    examples,
    git::objects,
    names, state,
    tokens::{self, Asked},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};

/// Comments on the change between two commits.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PostCommentForComparedCommit.html>
pub struct PostCommentForComparedCommit;

/// The comment, and what it is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    before_commit_id: Option<String>,
    after_commit_id: String,
    location: Option<Location>,
    content: String,
    client_request_token: Option<String>,
}

impl Operation for PostCommentForComparedCommit {
    type Service = CodeCommit;
    const NAME: &'static str = "PostCommentForComparedCommit";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PostedOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        comments::content(&input.content)?;
        tokens::check(input.client_request_token.as_deref())?;
        input.before_commit_id.iter().chain([&input.after_commit_id]).try_for_each(|id| names::commit(id))?;
        Ok(state::demand(facts, "codecommit:PostCommentForComparedCommit", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PostedOutput, Error> {
        let (asked, made) = Asked::before(call, input.client_request_token.as_deref(), &input)?;
        if let Some(id) = made {
            let row = comments::load(call, &id)?;
            return comments::posted(call, row);
        }

        let repository = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &repository)?;
        let subject = comments::subject(&objects, None, input.before_commit_id, input.after_commit_id, input.location)?;
        let words = Words { content: input.content, in_reply_to: None, token: input.client_request_token };
        let row = comments::post(call, &repository, subject, words)?;
        asked.made(call, &row.id)?;
        comments::posted(call, row)
    }

    fn example() -> Example {
        examples::with_commit(examples::comment())
    }
}
