//! Merges of pull requests: what their approval rules do not allow does not happen.

use crate::{
    CodeCommit, error,
    git::objects,
    merging::{
        self, Signed,
        compare::Sides,
        options::{How, MergeOption},
    },
    moves::{self, Move},
    names,
    request_shapes::PullRequestOutput,
    requests::{self, Evaluation, Merged},
    state,
};
use gate::{Demands, Error, Scope, View};
use serde_json::{Value, json};

/// The right to merge a pull request into its destination.
pub(crate) fn demand(view: &mut View<'_, CodeCommit>, action: &'static str, id: &str, repository: &str) -> Result<Demands, Error> {
    names::repository(repository)?;
    let (demand, row) = requests::demand_with(view, action, id)?;
    Ok(demand.with_some("codecommit:References", row.map(|row| row.destination)).into())
}

/// Merges a pull request that is open and approved.
pub(crate) fn merge(
    scope: &mut Scope<'_, CodeCommit>,
    id: &str,
    repository: &str,
    tip: Option<&str>,
    option: MergeOption,
    how: How,
    signed: &Signed,
) -> Result<PullRequestOutput, Error> {
    tip.map_or(Ok(()), names::commit)?;
    let mut row = requests::load_open(scope, id)?;
    let home = requests::repository(scope, &row)?;
    requests::is_of(&home, repository)?;
    let evaluation = Evaluation::of(&row, &row.revision);
    if !evaluation.approved() {
        return Err(Error::new(
            "PullRequestApprovalRulesNotSatisfiedException",
            format!(
                "The pull request {id} cannot be merged: these approval rules have conditions that have not been met: {}",
                evaluation.unsatisfied.join(", ")
            ),
        ));
    }
    let mut standing = |reference: &str| {
        let there = scope.get(&state::REFERENCES, &[home.id.as_str(), reference])?;
        there.ok_or_else(|| error::no_reference(reference))
    };
    let (source, destination) = (standing(&row.source)?, standing(&row.destination)?);
    if tip.is_some_and(|tip| tip != source) || source != row.source_commit {
        return Err(Error::new(
            "TipOfSourceReferenceIsDifferentException",
            format!(
                "The tip of {} is {source}, another than the one of the request. The pull request may have been updated: review it.",
                row.source
            ),
        ));
    }
    let objects = objects::of(scope, &home)?;
    let sides = Sides::of(&objects, source, destination.clone())?;
    let told = merging::told(&sides, option, &how);
    let made = merging::commit(scope, &home, &objects, &sides, option, how, signed)?;
    requests::close(scope, &mut row)?;
    let commit = made.map_or_else(|| destination.clone(), |made| made.commit);
    if commit != destination {
        moves::apply_told(scope, home.clone(), &[Move { name: &row.destination, old: Some(&destination), new: Some(&commit) }], &told)?;
    }
    row.destination_commit = destination;
    row.merge_base = sides.base;
    row.activity = scope.now();
    row.merged = Some(Merged { by: scope.caller().name(), commit, option });
    requests::keep(scope, &row)?;
    let merged = json!({"isMerged": true, "mergedBy": row.merged.as_ref().map(|m| &m.by), "mergeCommitId": row.merged.as_ref().map(|m| &m.commit), "mergeOption": option});
    let metadata = json!({"repositoryName": home.name, "destinationReference": row.destination, "mergeMetadata": merged});
    requests::happened(scope, &row, "PULL_REQUEST_MERGE_STATE_CHANGED", "pullRequestMergedStateChangedEventMetadata", metadata)?;
    let closed = json!({"pullRequestStatus": "CLOSED"});
    requests::happened(scope, &row, "PULL_REQUEST_STATUS_CHANGED", "pullRequestStatusChangedEventMetadata", closed)?;
    requests::tell(scope, &row, "pullRequestMergeStatusUpdated", Value::Null)?;
    Ok(PullRequestOutput { pull_request: requests::show(scope, row)? })
}
