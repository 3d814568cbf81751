//! Questions to the gate: each is decided as the call itself would be, and changes nothing.

use super::{Barred, Step};
use crate::{
    Cause,
    calls::{Judged, PERFORM, judge},
    driver::{Driver, list, text},
    imagined::Act,
    reasons,
    repairs::calls::strings,
    rights::{Held, services},
    world,
};
use base::AccountId;
use cloudformation::MadeResource;
use gate::Error;
use policy::PolicyKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wire::sigv4::Credentials;

/// Condition keys that are tried for one question.
const MOST_KEYS: usize = 4;
/// How the policy engine writes that a key is not there.
const NOT_PRESENT: &str = "not present";

/// Somebody who may be asked for.
pub(super) struct Principal {
    pub(super) arn: String,
    pub(super) account: AccountId,
    credentials: Credentials,
    /// The role's trust policy; null of a user.
    pub(super) trust: Value,
    /// The services that a role trusts.
    pub(super) services: Vec<String>,
}

/// What was answered.
pub(super) struct Asked {
    pub(super) allowed: bool,
    pub(super) reasons: Vec<Value>,
    /// What the call was given so that conditions hold.
    pub(super) conditions: Vec<(String, String)>,
}

/// Somebody who asks.
pub(super) struct Asking<'d, 'e> {
    pub(super) driver: &'d mut Driver<'e>,
    pub(super) made: Vec<MadeResource>,
    pub(super) principals: Vec<Principal>,
    held: Vec<Held>,
}

impl<'d, 'e> Asking<'d, 'e> {
    pub(super) fn new(driver: &'d mut Driver<'e>) -> Result<Self, Error> {
        let made = cloudformation::made(&driver.world.gate)?;
        made.iter().for_each(|one| driver.names.learn_arn(one));
        let held = driver.held(&made, &[]);
        let mut asking = Self { driver, made, principals: Vec::new(), held };
        for account in asking.driver.world.accounts() {
            asking.learn_roles(account)?;
            asking.learn_users(account)?;
        }
        // What denials have led to is no answer.
        asking.driver.world.gate.forget_assumptions();
        asking.driver.world.refusals.asking(true);
        Ok(asking)
    }

    fn pages(&mut self, account: AccountId, operation: &str, member: &str) -> Result<Vec<Value>, Error> {
        let (mut all, mut marker) = (Vec::new(), Value::Null);
        loop {
            let input = if marker.is_null() { json!({}) } else { json!({"Marker": marker}) };
            let page = self.driver.world.call(account, operation, input)?;
            all.extend(list(&page, member).iter().cloned());
            match page["IsTruncated"].as_bool() {
                Some(true) => marker = page["Marker"].clone(),
                _ => return Ok(all),
            }
        }
    }

    fn learn_roles(&mut self, account: AccountId) -> Result<(), Error> {
        for role in self.pages(account, "iam:ListRoles", "Roles")? {
            let arn = text(&role, "Arn").to_owned();
            // The account's own administrator can do all that nobody forbids him.
            if arn.ends_with(gate::ADMINISTRATOR_ROLE) {
                continue;
            }
            let trust = world::decoded(text(&role, "AssumeRolePolicyDocument"));
            self.learn(account, arn, trust);
        }
        Ok(())
    }

    fn learn_users(&mut self, account: AccountId) -> Result<(), Error> {
        for user in self.pages(account, "iam:ListUsers", "Users")? {
            self.learn(account, text(&user, "Arn").to_owned(), Value::Null);
        }
        Ok(())
    }

    fn learn(&mut self, account: AccountId, arn: String, trust: Value) {
        if let Some(credentials) = self.driver.world.become_principal(&arn) {
            let services = services(&trust);
            self.principals.push(Principal { arn, account, credentials, trust, services });
        }
    }

    /// What people call something.
    pub(super) fn called(&self, arn: &str) -> String {
        self.driver.names.of(arn).unwrap_or_else(|| arn.to_owned())
    }

