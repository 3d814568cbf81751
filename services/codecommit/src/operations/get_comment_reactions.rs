use crate::{
    CodeCommit, comments, error, examples, names,
    reactions::{self, Reaction},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Lists the reactions to a comment.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetCommentReactions.html>
pub struct GetCommentReactions;

/// Which comment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    comment_id: String,
    reaction_user_arn: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// A reaction, and who had it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReactionForComment {
    reaction: Reaction,
    reaction_users: Vec<String>,
    reactions_from_deleted_users_count: u32,
}

/// The reactions, all on one page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    reactions_for_comment: Vec<ReactionForComment>,
}

impl Operation for GetCommentReactions {
    type Service = CodeCommit;
    const NAME: &'static str = "GetCommentReactions";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, 1000)?;
        Ok(comments::demand(facts, "codecommit:GetCommentReactions", &input.comment_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if input.next_token.is_some() {
            return Err(error::bad_continuation());
        }
        let row = comments::load_living(call, &input.comment_id)?;
        let mut by_code: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (user, code) in row.reactions {
            if input.reaction_user_arn.as_ref().is_none_or(|wanted| *wanted == user) {
                by_code.entry(code).or_default().push(user);
            }
        }
        let show = |(code, users): (String, Vec<String>)| {
            reactions::of(&code).map(|reaction| ReactionForComment {
                reaction,
                reaction_users: users,
                reactions_from_deleted_users_count: 0,
            })
        };
        Ok(Output { reactions_for_comment: by_code.into_iter().filter_map(show).collect() })
    }

    fn example() -> Example {
        examples::with_comment(json!({"commentId": "$2/comment/commentId"}))
            .after("codecommit:PutCommentReaction", json!({"commentId": "$2/comment/commentId", "reactionValue": "U+2764"}))
    }
}
