//! Administrators of keys who can let themselves decrypt.

use super::account_root;
use crate::{
    Finding, Kind, Severity,
    grants::{
        documents::{Read, Statement},
        overlap::covers_action,
    },
};

/// What lets its owner give himself, or anybody, the use of a key.
const OPENING: [&str; 2] = ["kms:PutKeyPolicy", "kms:CreateGrant"];
/// Conditions that keep a grant to AWS's own resources and operations.
const KEEPING: [&str; 4] = ["kms:grantisforawsresource", "kms:grantoperations", "kms:granteeprincipal", "kms:viaservice"];

pub(super) fn of(document: &Read<'_>, statement: &Statement) -> Option<Finding> {
    let actions = statement.actions.as_ref()?;
    let covers = |statement: &Statement, action: &str| statement.actions.iter().flatten().any(|pattern| covers_action(pattern, action));
    let opening: Vec<&str> = OPENING.into_iter().filter(|action| covers(statement, action)).collect();
    if opening.is_empty() || statement.has_key(&KEEPING) {
        return None;
    }
    let own_root = |name: &str| account_root(name) == Some(document.of.account.as_str());
    let may_decrypt = |name: &str| {
        let named = |other: &&Statement| other.allows && other.principals.iter().any(|(_, principal)| principal == name);
        document.statements.iter().filter(named).any(|other| covers(other, "kms:Decrypt"))
    };
    let (_, name) = statement.principals.iter().find(|(kind, name)| kind == "AWS" && !own_root(name) && !may_decrypt(name))?;
    let at = actions.iter().position(|pattern| covers_action(pattern, opening[0])).unwrap_or_default();
    let title = format!("{name} may not decrypt with {}, and can let himself by {}", document.of.name, opening.join(" or "));
    let element = format!("Action/{at}");
    Some(document.finding(Kind::Deputy, Severity::Warning, (statement.index, &element), name, title, "an administrator's right".into()))
}