    /// Whether somebody may do something to something; where a condition asks for a key that nobody knows, with it.
    pub(super) fn ask(&self, at: usize, action: &str, resource: &str) -> Asked {
        self.ask_with(at, action, resource, Vec::new())
    }

    pub(super) fn ask_with(&self, at: usize, action: &str, resource: &str, given: Vec<(String, String)>) -> Asked {
        let mut tried: Vec<(String, String)> = Vec::new();
        let mut asked = self.ask_once(at, action, resource, &given, &tried);
        while !asked.allowed && tried.len() < MOST_KEYS {
            let known: BTreeSet<String> = tried.iter().chain(&given).map(|(key, _)| key.to_ascii_lowercase()).collect();
            let Some(next) = self.lacking(at, resource, &asked).filter(|(key, _)| !known.contains(&key.to_ascii_lowercase())) else {
                break;
            };
            tried.push(next);
            asked = self.ask_once(at, action, resource, &given, &tried);
        }
        if asked.allowed {
            asked.conditions = tried;
            return asked;
        }
        // Without what was only tried.
        if tried.is_empty() { asked } else { self.ask_once(at, action, resource, &given, &[]) }
    }

    fn ask_once(&self, at: usize, action: &str, resource: &str, given: &[(String, String)], tried: &[(String, String)]) -> Asked {
        let nothing = |allowed| Asked { allowed, reasons: Vec::new(), conditions: Vec::new() };
        let Some(principal) = self.principals.get(at) else { return nothing(false) };
        let world = &self.driver.world;
        let mut act = if resource == "*" { Act::any(action) } else { Act::on(action, resource) };
        if action.starts_with("kms:") {
            // What KMS knows of every call.
            act = act.with("kms:CallerAccount", principal.account.as_str()).with("kms:ResourceAliases", self.aliases(resource));
        }
        act.context.extend(given.iter().chain(tried).map(|(key, value)| (key.clone(), json!(value))));
        let before = world.decided_since(usize::MAX, |_| {});
        let answer = world::request(&world.gate, &principal.credentials, PERFORM, json!(act), world.gate.region(), None)
            .and_then(|request| world.gate.call_blocking(&request));
        match answer {
            Ok(_) => {
                let mut asked = nothing(true);
                world.decided_since(before, |one| {
                    asked.reasons.extend(one.reasons.iter().filter_map(|reason| serde_json::to_value(reason).ok()));
                });
                asked
            }
            Err(error) => {
                let Some(denial) = error.denial else { return nothing(false) };
                let reasons = denial.decision["reasons"].as_array().cloned().unwrap_or_default();
                // Some name of his own choice would do.
                let open = matches!(judge(action, resource, &denial.context, &reasons), Judged::Open(_));
                Asked { allowed: open, reasons: if open { Vec::new() } else { reasons }, conditions: Vec::new() }
            }
        }
    }

    /// The aliases that stacks give a key.
    fn aliases(&self, key: &str) -> Vec<String> {
        let id = key.rsplit('/').next().unwrap_or(key);
        let of = |one: &&MadeResource| one.resource_type == "AWS::KMS::Alias" && text(&one.properties, "TargetKeyId").ends_with(id);
        self.made.iter().filter(of).map(|one| text(&one.properties, "AliasName").to_owned()).collect()
    }

    /// A key that the call lacks, and a value with which a statement would let it pass.
    fn lacking(&self, at: usize, resource: &str, asked: &Asked) -> Option<(String, String)> {
        let near = asked.reasons.iter().filter(|reason| reason["role"] == "nearMiss" && reason["seen"] == NOT_PRESENT);
        let asked_for = near.filter_map(|reason| {
            let key = text(reason, "element").strip_prefix("Condition ")?.split(' ').nth(1)?;
            Some((key.to_owned(), fitting(text(reason, "expected").split(", ").next()?)))
        });
        asked_for.chain(asked.reasons.iter().filter_map(|reason| self.spared(at, resource, reason))).next()
    }

