use crate::{CodeBuild, error::invalid, names::Owner, state::BUILDS_BY_TIME};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the ids of builds, by their start.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuilds.html>
pub struct ListBuilds;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SortOrder {
    /// The first one first.
    Ascending,
    /// The last one first.
    Descending,
}

/// In which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBuildsInput {
    /// The last one first if not given.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
}

/// A page of ids.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBuildsOutput {
    /// The ids.
    pub ids: Vec<String>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

pub(crate) const PAGE: usize = 100;

/// The last item of the page before, as a token tells it.
pub(crate) fn after(token: Option<&str>) -> Result<Option<String>, Error> {
    token.map(|token| base::place_of_token(token).ok_or_else(|| invalid("Invalid next token"))).transpose()
}

/// The same as `page` takes it.
pub(crate) fn edge<'t>(after: &'t Option<&'t str>) -> Option<&'t [&'t str]> {
    after.as_ref().map(std::slice::from_ref)
}

/// A page of (key, id) as an answer.
pub(crate) fn ids(rows: Vec<(Vec<String>, String)>) -> ListBuildsOutput {
    let more = rows.len() > PAGE;
    let next_token = rows.get(PAGE - 1).filter(|_| more).and_then(|(key, _)| key.last().map(|last| base::list_token(last)));
    ListBuildsOutput { ids: rows.into_iter().take(PAGE).map(|(_, id)| id).collect(), next_token }
}

impl Operation for ListBuilds {
    type Service = CodeBuild;
    const NAME: &'static str = "ListBuilds";
    const READ_ONLY: bool = true;
    type Input = ListBuildsInput;
    type Output = ListBuildsOutput;

    fn demands(_input: &ListBuildsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Demand::any("codebuild:ListBuilds").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListBuildsInput) -> Result<ListBuildsOutput, Error> {
        let owner = Owner::of(call)?;
        let after = after(input.next_token.as_deref())?;
        let descending = input.sort_order != Some(SortOrder::Ascending);
        Ok(ids(call.page(&BUILDS_BY_TIME, &owner.all(), edge(&after.as_deref()), PAGE + 1, descending)?))
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
