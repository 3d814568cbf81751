use crate::{
    CodeBuild,
    error::invalid,
    groups::{GROUPS, Group, Place, REPORTS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a report group; one that has reports only together with them.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteReportGroup.html>
pub struct DeleteReportGroup;

/// Which group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteReportGroupInput {
    /// The group.
    pub arn: String,
    /// Whether its reports are deleted too.
    #[serde(default)]
    pub delete_reports: bool,
}

impl Operation for DeleteReportGroup {
    type Service = CodeBuild;
    const NAME: &'static str = "DeleteReportGroup";
    const READ_ONLY: bool = false;
    type Input = DeleteReportGroupInput;
    type Output = ();

    fn demands(input: &DeleteReportGroupInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Group::of(&input.arn)?.demand("codebuild:DeleteReportGroup").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteReportGroupInput) -> Result<(), Error> {
        let group = Group::of(&input.arn)?;
        let reports = call.scan(&REPORTS, &group.owner.row(&group.name))?;
        if !reports.is_empty() && !input.delete_reports {
            return Err(invalid(format!("Report group {} has reports: delete them first, or give deleteReports", group.arn())));
        }
        for (key, _) in reports {
            Place { group: group.clone(), id: key[3].clone() }.delete(call)?;
        }
        call.delete(&GROUPS, &group.owner.row(&group.name));
        Ok(())
    }

    fn example() -> Example {
        Example::of(json!({"arn": "$0/reportGroup/arn"})).after(
            "codebuild:CreateReportGroup",
            json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
        )
    }
}
