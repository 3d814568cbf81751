use crate::{
    CodePipeline, examples,
    pipelines::{self, declaration, page_size},
    state::PIPELINES,
};
use base::EpochTime;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The account's pipelines.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelines.html>
pub struct ListPipelines;

/// Which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPipelinesInput {
    /// The page before gave it.
    pub next_token: Option<String>,
    /// How many.
    pub max_results: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    name: String,
    version: u64,
    pipeline_type: Option<String>,
    execution_mode: Option<String>,
    created: EpochTime,
    updated: EpochTime,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPipelinesOutput {
    pipelines: Vec<Summary>,
    next_token: Option<String>,
}

impl Operation for ListPipelines {
    type Service = CodePipeline;
    const NAME: &'static str = "ListPipelines";
    const READ_ONLY: bool = true;
    type Input = ListPipelinesInput;
    type Output = ListPipelinesOutput;

    fn demands(_input: &ListPipelinesInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::any("codepipeline:ListPipelines").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListPipelinesInput) -> Result<ListPipelinesOutput, Error> {
        let account = call.account()?;
        let size = page_size(input.max_results, 1000)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let from = after.as_deref().map(|name| [name]);
        let rows = call.page(&PIPELINES, &[account.as_str()], from.as_ref().map(|f| f.as_slice()), size, false)?;
        let next_token = if rows.len() == size { rows.last().map(|(key, _)| base::list_token(&key[1])) } else { None };
        let mut pipelines = Vec::new();
        for (key, row) in rows {
            let declared = declaration(call, account, &key[1], row.version)?;
            pipelines.push(Summary {
                name: declared.name,
                version: row.version,
                pipeline_type: declared.pipeline_type,
                execution_mode: declared.execution_mode,
                created: EpochTime(row.created),
                updated: EpochTime(row.updated),
            });
        }
        Ok(ListPipelinesOutput { pipelines, next_token })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({}))
    }
}
