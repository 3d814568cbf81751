use super::list_action_executions::{ActionFilter, ArtifactDetail, ExecutionResult, artifacts};
use crate::{
    CodePipeline,
    conditions::RuleTypeId,
    error, examples,
    pipelines::{self, page_size},
    state::{RULES, RuleRow},
    structure,
};
use base::{AccountId, Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// What the rules of a pipeline's executions found, newest first.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListRuleExecutions.html>
pub struct ListRuleExecutions;

/// Of which pipeline, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRuleExecutionsInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// Of one execution only.
    pub filter: Option<ActionFilter>,
    /// How many.
    pub max_results: Option<usize>,
    /// The page before gave it.
    pub next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    rule_type_id: RuleTypeId,
    configuration: BTreeMap<String, String>,
    resolved_configuration: BTreeMap<String, String>,
    role_arn: Option<Arn>,
    region: String,
    input_artifacts: Vec<ArtifactDetail>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    execution_result: ExecutionResult,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    pipeline_execution_id: String,
    rule_execution_id: String,
    pipeline_version: u64,
    stage_name: String,
    rule_name: String,
    start_time: EpochTime,
    last_update_time: EpochTime,
    status: &'static str,
    input: Option<Given>,
    output: Found,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRuleExecutionsOutput {
    rule_execution_details: Vec<Detail>,
    next_token: Option<String>,
}

fn detail(call: &mut Authorized<'_, ListRuleExecutions>, account: AccountId, pipeline: &str, row: RuleRow) -> Result<Detail, Error> {
    let declared = pipelines::declaration(call, account, pipeline, row.version)?;
    let stage = declared.stages.iter().find(|s| s.name == row.stage);
    let rule = stage.and_then(|s| s.condition(row.kind)).and_then(|c| c.rules.iter().find(|r| r.name == row.rule)).cloned();
    let region = call.region().as_str().to_string();
    let given = |rule: crate::RuleDeclaration, resolved, inputs| Given {
        rule_type_id: rule.rule_type_id,
        configuration: rule.configuration,
        resolved_configuration: resolved,
        role_arn: rule.role_arn,
        region: rule.region.unwrap_or(region),
        input_artifacts: inputs,
    };
    Ok(Detail {
        pipeline_execution_id: row.execution,
        rule_execution_id: row.id,
        pipeline_version: row.version,
        stage_name: row.stage,
        rule_name: row.rule,
        start_time: EpochTime(row.started),
        last_update_time: EpochTime(row.updated),
        status: row.status.word(),
        input: rule.map(|rule| given(rule, row.configuration, artifacts(row.inputs))),
        output: Found { execution_result: ExecutionResult::of(row.external, row.summary, row.error) },
    })
}

impl Operation for ListRuleExecutions {
    type Service = CodePipeline;
    const NAME: &'static str = "ListRuleExecutions";
    const READ_ONLY: bool = true;
    type Input = ListRuleExecutionsInput;
    type Output = ListRuleExecutionsOutput;

    fn demands(input: &ListRuleExecutionsInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        Ok(pipelines::demand("codepipeline:ListRuleExecutions", facts, &input.pipeline_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListRuleExecutionsInput) -> Result<ListRuleExecutionsOutput, Error> {
        let name = input.pipeline_name.as_str();
        let (account, _) = pipelines::found(call, name)?;
        let filter = input.filter.unwrap_or_default();
        let size = page_size(input.max_results, 100)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let from = after.as_deref().map(|t| t.split_once('/').ok_or_else(error::bad_next_token)).transpose()?;
        let rows = match filter.execution() {
            Some(execution) => {
                pipelines::execution(call, account, name, execution)?;
                let from = from.map(|(_, id)| [id]);
                call.page(&RULES, &[account.as_str(), name, execution], from.as_ref().map(|f| f.as_slice()), size, true)?
            }
            None => {
                let from = from.map(|(execution, id)| [execution, id]);
                call.page(&RULES, &[account.as_str(), name], from.as_ref().map(|f| f.as_slice()), size, true)?
            }
        };
        let next_token =
            if rows.len() == size { rows.last().map(|(_, row)| base::list_token(&format!("{}/{}", row.execution, row.id))) } else { None };
        let mut rows: Vec<RuleRow> = rows.into_iter().map(|(_, row)| row).collect();
        if filter.latest_only() {
            // Newest first: what comes again ran before.
            let mut seen = std::collections::BTreeSet::new();
            rows.retain(|row| seen.insert((row.stage.clone(), row.kind, row.rule.clone())));
        }
        let rule_execution_details = rows.into_iter().map(|row| detail(call, account, name, row)).collect::<Result<_, _>>()?;
        Ok(ListRuleExecutionsOutput { rule_execution_details, next_token })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipelineName": "example"}))
    }
}
