//! Owners as S3's answers show them.

use aws_lc_rs::digest::{SHA256, digest};
use base::AccountId;
use serde::Serialize;

/// An account or a caller.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Owner {
    /// An account's canonical user id; or a caller's ARN.
    #[serde(rename = "ID")]
    pub id: String,
    /// A name for people.
    pub display_name: String,
}

/// The canonical user id of an account: 64 hex digits, always the same.
pub(crate) fn of(account: AccountId) -> Owner {
    let id = hex::encode(digest(&SHA256, format!("canonical user {account}").as_bytes()));
    Owner { id, display_name: account.to_string() }
}

pub(crate) fn caller(name: &str) -> Owner {
    Owner { id: name.into(), display_name: name.rsplit('/').next().unwrap_or(name).into() }
}
