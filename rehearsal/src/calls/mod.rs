//! Calls that were read of scripts and code: made in the world by whom they are made, as exactly as they are known.

mod acts;
mod spec;
mod unknown;

pub(crate) use spec::lines;
pub(crate) use unknown::{Because, Judged, STAND_IN, judge};

use crate::{TrailCall, imagined, refusals::Refusals, world};
use base::{AccountId, Region};
use gate::{Error, Gate};
use script::{Call, Caller, Word};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use wire::sigv4::Credentials;

/// The operation by which anything else is demanded.
pub(crate) const PERFORM: &str = "imagined:Perform";

/// What begins work that could begin the same work again.
const BEGINNINGS: [&str; 6] = [
    "codebuild:RetryBuild",
    "codebuild:StartBuild",
    "codebuild:StartBuildBatch",
    "codepipeline:RetryStageExecution",
    "codepipeline:StartPipelineExecution",
    "lambda:Invoke",
];

/// What takes away what others need.
const TAKES_AWAY: [&str; 8] = ["Cancel", "Delete", "Detach", "Disable", "Remove", "Stop", "Terminate", "Untag"];

/// What a call of a trail needs by AWS's table of actions, where the trail does not name its resources.
pub(crate) fn needed(call: &TrailCall) -> Option<Vec<imagined::Act>> {
    let (service, operation) = call.action.split_once(':')?;
    acts::Needed { service, operation, input: &call.input, account: &call.account, region: &call.region, any: false }.acts()
}

/// Who makes a call.
enum Who {
    /// Whoever runs the script.
    Own,
    /// The same, in another region, or somebody whose role the script has assumed.
    Signed(Credentials, Region),
}

/// Whose calls are made, and from where.
pub(crate) struct Place<'b> {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// The file that its commands are in.
    pub(crate) file: Option<String>,
    /// Makes a call as whoever runs it.
    pub(crate) call: &'b dyn Fn(&str, Value) -> Result<Value, Error>,
    /// What signs as whoever runs it.
    pub(crate) credentials: &'b dyn Fn() -> Result<Credentials, Error>,
}

/// Makes the calls of a build or a function.
pub(crate) struct Calling<'b> {
    place: Place<'b>,
    gate: Option<&'b Gate>,
    refusals: &'b Refusals,
    /// The sessions of roles that the script has assumed, by the roles' ARNs.
    sessions: BTreeMap<String, Credentials>,
    begun: BTreeSet<String>,
}

impl<'b> Calling<'b> {
    pub(crate) fn new(place: Place<'b>, gate: Option<&'b Gate>, refusals: &'b Refusals) -> Self {
        Self { place, gate, refusals, sessions: BTreeMap::new(), begun: BTreeSet::new() }
    }

    /// Where something was read.
    pub(crate) fn read_at(&self, place: &script::Place) -> String {
        match place.file.as_ref().or(self.place.file.as_ref()) {
            Some(file) => format!("read from line {} of {file}", place.line),
            None => format!("read from line {} of its commands", place.line),
        }
    }

    /// Makes a call, or tells why it is not made.
    pub(crate) fn make(&mut self, call: &Call) {
        let name = format!("{}:{}", call.service, call.operation);
        let here = self.read_at(&call.place);
        let who = match self.who(call) {
            Ok(who) => who,
            Err(why) => return self.refusals.unread(format!("{name} is not rehearsed: {why} ({here})")),
        };
        let input = unknown::filled(call);
        self.refusals.because(Some(Because { text: here.clone(), certain: call.certain, whole: true }));
        let result = if self.is_decided_alone(call, &name, &input) {
            Err(Error::not_implemented(&name))
        } else {
            self.send(&who, &name, input.clone())
        };
        match result {
            Ok(answer) if name == "sts:AssumeRole" => self.assumed(&input, &answer),
            Ok(_) => {}
            // It was decided, and failed afterwards for want of what only a run has.
            Err(_) if self.refusals.was_decided(&name) => {}
            Err(error) if error.is_denied() => {}
            Err(error) => {
                let here_and_known = error.status != 501 && call.unknown.is_empty();
                if here_and_known && ["Invalid", "Missing", "Validation"].iter().any(|begins| error.code.starts_with(begins)) {
                    self.refusals.unread(format!("{name} is not rehearsed: {} ({here})", error.message));
                } else {
                    // A service that is here does not find what it is about: something of the kind is taken to exist.
                    self.act(call, &who, &name, &input, error.status != 501);
                }
            }
        }
        self.refusals.because(None);
    }

