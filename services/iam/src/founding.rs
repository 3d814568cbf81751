//! An account's first principals.

use crate::{
    Iam,
    entity::{self, New},
    managed::{self, ADMINISTRATOR},
    names::{LONGEST_USER_OR_ROLE, check_name},
    state::{AccessKeyRow, KEYS, ROLES, RoleRow, USERS, UserRow},
};
use base::{AccountId, Arn};
use gate::{ADMINISTRATOR_ROLE, Error, Founder, OperatorKey, Scope};

const OPERATOR: &str = "operator";
const ADMINISTRATOR_POLICY: &str = "AdministratorAccess";

/// Makes an account ready, whose root the scope's caller is or not: the management account gets the operator, and each one
/// a role that the management account may assume. What is there already stays. Tells whether anything was made.
pub(crate) fn found(scope: &mut Scope<'_, Iam>, account: AccountId, by: &Founder<'_>) -> Result<bool, Error> {
    match by {
        Founder::Operator(key) => {
            let made = operator(scope, account, key)?;
            Ok(administrator(scope, account, ADMINISTRATOR_ROLE)? || made)
        }
        Founder::Role(name) => administrator(scope, account, name),
    }
}

fn operator(scope: &mut Scope<'_, Iam>, account: AccountId, key: &OperatorKey) -> Result<bool, Error> {
    if scope.get(&KEYS, key.id.as_str())?.is_some_and(|row| row.account == account && row.user == OPERATOR && row.secret == key.secret) {
        return Ok(false);
    }
    let mut user = match scope.get(&USERS, &[account.as_str(), OPERATOR])? {
        Some(user) => user,
        None => {
            let holder = entity::begin::<UserRow>(scope, account, New { name: OPERATOR, ..New::default() })?;
            UserRow { holder, keys: Vec::new(), groups: Vec::new(), login: None }
        }
    };
    let document = managed::find(&administrator_arn()?).map_or("", |own| &own.document);
    user.holder.inline.insert(ADMINISTRATOR_POLICY.into(), document.into());
    for old in user.keys.drain(..).filter(|id| *id != key.id) {
        scope.delete(&KEYS, old.as_str());
    }
    user.keys.push(key.id.clone());
    let created = scope.now();
    let row = AccessKeyRow { account, user: OPERATOR.into(), secret: key.secret.clone(), active: true, created };
    scope.put(&KEYS, key.id.as_str(), &row)?;
    entity::save(scope, &user)?;
    Ok(true)
}

fn administrator(scope: &mut Scope<'_, Iam>, account: AccountId, name: &str) -> Result<bool, Error> {
    check_name("roleName", name, LONGEST_USER_OR_ROLE)?;
    if scope.get(&ROLES, &[account.as_str(), &name.to_ascii_lowercase()])?.is_some() {
        return Ok(false);
    }
    let management = scope.management_account();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{management}:root"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let mut holder = entity::begin::<RoleRow>(scope, account, New { name, ..New::default() })?;
    holder.attached.push(administrator_arn()?);
    entity::save(scope, &RoleRow { holder, trust, description: None, max_session_duration: 3600 })?;
    Ok(true)
}

fn administrator_arn() -> Result<Arn, Error> {
    ADMINISTRATOR.parse().map_err(Error::internal)
}