    /// A key with which a Deny would not match.
    fn spared(&self, at: usize, resource: &str, reason: &Value) -> Option<(String, String)> {
        if reason["effect"] != "Deny" {
            return None;
        }
        let held = self.document(at, resource, reason)?;
        let document: Value = serde_json::from_str(&held.document.text).ok()?;
        let statement = statement(&document, reason)?;
        statement["Condition"].as_object()?.iter().find_map(|(operator, keys)| {
            let (key, values) = keys.as_object()?.iter().next()?;
            let value = strings(values).first().copied()?;
            match operator.as_str() {
                "Null" if value == "true" => Some((key.clone(), fitting("*"))),
                operator if operator.contains("NotEquals") || operator.contains("NotLike") => Some((key.clone(), fitting(value))),
                _ => None,
            }
        })
    }

    /// The document that a reason is about.
    fn document(&self, at: usize, resource: &str, reason: &Value) -> Option<&Held> {
        let kind = match text(reason, "kind") {
            "identity" => PolicyKind::Identity,
            "boundary" => PolicyKind::Boundary,
            "resource" => PolicyKind::Resource,
            "trust" => PolicyKind::Trust,
            "key" => PolicyKind::Key,
            _ => return None,
        };
        let principal = self.principals.get(at)?;
        let on_resource = matches!(kind, PolicyKind::Resource | PolicyKind::Trust | PolicyKind::Key);
        let owner = |owner: &String| match on_resource {
            // Policies of buckets hang on their names, and are about their objects.
            true => {
                let bucket = resource.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split('/').next());
                owner == resource || bucket == Some(owner)
            }
            false => *owner == principal.arn,
        };
        let of = |held: &&Held| held.document.kind == kind && (kind == PolicyKind::Boundary || held.document.owners.iter().any(owner));
        let named = |held: &&Held| text(reason, "policy").ends_with(held.document.name.as_str());
        let mut found = self.held.iter().filter(of);
        let first = found.clone().next();
        found.find(named).or(first)
    }

    /// A step with the statements that let it happen.
    pub(super) fn step(&self, text: String, at: usize, resource: &str, asked: &Asked) -> Step {
        let letting = asked.reasons.iter().filter(|reason| reason["role"] == "decided" && reason["effect"] == "Allow");
        let statements = letting.map(|reason| self.cause(at, resource, reason)).collect();
        Step { text, statements, conditions: asked.conditions.clone() }
    }

    fn cause(&self, at: usize, resource: &str, reason: &Value) -> Cause {
        let stands = |held: &Held| {
            let number = usize::try_from(reason["statement"].as_u64()?).ok()?;
            self.driver.stands(&self.made, held, number, "Action/0")
        };
        let place = self.document(at, resource, reason).and_then(stands).map(|place| self.driver.estate.place(&place));
        let mut text = reasons::in_words(reason);
        // Keys have no names of their own.
        if let (Some(id), Some(name)) = (resource.split_once(":key/").map(|(_, id)| id), self.driver.names.of(resource)) {
            text = text.replace(id, &name);
        }
        Cause { text, place }
    }

    pub(super) fn barred(&self, at: usize, asked: &Asked, resource: &str) -> Barred {
        let principal = self.principals.get(at).map(|one| one.arn.clone()).unwrap_or_default();
        let reason = |reason: &Value| {
            let cause = self.cause(at, resource, reason);
            let place = self.driver.place(reason).map(|place| self.driver.estate.place(&place));
            Cause { place: place.or(cause.place), ..cause }
        };
        Barred { name: self.called(&principal), principal, reasons: asked.reasons.iter().map(reason).collect() }
    }
}

/// The statement of a document that a reason is about.
fn statement<'d>(document: &'d Value, reason: &Value) -> Option<&'d Value> {
    let number = usize::try_from(reason["statement"].as_u64()?).ok()?;
    match &document["Statement"] {
        Value::Array(list) => list.get(number),
        one => Some(one).filter(|_| number == 0),
    }
}

/// A value that a pattern fits.
fn fitting(pattern: &str) -> String {
    pattern.replace(['*', '?'], "x")
}