    /// Demands what the call needs by AWS's table of actions.
    fn act(&mut self, call: &Call, who: &Who, name: &str, input: &Value, any: bool) {
        let here = self.read_at(&call.place);
        let about = |word: &Option<Word>, own: String| match word {
            None => Some(own),
            Some(word) => word.text(),
        };
        let (account, region) = (self.account(call, who), about(&call.region, self.place.region.to_string()));
        let (Some(account), Some(region)) = (account, region) else {
            return self.refusals.unread(format!("{name} is not rehearsed: its account or its region is not known ({here})"));
        };
        let needed = acts::Needed { service: &call.service, operation: &call.operation, input, account: &account, region: &region, any };
        let Some(acts) = needed.acts() else {
            return self.refusals.unread(format!("{name} is not known here: what it needs is not checked ({here})"));
        };
        for act in acts {
            // What is guessed need not be an ARN.
            if self.send(who, PERFORM, json!(act)).is_err_and(|error| !error.is_denied() && error.status < 500) {
                self.refusals.unread(format!("{} is not rehearsed: on what it is done is not known ({here})", act.action));
            }
        }
    }

    /// The account that a call is about.
    fn account(&self, call: &Call, who: &Who) -> Option<String> {
        match (&call.account, &call.caller, who) {
            (Some(account), ..) => account.text(),
            (None, Caller::Role(role), Who::Signed(..)) => role.text()?.split(':').nth(4).map(str::to_owned),
            _ => Some(self.place.account.to_string()),
        }
    }

    fn who(&mut self, call: &Call) -> Result<Who, String> {
        let region = match &call.region {
            None => None,
            Some(region) => Some(region.text().ok_or("its region is not known")?),
        };
        let region = region.filter(|region| region != self.place.region.as_str()).map(|region| Region::new(&region));
        match &call.caller {
            Caller::Own => match region {
                None => Ok(Who::Own),
                Some(region) => {
                    let own = (self.place.credentials)().map_err(|error| error.message)?;
                    Ok(Who::Signed(own, region))
                }
            },
            Caller::Role(role) => {
                let arn = role.text().ok_or_else(|| format!("it is made as {}, which is not known", role.shown()))?;
                let session = self.sessions.get(&arn).ok_or_else(|| format!("it is made as {arn}, which could not be assumed"))?;
                Ok(Who::Signed(session.clone(), region.unwrap_or_else(|| self.place.region.clone())))
            }
            Caller::Profile(profile) => Err(format!("the profile {} is not known", profile.shown())),
            Caller::Unknown => Err("whose keys the script sets is not known".into()),
        }
    }

    fn assumed(&mut self, input: &Value, answer: &Value) {
        let role = input["RoleArn"].as_str().unwrap_or_default();
        if let Some(session) = world::credentials(answer) {
            self.sessions.insert(role.to_owned(), session);
        }
    }

    fn send(&self, who: &Who, name: &str, input: Value) -> Result<Value, Error> {
        match (who, self.gate) {
            (Who::Own, _) => (self.place.call)(name, input),
            (Who::Signed(caller, region), Some(gate)) => {
                let request = world::request(gate, caller, name, input, region, None)?;
                gate.call_blocking(&request).map(|answer| answer.output)
            }
            (Who::Signed(..), None) => Err(Error::internal("the world is not there yet")),
        }
    }

    /// Whether a call is decided without its effect: it would begin work again and again, take away what may stay, or move
    /// images, of which nothing is there.
    fn is_decided_alone(&mut self, call: &Call, name: &str, input: &Value) -> bool {
        let begins = BEGINNINGS.contains(&name) && !self.begun.insert(format!("{name} {input}"));
        let takes_away = !call.certain && TAKES_AWAY.iter().any(|verb| call.operation.starts_with(verb));
        begins || takes_away || call.service == "ecr"
    }
}
