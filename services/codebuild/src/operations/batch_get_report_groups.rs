use crate::{
    CodeBuild,
    error::invalid,
    groups::{GROUPS, Group, on_groups},
    model::report::ReportGroup,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Describes report groups.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetReportGroups.html>
pub struct BatchGetReportGroups;

/// Which groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetReportGroupsInput {
    /// Their ARNs.
    pub report_group_arns: Vec<String>,
}

/// The groups.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetReportGroupsOutput {
    /// Those that there are.
    pub report_groups: Vec<ReportGroup>,
    /// Those that there are not.
    pub report_groups_not_found: Vec<String>,
}

const MOST: usize = 100;

impl Operation for BatchGetReportGroups {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchGetReportGroups";
    const READ_ONLY: bool = true;
    type Input = BatchGetReportGroupsInput;
    type Output = BatchGetReportGroupsOutput;

    fn demands(input: &BatchGetReportGroupsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.report_group_arns.is_empty() || input.report_group_arns.len() > MOST {
            return Err(invalid(format!("{} report groups were named; it must be 1 to {MOST}", input.report_group_arns.len())));
        }
        let groups: Result<Vec<Group>, Error> = input.report_group_arns.iter().map(|arn| Group::of(arn)).collect();
        Ok(on_groups("codebuild:BatchGetReportGroups", groups?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchGetReportGroupsInput) -> Result<BatchGetReportGroupsOutput, Error> {
        let mut output = BatchGetReportGroupsOutput { report_groups: Vec::new(), report_groups_not_found: Vec::new() };
        for arn in input.report_group_arns {
            let group = Group::of(&arn)?;
            match call.get(&GROUPS, &group.owner.row(&group.name))? {
                Some(row) => output.report_groups.push(group.answer(row)),
                None => output.report_groups_not_found.push(arn),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        Example::of(json!({"reportGroupArns": ["$0/reportGroup/arn"]})).after(
            "codebuild:CreateReportGroup",
            json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
        )
    }
}
