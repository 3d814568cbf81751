//! What an account keeps to read its sources at git hosts by: one credential for each kind of host.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/access-tokens.html>

use crate::{CodeBuild, names::Owner};
use base::{Arn, Blob, Secret};
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize};

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A token of the host's.
    #[serde(rename = "PERSONAL_ACCESS_TOKEN")]
    Token,
    /// A user's name with a password for programs.
    #[serde(rename = "BASIC_AUTH")]
    Password,
    /// The ARN of a connection.
    #[serde(rename = "CODECONNECTIONS")]
    Connection,
    /// The ARN of a secret with the token.
    #[serde(rename = "SECRETS_MANAGER")]
    Secret,
}

/// A credential, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CredentialRow {
    pub(crate) server: String,
    pub(crate) kind: Kind,
    pub(crate) user_name: Option<String>,
    pub(crate) sealed: Blob,
    /// Where it is no secret itself: what it names.
    pub(crate) resource: Option<String>,
}

/// Account, region, kind of host.
pub(crate) static CREDENTIALS: Table<CodeBuild, CredentialRow> = Table::new("source-credentials");

/// Kinds of hosts.
pub(crate) const SERVERS: [&str; 5] = ["BITBUCKET", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"];

/// A credential, open.
pub(crate) struct Kept {
    pub(crate) kind: Kind,
    pub(crate) user_name: Option<String>,
    pub(crate) token: Secret<String>,
}

/// Its ARN.
pub(crate) fn arn(owner: &Owner, server: &str) -> Arn {
    Arn::new("codebuild", &owner.region, owner.account.as_str(), &format!("token/{}", server.to_ascii_lowercase()))
}

/// What binds a sealed credential to its place.
pub(crate) fn place(owner: &Owner, server: &str) -> String {
    format!("source credential {}", arn(owner, server))
}

/// What the account keeps for hosts of this kind.
pub(crate) fn kept(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, server: &str) -> Result<Option<Kept>, Error> {
    let Some(row) = scope.get(&CREDENTIALS, &owner.row(server))? else { return Ok(None) };
    let plain = scope.unseal(&place(owner, server), &row.sealed.0);
    let text = plain.and_then(|plain| String::from_utf8(plain.expose().clone()).ok());
    let token = text.ok_or_else(|| Error::internal("a source credential cannot be opened any more; import it again"))?;
    Ok(Some(Kept { kind: row.kind, user_name: row.user_name, token: Secret::new(token) }))
}
