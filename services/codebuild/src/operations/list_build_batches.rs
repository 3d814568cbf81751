use super::{example_batch, example_with_role};
use crate::{
    CodeBuild,
    batches::{BATCHES, BATCHES_BY_TIME},
    names::{Owner, project_of},
    operations::list_builds::{ListBuildsOutput, SortOrder},
    paging,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the ids of batches, by their start.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuildBatches.html>
pub struct ListBuildBatches;

/// Which, and in which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBuildBatchesInput {
    /// Those of one status.
    pub filter: Option<BuildBatchFilter>,
    /// At most 100.
    pub max_results: Option<u64>,
    /// The last one first if not given.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
}

/// Those of one status.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BuildBatchFilter {
    /// Such as `FAILED`.
    pub status: Option<String>,
}

/// The ids of the account's batches that a filter takes, and of one project where it is named.
pub(crate) fn found(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    project: Option<&str>,
    filter: Option<&BuildBatchFilter>,
    order: Option<SortOrder>,
) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    for (_, id) in scope.scan(&BATCHES_BY_TIME, &owner.all())? {
        let wanted = project.is_none_or(|project| project_of(&id) == project);
        let status = filter.and_then(|filter| filter.status.as_deref());
        if wanted && scope.get(&BATCHES, &owner.row(&id))?.is_some_and(|row| status.is_none_or(|status| row.status == status)) {
            ids.push(id);
        }
    }
    if order != Some(SortOrder::Ascending) {
        ids.reverse();
    }
    Ok(ids)
}

impl Operation for ListBuildBatches {
    type Service = CodeBuild;
    const NAME: &'static str = "ListBuildBatches";
    const READ_ONLY: bool = true;
    type Input = ListBuildBatchesInput;
    type Output = ListBuildsOutput;

    fn demands(_input: &ListBuildBatchesInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Demand::any("codebuild:ListBuildBatches").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListBuildBatchesInput) -> Result<ListBuildsOutput, Error> {
        let owner = Owner::of(call)?;
        let ids = found(call, &owner, None, input.filter.as_ref(), input.sort_order)?;
        let (ids, next_token) = paging::cut(ids, input.next_token.as_deref(), input.max_results)?;
        Ok(ListBuildsOutput { ids, next_token })
    }

    fn example() -> Example {
        example_with_role(json!({})).after("codebuild:CreateProject", example_batch())
    }
}
