use crate::{CodeCommit, encryption, examples, moves, names, state};
use gate::{Authorized, BodyKey, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::git::is_ref;

/// Writes to a repository by git. Its first request asks for the references and moves none; the second brings them with
/// a pack, as the call's body: git has checked the pack before ([`crate::GitServer`]). Only the server's own git can
/// attach a body, so no other client moves references this way.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html>
pub struct GitPush;

/// A reference that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushedReference {
    /// `refs/heads/main`.
    #[serde(rename = "ref")]
    pub name: String,
    /// Where it goes; None: it is deleted.
    pub commit: Option<String>,
    /// Where it must stand; None: it must not be there.
    pub previous: Option<String>,
}

/// Which repository, and what moves.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GitPushInput {
    /// The repository's name.
    pub repository_name: String,
    /// What moves; empty when git only asks.
    #[serde(default)]
    pub references: Vec<PushedReference>,
}

/// The repository that may be written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GitPushOutput {
    /// Its owner.
    pub account_id: base::AccountId,
    /// Where it is.
    pub region: base::Region,
    /// The pack that is the repository's now.
    pub pack_id: Option<String>,
}

impl Operation for GitPush {
    type Service = CodeCommit;
    const NAME: &'static str = "GitPush";
    const READ_ONLY: bool = false;
    type Input = GitPushInput;
    type Output = GitPushOutput;

    fn demands(input: &GitPushInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        for reference in &input.references {
            let objects = [&reference.commit, &reference.previous];
            if !is_ref(&reference.name) || objects.iter().any(|o| o.as_ref().is_some_and(|id| !names::is_object(id))) {
                return Err(Error::new(
                    "InvalidReferenceNameException",
                    format!("'{}' is not a reference at a commit", names::shown(&reference.name)),
                ));
            }
        }
        let demand = Demand::new("codecommit:GitPush", state::arn(facts, &input.repository_name)?);
        if input.references.is_empty() {
            return Ok(demand.into());
        }
        // The key has one value: a push of several references needs the right to each.
        Ok(Demands::all(input.references.iter().map(|r| demand.clone().with("codecommit:References", &r.name))))
    }

    fn open(call: &mut Authorized<'_, Self>, input: &GitPushInput) -> Result<BodyKey, Error> {
        let row = state::repository(call, &input.repository_name)?;
        encryption::enter(call, &row)?;
        Ok(BodyKey { key: row.data_key(call)?, note: Value::String(row.id), sums: Vec::new(), md5: false })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GitPushInput) -> Result<GitPushOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        encryption::enter(call, &row)?;
        let mut output = GitPushOutput { account_id: row.account, region: row.region.clone(), pack_id: None };
        if input.references.is_empty() {
            return Ok(output);
        }
        let Some(pack) = call.body().cloned() else {
            return Err(Error::not_implemented("codecommit:GitPush by another client than git"));
        };
        if pack.note.as_str() != Some(row.id.as_str()) {
            return Err(Error::new(
                "RepositoryDoesNotExistException",
                format!("{} was deleted and made again while the push was under way", row.name),
            ));
        }
        match pack.length {
            // References that move to what is there already bring no objects.
            0 => call.delete_body(&pack.id)?,
            length => {
                call.put(&state::PACKS, &[row.id.as_str(), pack.id.as_str()], &state::Pack { length })?;
                output.pack_id = Some(pack.id);
            }
        }
        let moves: Vec<moves::Move<'_>> =
            input.references.iter().map(|r| moves::Move { name: &r.name, old: r.previous.as_deref(), new: r.commit.as_deref() }).collect();
        moves::apply(call, row, &moves)?;
        Ok(output)
    }

    fn example() -> Example {
        examples::with_repository(examples::push("main")).body(examples::PACK)
    }
}
