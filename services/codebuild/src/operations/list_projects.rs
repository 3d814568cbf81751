use super::list_builds::{PAGE, SortOrder, after, edge};
use crate::{CodeBuild, error::invalid, names::Owner, state::PROJECTS};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the names of projects.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListProjects.html>
pub struct ListProjects;

/// In which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListProjectsInput {
    /// `NAME`; other orders are refused.
    pub sort_by: Option<String>,
    /// The first name or the last one first.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
}

/// A page of names.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListProjectsOutput {
    /// The names.
    pub projects: Vec<String>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

impl Operation for ListProjects {
    type Service = CodeBuild;
    const NAME: &'static str = "ListProjects";
    const READ_ONLY: bool = true;
    type Input = ListProjectsInput;
    type Output = ListProjectsOutput;

    fn demands(_input: &ListProjectsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Demand::any("codebuild:ListProjects").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListProjectsInput) -> Result<ListProjectsOutput, Error> {
        match input.sort_by.as_deref() {
            None | Some("NAME") => {}
            Some(by @ ("CREATED_TIME" | "LAST_MODIFIED_TIME")) => {
                return Err(Error::not_implemented(&format!("codebuild:ListProjects with sortBy {by}")));
            }
            Some(by) => return Err(invalid(format!("Invalid sortBy: '{by}'"))),
        }
        let owner = Owner::of(call)?;
        let after = after(input.next_token.as_deref())?;
        let descending = input.sort_order == Some(SortOrder::Descending);
        let rows = call.page(&PROJECTS, &owner.all(), edge(&after.as_deref()), PAGE + 1, descending)?;
        let mut projects: Vec<String> = rows.into_iter().filter_map(|(mut key, _)| key.pop()).collect();
        let more = projects.len() > PAGE;
        projects.truncate(PAGE);
        Ok(ListProjectsOutput { next_token: projects.last().filter(|_| more).map(|last| base::list_token(last)), projects })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
