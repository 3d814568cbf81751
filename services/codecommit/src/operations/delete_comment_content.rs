use crate::{
    CodeCommit,
    comments::{self, CommentOutput},
    examples,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes the words of a comment.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteCommentContent.html>
pub struct DeleteCommentContent;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    comment_id: String,
}

impl Operation for DeleteCommentContent {
    type Service = CodeCommit;
    const NAME: &'static str = "DeleteCommentContent";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = CommentOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(comments::demand(facts, "codecommit:DeleteCommentContent", &input.comment_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<CommentOutput, Error> {
        let mut row = comments::load_living(call, &input.comment_id)?;
        row.content = None;
        row.modified = call.now();
        comments::keep(call, &row)?;
        Ok(comments::output(call, &row))
    }

    fn example() -> Example {
        examples::with_comment(json!({"commentId": "$2/comment/commentId"}))
    }
}
