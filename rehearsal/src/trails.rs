//! Calls that were made in reality: made once more in the world, by those who made them.

use crate::{
    Certainty, Finding, Kind, Layer, Severity, TrailCall,
    calls::{Because, PERFORM, needed},
    driver::Driver,
    imagined::Act,
    names::lasting,
    refusals::At,
    rights::arn_of,
    world::{self, World},
};
use base::Region;
use cloudformation::MadeResource;
use gate::Error;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wire::sigv4::Credentials;

/// Names that are told of at most.
const MOST_NAMES: usize = 5;
/// Shorter ends of names are no random ones of CloudFormation's.
const SHORTEST_RANDOM: usize = 8;

/// What was decided: who did what to what, without what is made at random, and whether he might before anything was mended.
#[derive(Default)]
struct Known {
    list: BTreeMap<(String, String, String), bool>,
    /// How many decisions were looked at.
    seen: usize,
}

impl Known {
    fn learn(&mut self, world: &World) {
        let list = &mut self.list;
        self.seen = world.decided_since(self.seen, |one| {
            let principal = one.context.get("aws:PrincipalArn").and_then(|value| value.values().next()).unwrap_or(&one.caller);
            let resource = one.resource.as_ref().map_or("*", |arn| arn.as_str());
            let allowed = one.verdict == policy::Verdict::Allow;
            *list.entry((principal.to_owned(), one.action.clone(), lasting(resource))).or_insert(true) &= allowed;
        });
    }
}

impl Driver<'_> {
    /// Makes the calls of the trails that were given, where the delivery makes who made them.
    pub(crate) fn trails(&mut self) -> Result<(), Error> {
        let estate = self.estate;
        if estate.given.trail.is_empty() {
            return Ok(());
        }
        self.world.refusals.at(At::Run);
        let made = cloudformation::made(&self.world.gate)?;
        made.iter().for_each(|one| self.names.learn_arn(one));
        let mut known = Known::default();
        known.learn(&self.world);
        let mut strangers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut callers: BTreeMap<&str, Option<(String, Credentials)>> = BTreeMap::new();
        for call in &estate.given.trail {
            if !callers.contains_key(call.principal.as_str()) {
                let here = self.here(&call.principal, &made).filter(|arn| self.world.has_principal(arn) == Some(true));
                let caller = here.and_then(|arn| Some((arn.clone(), self.world.become_principal(&arn)?)));
                callers.insert(&call.principal, caller);
            }
            match callers.get(call.principal.as_str()).and_then(Option::as_ref) {
                Some((principal, credentials)) => self.make_again(call, principal, credentials, &made, &mut known),
                None => *strangers.entry(&call.principal).or_default() += 1,
            }
        }
        self.tell_strangers(&strangers);
        Ok(())
    }

    fn make_again(&mut self, call: &TrailCall, principal: &str, caller: &Credentials, made: &[MadeResource], known: &mut Known) {
        let resources: Vec<String> = call.resources.iter().filter_map(|resource| self.here(resource, made)).collect();
        if resources.is_empty() && !call.resources.is_empty() {
            return;
        }
        let text = match call.denied {
            true => format!("{} tells that it was denied", call.file),
            false => format!("{} tells that it was made", call.file),
        };
        for act in acts(call, &resources) {
            let resource = act.resource.clone().unwrap_or_else(|| "*".into());
            let one = (principal.to_owned(), act.action.clone(), lasting(&resource));
            if !known.list.contains_key(&one) {
                self.world.refusals.because(Some(Because { text: text.clone(), certain: true, whole: false }));
                let region = Region::new(&call.region);
                let (operation, input) = match act.action.as_str() {
                    "sts:AssumeRole" => (act.action.as_str(), assumption(call, &resource)),
                    _ => (PERFORM, json!(act)),
                };
                let region = if call.region.is_empty() { self.world.gate.region().clone() } else { region };
                // What is decided is all that is asked.
                let _ = world::request(&self.world.gate, caller, operation, input, &region, None)
                    .and_then(|request| self.world.gate.call_blocking(&request));
                self.world.refusals.because(None);
                known.learn(&self.world);
            }
            if call.denied && known.list.get(&one) == Some(&true) {
                self.now_allowed(call, principal, &act.action, &resource);
            }
        }
    }

    /// The trail tells of a denial that the delivery, as it stands, does not have.
    fn now_allowed(&mut self, call: &TrailCall, principal: &str, action: &str, resource: &str) {
        let named = |arn: &str| self.names.of(arn).unwrap_or_else(|| lasting(arn));
        let id = format!("mismatch/trail/{}/{action}/{}", self.names.id_of(principal), self.names.id_of(resource));
        if self.findings.iter().any(|known| known.id == id) {
            return;
        }
        let mut notes = vec!["what is deployed there is another state of it, or something that was not given denies it".to_owned()];
        notes.splice(0..0, call.message.clone());
        self.findings.push(Finding {
            id,
            kind: Kind::Mismatch,
            severity: Severity::Note,
            layer: Layer::Run,
            subject: vec![named(principal)],
            title: format!(
                "{} was denied {action} on {} as {} tells, and may do it with these files",
                named(principal),
                named(resource),
                call.file
            ),
            call: None,
            causes: Vec::new(),
            notes,
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
    }

    fn tell_strangers(&mut self, strangers: &BTreeMap<&str, usize>) {
        if strangers.is_empty() {
            return;
        }
        let count: usize = strangers.values().sum();
        let mut names: Vec<&str> = strangers.keys().copied().take(MOST_NAMES).collect();
        if strangers.len() > MOST_NAMES {
            names.push("others");
        }
        let calls = if count == 1 { "call of the trails is" } else { "calls of the trails are" };
        let title = format!("{count} {calls} by principals that are not here: left out");
        self.unknown("unknown/trail".into(), vec!["trails".into()], title, vec![names.join(", ")]);
    }

    /// The ARN that something of the trail has in the world: names that CloudFormation makes up end at random, and so do keys' ids.
    fn here(&self, arn: &str, made: &[MadeResource]) -> Option<String> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, account) = (parts.next()?, parts.nth(1)?);
        let resource = parts.next()?;
        if service == "kms" && resource.starts_with("key/") {
            return self.key_of(arn, account, made);
        }
        if self.names.of(arn).is_some() {
            return Some(arn.to_owned());
        }
        let of = |one: &&MadeResource| {
            let own = one.resource_type.split("::").nth(1).is_some_and(|own| own.eq_ignore_ascii_case(service));
            own && (account.is_empty() || one.account.as_str() == account)
        };
        let alike = resource.split(['/', ':']).find_map(|name| {
            let mut found = made.iter().filter(of).filter(|one| is_same(name, last_name(one), &one.logical_id));
            let one = found.next().filter(|_| found.next().is_none())?;
            Some(arn.replace(name, last_name(one)))
        });
        // A role that is there under its own name may be in none of the stacks.
        alike.or_else(|| Some(arn.to_owned()))
    }

    /// The only key that stacks make in an account is meant, whatever its id; of several, none.
    fn key_of(&self, arn: &str, account: &str, made: &[MadeResource]) -> Option<String> {
        let mut keys = made.iter().filter(|one| one.resource_type == "AWS::KMS::Key" && one.account.as_str() == account);
        if self.names.of(arn).is_some() || self.estate.given.state.keys.iter().any(|key| key.arn == arn) {
            return Some(arn.to_owned());
        }
        arn_of(keys.next().filter(|_| keys.next().is_none())?)
    }
}

