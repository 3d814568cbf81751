use crate::{
    CodeBuild,
    credentials::{CREDENTIALS, Kind, arn},
    names::Owner,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists what the account keeps to read its sources at git hosts by, without the secrets.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListSourceCredentials.html>
pub struct ListSourceCredentials;

/// Nothing is asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListSourceCredentialsInput {}

/// The credentials.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListSourceCredentialsOutput {
    /// One for each kind of host.
    pub source_credentials_infos: Vec<SourceCredentialsInfo>,
}

/// A credential.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceCredentialsInfo {
    /// Its ARN.
    pub arn: Arn,
    /// Of which hosts.
    pub server_type: String,
    /// What it is.
    pub auth_type: Kind,
    /// The connection or the secret.
    pub resource: Option<String>,
}

impl Operation for ListSourceCredentials {
    type Service = CodeBuild;
    const NAME: &'static str = "ListSourceCredentials";
    const READ_ONLY: bool = true;
    type Input = ListSourceCredentialsInput;
    type Output = ListSourceCredentialsOutput;

    fn demands(_input: &ListSourceCredentialsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Demand::any("codebuild:ListSourceCredentials").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: ListSourceCredentialsInput) -> Result<ListSourceCredentialsOutput, Error> {
        let owner = Owner::of(call)?;
        let info = |row: crate::credentials::CredentialRow| SourceCredentialsInfo {
            arn: arn(&owner, &row.server),
            server_type: row.server,
            auth_type: row.kind,
            resource: row.resource,
        };
        let infos = call.scan(&CREDENTIALS, &owner.all())?.into_iter().map(|(_, row)| info(row)).collect();
        Ok(ListSourceCredentialsOutput { source_credentials_infos: infos })
    }

    fn example() -> Example {
        let token = json!({"serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN", "token": "a-token"});
        Example::of(json!({})).after("codebuild:ImportSourceCredentials", token)
    }
}
