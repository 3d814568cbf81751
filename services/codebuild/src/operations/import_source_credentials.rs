use crate::{
    CodeBuild,
    credentials::{CREDENTIALS, CredentialRow, Kind, SERVERS, arn, place},
    error::invalid,
    names::Owner,
};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a credential for the account's sources at one kind of git host.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ImportSourceCredentials.html>
pub struct ImportSourceCredentials;

/// The credential.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportSourceCredentialsInput {
    /// A user's name: for Bitbucket with a password.
    pub username: Option<String>,
    /// A token or a password; or the ARN of a connection or of a secret.
    pub token: Secret<String>,
    /// `GITHUB`, `GITHUB_ENTERPRISE`, `BITBUCKET`, `GITLAB` or `GITLAB_SELF_MANAGED`.
    pub server_type: String,
    /// `PERSONAL_ACCESS_TOKEN`, `BASIC_AUTH`, `CODECONNECTIONS` or `SECRETS_MANAGER`.
    pub auth_type: String,
    /// Whether it takes another's place; so it is if nothing is said.
    pub should_overwrite: Option<bool>,
}

/// Which it is.
#[derive(Debug, Serialize)]
pub struct SourceCredentialsArn {
    /// Its ARN.
    pub arn: Arn,
}

const LONGEST: usize = 8192;

fn kind_of(server: &str, text: &str) -> Result<Kind, Error> {
    if !SERVERS.contains(&server) {
        return Err(invalid(format!("Invalid server type: {server:.100}. Valid values are: {}", SERVERS.join(", "))));
    }
    let kind = match text {
        "PERSONAL_ACCESS_TOKEN" => Kind::Token,
        "BASIC_AUTH" => Kind::Password,
        "CODECONNECTIONS" => Kind::Connection,
        "SECRETS_MANAGER" => Kind::Secret,
        "OAUTH" => return Err(invalid("Authentication type OAUTH is made by the console alone; import a PERSONAL_ACCESS_TOKEN")),
        other => return Err(invalid(format!("Invalid authentication type: {other:.100}"))),
    };
    match (server, kind) {
        ("BITBUCKET", _) | (_, Kind::Token | Kind::Connection | Kind::Secret) => Ok(kind),
        _ => Err(invalid(format!("Authentication type BASIC_AUTH is for server type BITBUCKET, not {server}"))),
    }
}

impl Operation for ImportSourceCredentials {
    type Service = CodeBuild;
    const NAME: &'static str = "ImportSourceCredentials";
    const READ_ONLY: bool = false;
    type Input = ImportSourceCredentialsInput;
    type Output = SourceCredentialsArn;

    fn demands(input: &ImportSourceCredentialsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        let import = Demand::any("codebuild:ImportSourceCredentials");
        let import = import.with("codebuild:authType", &input.auth_type).with("codebuild:serverType", &input.server_type);
        Ok(import.with("codebuild:shouldOverwrite", input.should_overwrite.unwrap_or(true)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ImportSourceCredentialsInput) -> Result<SourceCredentialsArn, Error> {
        let (owner, server) = (Owner::of(call)?, input.server_type);
        let kind = kind_of(&server, &input.auth_type)?;
        let token = input.token.expose();
        if token.is_empty() || token.len() > LONGEST || token.chars().any(char::is_control) {
            return Err(invalid(format!("Invalid token: it has 1 to {LONGEST} characters, none of them a control character")));
        }
        let user_fits = |user: &String| !user.is_empty() && user.len() <= 256 && !user.contains(|c: char| c == ':' || c.is_control());
        if !input.username.as_ref().is_none_or(user_fits) || (kind == Kind::Password && input.username.is_none()) {
            return Err(invalid("Invalid username: BASIC_AUTH needs one, and it has no colon and no control characters"));
        }
        let resource = matches!(kind, Kind::Connection | Kind::Secret).then(|| token.clone());
        if resource.as_ref().is_some_and(|arn| arn.parse::<Arn>().is_err()) {
            return Err(invalid(format!("Invalid token: for authentication type {} it is an ARN", input.auth_type)));
        }
        if input.should_overwrite == Some(false) && call.get(&CREDENTIALS, &owner.row(&server))?.is_some() {
            let message = format!("Source credentials for server type {server} are there already");
            return Err(Error::new("ResourceAlreadyExistsException", message));
        }
        let sealed = Blob(call.seal(&place(&owner, &server), token.as_bytes())?);
        let row = CredentialRow { server: server.clone(), kind, user_name: input.username, sealed, resource };
        call.put(&CREDENTIALS, &owner.row(&server), &row)?;
        Ok(SourceCredentialsArn { arn: arn(&owner, &server) })
    }

    fn example() -> Example {
        Example::of(json!({"serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN", "token": "a-token"}))
    }
}
