use super::import_source_credentials::SourceCredentialsArn;
use crate::{
    CodeBuild,
    credentials::{CREDENTIALS, SERVERS, arn},
    error::invalid,
    names::Owner,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Forgets a credential for git hosts.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteSourceCredentials.html>
pub struct DeleteSourceCredentials;

/// Which.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteSourceCredentialsInput {
    /// Its ARN.
    pub arn: String,
}

impl Operation for DeleteSourceCredentials {
    type Service = CodeBuild;
    const NAME: &'static str = "DeleteSourceCredentials";
    const READ_ONLY: bool = false;
    type Input = DeleteSourceCredentialsInput;
    type Output = SourceCredentialsArn;

    fn demands(_input: &DeleteSourceCredentialsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Demand::any("codebuild:DeleteSourceCredentials").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteSourceCredentialsInput) -> Result<SourceCredentialsArn, Error> {
        let owner = Owner::of(call)?;
        let named = SERVERS.into_iter().find(|server| arn(&owner, server).as_str() == input.arn);
        let server = named.ok_or_else(|| invalid(format!("Invalid source credentials ARN: {:.300}", input.arn)))?;
        if call.get(&CREDENTIALS, &owner.row(server))?.is_none() {
            return Err(Error::new("ResourceNotFoundException", format!("Source credentials {} could not be found", input.arn)));
        }
        call.delete(&CREDENTIALS, &owner.row(server));
        Ok(SourceCredentialsArn { arn: arn(&owner, server) })
    }

    fn example() -> Example {
        let token = json!({"serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN", "token": "a-token"});
        Example::of(json!({"arn": "$0/arn"})).after("codebuild:ImportSourceCredentials", token)
    }
}
