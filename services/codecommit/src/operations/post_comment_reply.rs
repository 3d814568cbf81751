use crate::{
    CodeCommit,
    comments::{self, CommentOutput, Words},
    examples,
    tokens::{self, Asked},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Answers a comment.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PostCommentReply.html>
pub struct PostCommentReply;

/// The answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    in_reply_to: String,
    client_request_token: Option<String>,
    content: String,
}

impl Operation for PostCommentReply {
    type Service = CodeCommit;
    const NAME: &'static str = "PostCommentReply";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = CommentOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        comments::content(&input.content)?;
        tokens::check(input.client_request_token.as_deref())?;
        Ok(comments::demand(facts, "codecommit:PostCommentReply", &input.in_reply_to)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<CommentOutput, Error> {
        let (asked, made) = Asked::before(call, input.client_request_token.as_deref(), &input)?;
        if let Some(id) = made {
            let row = comments::load(call, &id)?;
            return Ok(comments::output(call, &row));
        }
        let parent = comments::load_living(call, &input.in_reply_to)?;
        let repository = comments::repository(call, &parent)?;
        let words = Words { content: input.content, in_reply_to: Some(parent.id), token: input.client_request_token };
        let row = comments::post(call, &repository, parent.subject, words)?;
        asked.made(call, &row.id)?;
        Ok(comments::output(call, &row))
    }

    fn example() -> Example {
        examples::with_comment(json!({"inReplyTo": "$2/comment/commentId", "content": "Thanks"}))
    }
}
