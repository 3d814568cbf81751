//! Buses and rules as callers name them.

use crate::{
    Events,
    error::{clipped, constraint, no_bus, no_rule},
    rules,
    state::{BUSES, BusRow, DEFAULT, RULES, RuleRow},
    tags::Tag,
};
use base::{AccountId, Arn, Timestamp};
use gate::{Demand, Document, Error, ResourceFacts, Scope, View};

/// A bus: of whom, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bus {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) name: String,
}

fn fits(text: &str, longest: usize, slash: bool) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') || (slash && b == b'/');
    (1..=longest).contains(&text.len()) && text.bytes().all(letter)
}

/// Checks the name of a rule or the id of a target.
pub(crate) fn check_name(text: &str, member: &str) -> Result<(), Error> {
    match text.len() {
        1..=64 if fits(text, 64, false) => Ok(()),
        1..=64 => Err(constraint(text, member, "satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+")),
        _ => Err(constraint(text, member, "have length less than or equal to 64 and greater than or equal to 1")),
    }
}

/// Checks the name of a bus.
pub(crate) fn check_bus(text: &str, member: &str) -> Result<(), Error> {
    if fits(text, 256, true) {
        return Ok(());
    }
    Err(constraint(text, member, "satisfy regular expression pattern: [/\\.\\-_A-Za-z0-9]+ and have length less than or equal to 256"))
}

impl Bus {
    /// A bus by its name, of the caller's account, or by its ARN; the default one where nothing is said.
    pub(crate) fn named(view: &View<'_, Events>, text: Option<&str>) -> Result<Self, Error> {
        let region = view.region().as_str().to_owned();
        let text = text.unwrap_or(DEFAULT);
        if !text.starts_with("arn:") {
            check_bus(text, "eventBusName")?;
            return Ok(Self { account: view.account()?, region, name: text.into() });
        }
        let arn = text.parse::<Arn>().ok().filter(|arn| arn.service() == "events");
        let found = arn.as_ref().and_then(|arn| Some((arn.account()?, arn.region(), arn.resource_of("event-bus")?)));
        match found {
            Some((account, at, name)) if at == region => {
                check_bus(name, "eventBusName")?;
                Ok(Self { account, region, name: name.into() })
            }
            Some(_) => Err(Error::validation(format!("Provided event bus {} lies in another region.", clipped(text)))),
            None => Err(Error::validation("Parameter EventBusName is not valid. Reason: Provided Arn is not in correct format.")),
        }
    }
    pub(crate) fn arn(&self) -> Arn {
        Arn::new("events", &self.region, self.account.as_str(), &format!("event-bus/{}", self.name))
    }
    pub(crate) fn key(&self) -> [&str; 3] {
        [self.account.as_str(), &self.region, &self.name]
    }
    pub(crate) fn is_default(&self) -> bool {
        self.name == DEFAULT
    }
    /// The ARN of a rule on it.
    pub(crate) fn rule_arn(&self, rule: &str) -> Arn {
        let resource = if self.is_default() { format!("rule/{rule}") } else { format!("rule/{}/{rule}", self.name) };
        Arn::new("events", &self.region, self.account.as_str(), &resource)
    }
    /// The bus, if there is one; each account has a default one.
    pub(crate) fn find(&self, view: &mut View<'_, Events>) -> Result<Option<BusRow>, Error> {
        let found = view.get(&BUSES, &self.key())?;
        Ok(found.or_else(|| self.is_default().then(|| self.fresh(Timestamp::default()))))
    }
    pub(crate) fn load(&self, view: &mut View<'_, Events>) -> Result<BusRow, Error> {
        self.find(view)?.ok_or_else(|| no_bus(&self.name))
    }
    pub(crate) fn fresh(&self, now: Timestamp) -> BusRow {
        BusRow {
            account: self.account,
            region: self.region.clone(),
            name: self.name.clone(),
            description: None,
            created: now,
            modified: now,
            policy: None,
            tags: Vec::new(),
        }
    }
    pub(crate) fn rule(&self, view: &mut View<'_, Events>, name: &str) -> Result<Option<RuleRow>, Error> {
        let [account, region, bus] = self.key();
        view.get(&RULES, &[account, region, bus, name])
    }
    /// The rule, after the call was allowed.
    pub(crate) fn load_rule(&self, view: &mut View<'_, Events>, name: &str) -> Result<RuleRow, Error> {
        self.load(view)?;
        self.rule(view, name)?.ok_or_else(|| no_rule(name, &self.name))
    }
    /// The rules on it.
    pub(crate) fn rules(&self, view: &mut View<'_, Events>) -> Result<Vec<RuleRow>, Error> {
        Ok(view.scan(&RULES, &self.key())?.into_iter().map(|(_, rule)| rule).collect())
    }
    /// The right to an action on a rule.
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html>
    pub(crate) fn demand(&self, view: &mut View<'_, Events>, action: &'static str, rule: &str) -> Result<Demand, Error> {
        check_name(rule, "name")?;
        let creator = self.rule(view, rule)?.map(|row| row.creator.to_string());
        Ok(Demand::new(action, self.rule_arn(rule)).with_some("events:creatorAccount", creator))
    }
}

