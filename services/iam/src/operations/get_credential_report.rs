use crate::{Iam, credential_report, examples::report, state::REPORTS};
use base::{Blob, IsoTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The credential report.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html>
pub struct GetCredentialReport;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    content: Blob,
    report_format: &'static str,
    generated_time: IsoTime,
}

impl Operation for GetCredentialReport {
    type Service = Iam;
    const NAME: &'static str = "GetCredentialReport";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetCredentialReport").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let report = call
            .get(&REPORTS, account.as_str())?
            .ok_or_else(|| Error::new("ReportNotPresent", "No report exists. Make one with GenerateCredentialReport.").status(410))?;
        if !credential_report::is_fresh(&report, call.now()) {
            return Err(Error::new("ReportExpired", "The report is older than four hours. Make a new one with GenerateCredentialReport.")
                .status(410));
        }
        Ok(Output { content: Blob(report.csv.into_bytes()), report_format: "text/csv", generated_time: IsoTime(report.generated) })
    }

    fn example() -> Example {
        report().then(json!({}))
    }
}
