//! Failures of strangers: limited per source, so that nobody without credentials can fill the disk with records. Above the
//! limit a failure is answered with AWS's throttling error and counted; one record a second says how many there were.
//!
//! Who shows valid credentials is never limited here, whatever comes from the same address.

use crate::{
    Caller, Error, Gate, Identity, Protocol, Request, RequestContext,
    core::{Core, Frame},
    record::{self, Opening},
};
use base::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Failures of one source in one second that get records of their own.
pub(crate) const PER_SOURCE: u32 = 20;
/// The same of all sources together.
const ALL_SOURCES: u32 = 256;
/// Sources that are told apart; what comes from more than these at once is counted together.
const MAX_SOURCES: usize = 1024;
/// Sources above the limit that have a counted record of their own each second.
const MAX_COUNTED: usize = 64;
const SECOND: Duration = Duration::from_secs(1);

/// Where requests come from: an IPv4 address, the /64 of an IPv6 address (one customer has all of it), or one of too many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Source {
    V4([u8; 4]),
    V6([u16; 4]),
    Many,
}

impl Source {
    fn of(text: &str) -> Self {
        match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V4(address)) => Self::V4(address.octets()),
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
            Err(_) => Self::Many,
        }
    }
    fn name(self) -> String {
        match self {
            Self::V4(octets) => IpAddr::from(octets).to_string(),
            Self::V6([a, b, c, d]) => format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
            Self::Many => "many".into(),
        }
    }
}

/// One source's present second.
struct Window {
    began: Timestamp,
    recorded: u32,
}

/// Failures that have no records of their own.
#[derive(Clone)]
struct Counted {
    count: u64,
    first: Timestamp,
    last: Timestamp,
    /// What was asked for last, and what it would have been told.
    action: (String, String),
    error: String,
}

#[derive(Default)]
struct State {
    windows: HashMap<Source, Window>,
    all: Option<Window>,
    /// When ended windows were last removed from the full table.
    swept: Option<Timestamp>,
    counted: HashMap<Source, Counted>,
}

/// The failures of the present second.
#[derive(Default)]
pub(crate) struct Floods(Mutex<State>);

/// Counts one more; false if the second has had its share.
fn takes(window: &mut Window, now: Timestamp, limit: u32) -> bool {
    // A clock that was set back begins anew as well.
    if now < window.began || now.since(window.began) >= SECOND {
        *window = Window { began: now, recorded: 0 };
    }
    let within = window.recorded < limit;
    window.recorded += u32::from(within);
    within
}

impl State {
    fn admits(&mut self, source: Source, now: Timestamp) -> bool {
        let fresh = |window: &Window| now >= window.began && now.since(window.began) < SECOND;
        if self.windows.len() >= MAX_SOURCES && !self.windows.contains_key(&source) {
            // At most once a second: it looks at all of them.
            if self.swept.is_none_or(|swept| now < swept || now.since(swept) >= SECOND) {
                self.swept = Some(now);
                self.windows.retain(|_, window| fresh(window));
            }
            if self.windows.len() >= MAX_SOURCES {
                return false;
            }
        }
        let window = self.windows.entry(source).or_insert(Window { began: now, recorded: 0 });
        if !takes(window, now, PER_SOURCE) {
            return false;
        }
        takes(self.all.get_or_insert(Window { began: now, recorded: 0 }), now, ALL_SOURCES)
    }

    fn count(&mut self, source: Source, one: Counted) {
        let known = self.counted.contains_key(&source) || self.counted.len() < MAX_COUNTED;
        let place = if known { source } else { Source::Many };
        match self.counted.get_mut(&place) {
            None => {
                self.counted.insert(place, one);
            }
            Some(before) => {
                let first = before.first.min(one.first);
                *before = Counted { count: before.count + one.count, first, last: before.last.max(one.last), ..one };
            }
        }
    }
}

impl Floods {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this failure gets a record of its own; if not, it is counted.
    fn admits(&self, request: &Request, error: &Error, now: Timestamp) -> bool {
        let source = Source::of(&request.context.source_ip);
        let mut state = self.state();
        let admitted = state.admits(source, now);
        if !admitted {
            let action = (crate::gate::clipped(&request.service), crate::gate::clipped(&request.operation));
            state.count(source, Counted { count: 1, first: now, last: now, action, error: error.code.to_string() });
        }
        admitted
    }

    /// What was counted for a second or longer, to be recorded; all of it at the end.
    fn take_due(&self, now: Timestamp, all: bool) -> Vec<(Source, Counted)> {
        let mut state = self.state();
        let due = |counted: &Counted| all || now < counted.first || now.since(counted.first) >= SECOND;
        let mut taken: Vec<_> = state.counted.extract_if(|_, counted| due(counted)).collect();
        taken.sort_unstable_by_key(|(source, _)| *source);
        taken
    }

    fn put_back(&self, taken: Vec<(Source, Counted)>) {
        let mut state = self.state();
        for (source, counted) in taken {
            state.count(source, counted);
        }
    }

    #[cfg(test)]
    fn size(&self) -> (usize, usize) {
        let state = self.state();
        (state.windows.len(), state.counted.len())
    }
}