pub(crate) fn save_bus(scope: &mut Scope<'_, Events>, row: &mut BusRow) -> Result<(), Error> {
    row.modified = scope.now();
    scope.put(&BUSES, &row.key(), row)
}

/// What has no resource level is about the caller's own buses.
pub(crate) fn own(view: &View<'_, Events>, bus: &Bus) -> Result<(), Error> {
    if view.account()? == bus.account { Ok(()) } else { Err(no_bus(&bus.name)) }
}

/// A bus or a rule, by its ARN.
pub(crate) enum Named {
    Bus(Bus),
    Rule(Bus, String),
}

impl Named {
    /// Reads an ARN; None: it is neither's.
    fn of(arn: &Arn) -> Option<Self> {
        let (account, region) = (arn.account()?, arn.region().to_owned());
        if let Some(name) = arn.resource_of("event-bus") {
            return Some(Self::Bus(Bus { account, region, name: name.into() }));
        }
        let resource = arn.resource_of("rule")?;
        let (bus, rule) = resource.rsplit_once('/').unwrap_or((DEFAULT, resource));
        Some(Self::Rule(Bus { account, region, name: bus.into() }, rule.into()))
    }
    pub(crate) fn read(text: &str) -> Result<(Self, Arn), Error> {
        let arn = text.parse::<Arn>().ok().filter(|arn| arn.service() == "events");
        let found = arn.and_then(|arn| Some((Self::of(&arn)?, arn)));
        found.ok_or_else(|| Error::validation("Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format."))
    }
    /// What the gate is asked of it.
    pub(crate) fn demand(&self, view: &mut View<'_, Events>, action: &'static str, arn: Arn) -> Result<Demand, Error> {
        match self {
            Self::Bus(_) => Ok(Demand::new(action, arn)),
            Self::Rule(bus, rule) => bus.demand(view, action, rule),
        }
    }
    /// Its tags.
    pub(crate) fn tags(&self, view: &mut View<'_, Events>) -> Result<Vec<Tag>, Error> {
        Ok(match self {
            Self::Bus(bus) => bus.load(view)?.tags,
            Self::Rule(bus, rule) => bus.load_rule(view, rule)?.tags,
        })
    }
    pub(crate) fn put_tags(&self, scope: &mut Scope<'_, Events>, tags: Vec<Tag>) -> Result<(), Error> {
        match self {
            Self::Bus(bus) => {
                let mut row = BusRow { tags, ..bus.load(scope)? };
                save_bus(scope, &mut row)
            }
            Self::Rule(bus, rule) => {
                let row = RuleRow { tags, ..bus.load_rule(scope, rule)? };
                rules::save(scope, &row)
            }
        }
    }
}

/// What the gate asks of buses and rules.
pub(crate) fn facts(view: &mut View<'_, Events>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let pairs = |tags: Vec<Tag>| tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    match Named::of(arn) {
        Some(Named::Bus(bus)) => Ok(bus.find(view)?.map(|row| ResourceFacts {
            policy: row.policy.map(|text| Document { name: format!("policy of the event bus {}", row.name), text }),
            tags: pairs(row.tags),
            ..ResourceFacts::owned_by(row.account)
        })),
        Some(Named::Rule(bus, name)) => {
            Ok(bus.rule(view, &name)?.map(|row| ResourceFacts { tags: pairs(row.tags), ..ResourceFacts::owned_by(row.account) }))
        }
        None => Ok(None),
    }
}