/// What `Ref` gives, or the last name in it.
fn last_name(made: &MadeResource) -> &str {
    made.physical_id.rsplit(['/', ':']).next().unwrap_or(&made.physical_id)
}

/// Whether two names are what CloudFormation makes up for a resource: `STACK-LOGICALID-RANDOM`. Stacks may be called otherwise.
fn is_same(one: &str, other: &str, logical_id: &str) -> bool {
    let of_it = |name: &str| {
        let Some((begins, random)) = name.rsplit_once('-') else { return false };
        let is_random = random.len() >= SHORTEST_RANDOM && random.chars().all(|c| c.is_ascii_alphanumeric());
        let begins = begins.to_ascii_lowercase();
        is_random && begins.strip_suffix(&logical_id.to_ascii_lowercase()).is_some_and(|stack| stack.ends_with('-'))
    };
    of_it(one) && of_it(other)
}

fn assumption(call: &TrailCall, role: &str) -> Value {
    let mut input = json!({"RoleArn": role, "RoleSessionName": "trail"});
    for (member, name) in [("externalId", "ExternalId"), ("roleSessionName", "RoleSessionName")] {
        if let Some(value) = call.input[member].as_str() {
            input[name] = json!(value);
        }
    }
    input
}

/// What is decided of a call: on what it names, or on what its input does.
fn acts(call: &TrailCall, resources: &[String]) -> Vec<Act> {
    let mut acts: Vec<Act> = match resources {
        [] => needed(call).unwrap_or_default(),
        named => named.iter().map(|resource| Act::on(call.action.as_str(), resource.as_str())).collect(),
    };
    for act in &mut acts {
        act.context.extend(call.context.iter().map(|(key, value)| (key.clone(), json!(value))));
    }
    acts
}