/// AWS's throttling error of the service's protocol.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, and the services' common errors.
fn throttled(protocol: Protocol) -> Error {
    match protocol {
        Protocol::Json => Error::new("ThrottlingException", "Rate exceeded"),
        Protocol::Query => Error::new("Throttling", "Rate exceeded"),
        Protocol::RestXml => Error::new("SlowDown", "Please reduce your request rate.").status(503),
    }
}

/// What a failure may leave: asked once for each call, however often it is tried.
#[derive(Default)]
pub(crate) struct Admission(Option<bool>);

impl Gate {
    /// Runs an attempt at a request. The failure of a stranger who has had too many leaves nothing but a count.
    pub(crate) fn limited<T>(
        &self,
        core: &mut Core,
        request: &Request,
        admission: &mut Admission,
        attempt: impl FnOnce(&mut Core) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let result = attempt(core);
        let Err(error) = &result else { return result };
        if !core.stranger || *admission.0.get_or_insert_with(|| self.0.floods.admits(request, error, core.now)) {
            return result;
        }
        core.forget();
        Err(throttled(self.protocol(&request.service).unwrap_or(Protocol::Json)))
    }

    /// Records what strangers were refused without records of their own: a counted record for each source, at most one a
    /// second. The server calls it about once a second. Blocks.
    ///
    /// # Errors
    /// The store failed; nothing that was counted is lost, a later call records it.
    pub fn record_floods(&self) -> Result<(), Error> {
        self.record_counted(false)
    }

    /// The same, for all that was counted: at the end.
    pub(crate) fn record_counted(&self, all: bool) -> Result<(), Error> {
        let due = self.0.floods.take_due(self.0.clock.now(), all);
        if due.is_empty() {
            return Ok(());
        }
        let settled = self.settle(|core| due.iter().try_for_each(|(source, counted)| append(core, *source, counted)));
        let settled = settled.and_then(|recorded| recorded);
        if settled.is_err() {
            self.0.floods.put_back(due);
        }
        settled
    }
}

fn append(core: &mut Core, source: Source, counted: &Counted) -> Result<(), Error> {
    let context = RequestContext {
        request_id: base::uuid(&*core.gate.0.entropy),
        source_ip: source.name(),
        user_agent: "-".into(),
        secure_transport: false,
        region: core.gate.0.region.clone(),
        source_arn: None,
        transport: crate::Transport::default(),
    };
    let frame = Frame { caller: Caller::new(Identity::Anonymous), context: Arc::new(context), parent: None, event: None, about: None };
    let mut opening = Opening::new(core, &frame, &crate::gate::NO_OPERATION, Value::Null);
    let (service, operation) = &counted.action;
    opening.call_it(service, operation);
    opening.add("count", json!(counted.count));
    opening.add("firstTime", json!(counted.first.iso_millis()));
    opening.add("lastTime", json!(counted.last.iso_millis()));
    let error = Error::new(
        "ThrottlingException",
        format!(
            "{} calls without valid credentials failed and are not recorded one by one; the last of them, {service}:{operation}, with {}",
            counted.count, counted.error
        ),
    );
    let record = opening.close(core.now, &[], Err(&error))?;
    record::append(core, record);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(now: Timestamp) -> Counted {
        Counted { count: 1, first: now, last: now, action: ("s3".into(), "GetObject".into()), error: "AccessDenied".into() }
    }

    #[test]
    fn a_source_is_an_address_or_a_network_of_ipv6() {
        for (text, name) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("sts.amazonaws.com", "many"),
        ] {
            assert_eq!(Source::of(text).name(), name);
        }
        assert!(Source::of("2001:db8:1:2::1") == Source::of("2001:db8:1:2:ffff::"));
        assert!(Source::of("2001:db8:1:3::1") != Source::of("2001:db8:1:2::1"));
    }

    #[test]
    fn any_number_of_sources_takes_the_same_room() {
        let floods = Floods::default();
        let now = Timestamp(1_000_000);
        let mut admitted = 0u32;
        for n in 0..100_000u32 {
            let source = Source::V4(n.to_be_bytes());
            let mut state = floods.state();
            if state.admits(source, now) {
                admitted += 1;
            } else {
                state.count(source, one(now));
            }
        }
        assert_eq!(admitted, ALL_SOURCES);
        let (windows, counted) = floods.size();
        assert!(windows <= MAX_SOURCES && counted <= MAX_COUNTED + 1, "{windows} {counted}");
        assert!(floods.take_due(now, false).is_empty(), "not before the second is over");
        let due = floods.take_due(now.plus(SECOND), false);
        assert_eq!(due.len(), MAX_COUNTED + 1);
        assert_eq!(due.iter().map(|(_, c)| c.count).sum::<u64>(), 100_000 - u64::from(ALL_SOURCES), "every one is counted");
        assert!(due.last().is_some_and(|(source, _)| *source == Source::Many));
        floods.put_back(due);
        assert_eq!(floods.size().1, MAX_COUNTED + 1, "what could not be recorded stays");
    }

    #[test]
    fn the_next_second_has_its_own_share() {
        let floods = Floods::default();
        let source = Source::of("203.0.113.7");
        for second in 0..3 {
            let now = Timestamp(1_000_000 + second * 1_000);
            let admitted = (0..100).filter(|_| floods.state().admits(source, now)).count();
            assert_eq!(admitted, PER_SOURCE as usize);
        }
        assert!(floods.state().admits(source, Timestamp(0)), "a clock that was set back");
    }
}
