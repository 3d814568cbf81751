use crate::{
    CodeCommit,
    comments::{self, CommentOutput},
    examples,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the words of a comment of the caller.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateComment.html>
pub struct UpdateComment;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    comment_id: String,
    content: String,
}

impl Operation for UpdateComment {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateComment";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = CommentOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        comments::content(&input.content)?;
        Ok(comments::demand(facts, "codecommit:UpdateComment", &input.comment_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<CommentOutput, Error> {
        let mut row = comments::load_living(call, &input.comment_id)?;
        if row.author != call.caller().name() {
            return Err(Error::new("CommentNotCreatedByCallerException", format!("Only {} can change this comment", row.author)));
        }
        row.content = Some(input.content);
        row.modified = call.now();
        comments::keep(call, &row)?;
        comments::tell_updated(call, &row)?;
        Ok(comments::output(call, &row))
    }

    fn example() -> Example {
        examples::with_own_comment(json!({"commentId": "$2/comment/commentId", "content": "Fine now"}))
    }
}
