//! What callers call a stack or a change set by.

use crate::{
    CloudFormation,
    error::{change_set_missing, constraint, invalid},
    state::{CHANGE_SET_STACKS, CHANGE_SETS, ChangeSet, NAMES, STACKS, Stack},
};
use base::{AccountId, Arn};
use gate::{Error, RowKey, Scope, Table, View};
use serde::{Serialize, de::DeserializeOwned};

/// Reading rows: what a view for demands and a scope for effects have in common.
pub(crate) trait Rows {
    fn row<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(
        &mut self,
        table: &Table<CloudFormation, V>,
        key: &K,
    ) -> Result<Option<V>, Error>;
    /// The caller's account and region.
    fn home(&self) -> Result<(AccountId, String), Error>;
}
impl Rows for View<'_, CloudFormation> {
    fn row<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(
        &mut self,
        table: &Table<CloudFormation, V>,
        key: &K,
    ) -> Result<Option<V>, Error> {
        self.get(table, key)
    }
    fn home(&self) -> Result<(AccountId, String), Error> {
        Ok((self.account()?, self.region().as_str().to_string()))
    }
}
impl Rows for Scope<'_, CloudFormation> {
    fn row<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(
        &mut self,
        table: &Table<CloudFormation, V>,
        key: &K,
    ) -> Result<Option<V>, Error> {
        self.get(table, key)
    }
    fn home(&self) -> Result<(AccountId, String), Error> {
        Ok((self.account()?, self.region().as_str().to_string()))
    }
}

/// A stack as a caller names it: by its name, or by its id.
pub(crate) struct StackName {
    account: AccountId,
    region: String,
    pub(crate) name: String,
    /// None: no stack has this name now.
    uuid: Option<String>,
}

const LONGEST_NAME: usize = 128;

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

pub(crate) fn check_stack_name(text: &str) -> Result<(), Error> {
    if is_name(text) {
        Ok(())
    } else {
        Err(constraint(
            "stackName",
            text,
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*, and have length less than or equal to 128",
        ))
    }
}

pub(crate) fn check_change_set_name(text: &str) -> Result<(), Error> {
    if is_name(text) {
        Ok(())
    } else {
        Err(constraint(
            "changeSetName",
            text,
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*, and have length less than or equal to 128",
        ))
    }
}

impl StackName {
    pub(crate) fn find(rows: &mut impl Rows, text: &str) -> Result<Self, Error> {
        let (account, region) = rows.home()?;
        if text.starts_with("arn:") {
            let arn: Arn = text.parse().map_err(|e| invalid(format!("{e}")))?;
            let path = arn.resource_of("stack").filter(|_| arn.service() == "cloudformation").and_then(|path| path.split_once('/'));
            let (Some((name, uuid)), Some(account)) = (path, arn.account()) else {
                return Err(invalid(format!(
                    "'{text}' is not the id of a stack: expected arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID"
                )));
            };
            return Ok(Self { account, region: arn.region().to_string(), name: name.into(), uuid: Some(uuid.into()) });
        }
        check_stack_name(text)?;
        let uuid = rows.row(&NAMES, &[account.as_str(), &region, text])?;
        Ok(Self { account, region, name: text.into(), uuid })
    }

    /// The ARN that rights are asked for: with `*` for the uuid where there is no such stack.
    pub(crate) fn arn(&self) -> Arn {
        let uuid = self.uuid.as_deref().unwrap_or("*");
        Arn::new("cloudformation", &self.region, self.account.as_str(), &format!("stack/{}/{uuid}", self.name))
    }

    pub(crate) fn load(&self, rows: &mut impl Rows) -> Result<Option<Stack>, Error> {
        // There is no way into another account's or region's stacks, whatever a policy says.
        let (account, region) = rows.home()?;
        match &self.uuid {
            Some(uuid) if account == self.account && region == self.region => {
                Ok(rows.row(&STACKS, &[self.account.as_str(), &self.region, uuid.as_str()])?.filter(|s: &Stack| s.name == self.name))
            }
            _ => Ok(None),
        }
    }
}

/// The stack that a caller names.
pub(crate) fn stack(rows: &mut impl Rows, text: &str, missing: fn(&str) -> Error) -> Result<Stack, Error> {
    StackName::find(rows, text)?.load(rows)?.ok_or_else(|| missing(text))
}

/// The stack of a change set that is named by its name and the stack's, or by its ARN alone.
pub(crate) fn stack_of_change_set(rows: &mut impl Rows, change_set: &str, stack_name: Option<&str>) -> Result<StackName, Error> {
    if let Some(name) = stack_name {
        return StackName::find(rows, name);
    }
    let Ok(arn) = change_set.parse::<Arn>() else {
        return Err(invalid("StackName must be specified if ChangeSetName is not specified as an ARN."));
    };
    let uuid = arn.resource_of("changeSet").and_then(|path| path.split_once('/')).map(|(_, uuid)| uuid);
    let (Some(uuid), Some(account)) = (uuid, arn.account()) else { return Err(change_set_missing(change_set)) };
    let stack_uuid = rows.row(&CHANGE_SET_STACKS, &[account.as_str(), arn.region(), uuid])?;
    let found: Option<Stack> = match &stack_uuid {
        Some(stack) => rows.row(&STACKS, &[account.as_str(), arn.region(), stack.as_str()])?,
        None => None,
    };
    let name = found.map_or_else(|| "*".to_string(), |s| s.name);
    Ok(StackName { account, region: arn.region().into(), name, uuid: stack_uuid })
}

/// The name of a change set, however it is named: what conditions of policies compare.
pub(crate) fn change_set_name(text: &str) -> String {
    let arn = text.parse::<Arn>().ok();
    let name = arn.as_ref().and_then(|arn| arn.resource_of("changeSet")).and_then(|path| path.split('/').next());
    name.unwrap_or(text).to_string()
}

/// A change set of `stack`, by its name or ARN; of several with one name the latest.
pub(crate) fn change_set(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, text: &str) -> Result<ChangeSet, Error> {
    let mut rows = scope.scan(&CHANGE_SETS, &stack.key())?;
    rows.reverse();
    let found = rows.into_iter().map(|(_, row)| row).find(|row| row.name == text || row.arn.as_str() == text);
    found.ok_or_else(|| change_set_missing(text))
}
