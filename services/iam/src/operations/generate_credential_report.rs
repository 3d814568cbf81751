use crate::{
    Iam, credential_report,
    state::{REPORTS, ReportRow},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes the credential report, unless there is one of the last four hours.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html>
pub struct GenerateCredentialReport;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The report is made at once.
    state: &'static str,
}

impl Operation for GenerateCredentialReport {
    type Service = Iam;
    const NAME: &'static str = "GenerateCredentialReport";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GenerateCredentialReport").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let (account, now) = (call.account()?, call.now());
        let kept = call.get(&REPORTS, account.as_str())?;
        if !kept.is_some_and(|report| credential_report::is_fresh(&report, now)) {
            let csv = credential_report::csv(call)?;
            call.put(&REPORTS, account.as_str(), &ReportRow { generated: now, csv })?;
        }
        Ok(Output { state: "COMPLETE" })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
