use crate::{
    Organizations,
    error::invalid,
    examples::organized,
    ids,
    shapes::CreateAccountStatus,
    state::{ACCOUNTS, AccountRow, NodeKind, REQUESTS, RequestRow},
    tags::{self, Tag},
    tree,
};
use base::AccountId;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new account in the organization, with an administrator's role that the management account may assume.
///
/// It is made at once; the answer still says IN_PROGRESS, as AWS's does, and DescribeCreateAccountStatus what became of it.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html>
pub struct CreateAccount;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    email: String,
    account_name: String,
    role_name: Option<String>,
    iam_user_access_to_billing: Option<Billing>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) create_account_status: CreateAccountStatus,
}

/// Whether IAM users may see bills: there are none here.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Billing {
    /// They may.
    Allow,
    /// They may not.
    Deny,
}

/// A twelve-digit id that no account of this server has.
fn new_id(call: &mut Authorized<'_, CreateAccount>) -> Result<AccountId, Error> {
    loop {
        let id = ids::account(call.entropy())?;
        if id != call.management_account() && call.get(&ACCOUNTS, id.as_str())?.is_none() {
            return Ok(id);
        }
    }
}

fn check_email(email: &str) -> Result<(), Error> {
    let ascii = email.bytes().all(|b| b.is_ascii_graphic() && !b"\"'()<>[]:;,\\|%&".contains(&b));
    let whole = email.split_once('@').is_some_and(|(local, domain)| {
        let word = domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        !local.is_empty()
            && !local.starts_with('.')
            && word
            && domain.contains('.')
            && !domain.starts_with(['.', '-'])
            && !domain.ends_with(['.', '-'])
    });
    if ascii && whole && (6..=64).contains(&email.len()) {
        return Ok(());
    }
    Err(invalid("INVALID_EMAIL_ADDRESS_TARGET", "You specified an invalid email address."))
}

fn check_role(name: Option<&str>) -> Result<(), Error> {
    let legal = |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b));
    if name.is_none_or(legal) { Ok(()) } else { Err(invalid("INVALID_ROLE_NAME", "You specified an invalid role name.")) }
}

impl Operation for CreateAccount {
    type Service = Organizations;
    const NAME: &'static str = "CreateAccount";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        check_email(&input.email)?;
        check_role(input.role_name.as_deref())?;
        if !(1..=50).contains(&input.account_name.chars().count()) {
            return Err(invalid("MAX_LENGTH_EXCEEDED", "An account's name has 1 to 50 characters."));
        }
        Ok(tags::demands(Demand::any("organizations:CreateAccount"), &input.tags, Demand::any("organizations:TagResource")))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::change(call)?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let time = call.now();
        let taken = call.scan(&ACCOUNTS, &[] as &[&str; 0])?.iter().any(|(_, other)| other.email.eq_ignore_ascii_case(&input.email));
        let made = if taken { Err("EMAIL_ALREADY_EXISTS".to_owned()) } else { Ok(new_id(call)?) };
        if let Ok(account) = made {
            let own = AccountRow { name: input.account_name.clone(), email: input.email, closed: false };
            call.put(&ACCOUNTS, account.as_str(), &own)?;
            let new = (account.to_string(), NodeKind::Account, own.name);
            tree::add(call, &row, new, Some(&row.root), tags)?;
            call.found(account, &input.account_name, input.role_name.as_deref())?;
        }
        let request = RequestRow { id: ids::request(call.entropy()), name: input.account_name, time, made };
        call.put(&REQUESTS, request.id.as_str(), &request)?;
        Ok(Output { create_account_status: CreateAccountStatus::begun(&request) })
    }

    fn example() -> Example {
        organized(json!({"Email": "dev@example.com", "AccountName": "dev"})).inside(["organizations:CreateAccountResult"])
    }
}
