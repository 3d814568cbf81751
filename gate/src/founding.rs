//! How accounts get their first principals: when a server makes its own ready, and when the organization makes one.

use crate::{
    Caller, CreatesAccounts, Error, Gate, Identity, OperatorKey, RequestContext, Scope,
    core::{Core, Frame},
    gate::NO_OPERATION,
    record::{self, Opening},
};
use base::AccountId;
use serde_json::{Value, json};
use std::sync::Arc;

/// The first principal of an account.
pub enum Founder<'a> {
    /// The operator and its key, in the management account.
    Operator(&'a OperatorKey),
    /// A role of this name that the management account may assume, as AWS Organizations makes it.
    Role(&'a str),
}

/// The role by which the management account acts in an account, unless the account was made with another.
pub const ADMINISTRATOR_ROLE: &str = "OrganizationAccountAccessRole";

/// The frame in which an account is made: no caller asked for it as such, the service did.
fn frame(gate: &Gate, parent: Option<String>) -> Frame {
    let caller = Caller::new(Identity::Root { account: gate.0.management_account });
    let context = RequestContext {
        request_id: base::uuid(&*gate.0.entropy),
        source_ip: "sekisho".into(),
        user_agent: "sekisho".into(),
        secure_transport: true,
        region: gate.0.region.clone(),
        source_arn: None,
        transport: crate::Transport::default(),
    };
    Frame { caller, context: Arc::new(context), parent, event: None, about: None }
}

/// Makes the account ready, tells the organization of it, and records it if anything was made.
fn found(core: &mut Core, frame: &Frame, account: AccountId, name: Option<&str>, founder: &Founder<'_>) -> Result<(), Error> {
    let gate = core.gate.clone();
    let Some(found) = &gate.0.registry.founding else { return Err(Error::internal("no service founds accounts")) };
    let made = found(core, frame, account, founder)?;
    if let Some(organization) = &gate.0.registry.organization {
        (organization.founded)(core, frame, account, name)?;
    }
    if !made {
        return Ok(());
    }
    let mut opening = Opening::new(core, frame, &NO_OPERATION, json!({"accountId": account}));
    opening.call_it("organizations", "CreateAccountResult");
    let record = opening.close(core.now, &[], Ok(Value::Null))?;
    record::append(core, record);
    Ok(())
}

impl Gate {
    /// Makes an account ready: its administrator's role, and in the management account the operator. Does nothing to
    /// an account that is ready, but to call it by `name`.
    ///
    /// # Errors
    /// The store failed.
    pub fn found(&self, account: AccountId, name: Option<&str>, key: &OperatorKey) -> Result<(), Error> {
        let frame = frame(self, None);
        let founder = if account == self.0.management_account { Founder::Operator(key) } else { Founder::Role(ADMINISTRATOR_ROLE) };
        self.settle(|core| found(core, &frame, account, name, &founder))?
    }
}

impl<S: CreatesAccounts> Scope<'_, S> {
    /// Makes a new account of this name ready, whose administrator is the role called `role`.
    ///
    /// # Errors
    /// The role's name is none, or the store failed.
    pub fn found(&mut self, account: AccountId, name: &str, role: Option<&str>) -> Result<(), Error> {
        let frame = frame(&self.view.core.gate, Some(self.event.to_owned()));
        found(self.view.core, &frame, account, Some(name), &Founder::Role(role.unwrap_or(ADMINISTRATOR_ROLE)))
    }
}
