use crate::{CodeCommit, comments, examples, reactions, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets or removes the caller's reaction to a comment.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PutCommentReaction.html>
pub struct PutCommentReaction;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    comment_id: String,
    reaction_value: String,
}

const MAX_REACTIONS: usize = 1000;

impl Operation for PutCommentReaction {
    type Service = CodeCommit;
    const NAME: &'static str = "PutCommentReaction";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        reactions::read(&input.reaction_value)?;
        Ok(comments::demand(facts, "codecommit:PutCommentReaction", &input.comment_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = comments::load_living(call, &input.comment_id)?;
        let caller = call.caller().name();
        match reactions::read(&input.reaction_value)? {
            Some(reaction) if row.reactions.len() < MAX_REACTIONS || row.reactions.contains_key(&caller) => {
                row.reactions.insert(caller, reaction.short_code.to_owned());
            }
            Some(_) => {
                return Err(Error::new("ReactionLimitExceededException", format!("The comment has {MAX_REACTIONS} reactions already")));
            }
            None => drop(row.reactions.remove(&caller)),
        }
        comments::keep(call, &row).map(|()| Nothing {})
    }

    fn example() -> Example {
        examples::with_comment(json!({"commentId": "$2/comment/commentId", "reactionValue": ":thumbsup:"}))
    }
}
