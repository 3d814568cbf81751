//! Events in the order of their times, of one stream or of a group, at a cost that does not grow with what lies elsewhere.
//!
//! Batches are read in the order of their first events. A batch spans little time, so that what has been read can be told as
//! soon as no unread batch can hold an earlier event.

use crate::{
    Logs,
    names::Group,
    place::{BatchKey, Place, SPAN, number_digits, time_digits},
    sealing::Opener,
    state::{BATCHES, BatchRow, TIMES},
};
use base::Timestamp;
use gate::{Error, Scope};
use std::{cmp::Ordering, collections::BinaryHeap};

/// An event where it stands.
pub(crate) struct Event {
    pub(crate) place: Place,
    /// The stream's name.
    pub(crate) stream: String,
    pub(crate) message: String,
    pub(crate) ingested: Timestamp,
}

/// Which events are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// The first moment.
    pub(crate) start: u64,
    /// The first moment that is not read.
    pub(crate) end: u64,
}

impl Window {
    /// What the call asks for, without what has outlived the group's retention.
    pub(crate) fn new(start: Option<i64>, end: Option<i64>, group: &Group, now: Timestamp) -> Self {
        let alive = group.row.retention.map_or(0, |days| now.0 - i64::from(days) * crate::place::DAY);
        let moment = |time: i64| u64::try_from(time).unwrap_or(0);
        Self { start: moment(start.unwrap_or(0).max(alive)), end: end.map_or(u64::MAX, moment) }
    }
    /// What of it lies between the two, with both.
    pub(crate) fn within(self, earliest: i64, latest: i64) -> Self {
        let moment = |time: i64| u64::try_from(time).unwrap_or(0);
        Self { start: self.start.max(moment(earliest)), end: self.end.min(moment(latest.saturating_add(1))) }
    }
    fn holds(&self, time: u64) -> bool {
        (self.start..self.end).contains(&time)
    }
}

/// Whose events are read.
pub(crate) enum Source<'a> {
    /// One stream's, by its id and name.
    Stream { id: &'a str, name: &'a str },
    /// All streams' whose names fit.
    Group { fits: &'a dyn Fn(&str) -> bool },
}

/// Batches of a page.
const PAGE: usize = 16;
/// Batches of other streams that a call passes by, at most.
const PASSED_BY: usize = 20_000;

struct Found {
    key: BatchKey,
    stream: String,
    /// None: its stream's name does not fit.
    row: Option<BatchRow>,
}

/// Pages of batches.
struct Pages<'a> {
    group: &'a Group,
    source: &'a Source<'a>,
    backward: bool,
    /// Behind these parts of a key.
    edge: Option<Vec<String>>,
}

impl Pages<'_> {
    fn next(&mut self, scope: &mut Scope<'_, Logs>) -> Result<Vec<Found>, Error> {
        let edge: Option<Vec<&str>> = self.edge.as_ref().map(|parts| parts.iter().map(String::as_str).collect());
        let mut found = Vec::new();
        match self.source {
            Source::Stream { id, name } => {
                let rows = scope.page(&BATCHES, &self.group.under(id), edge.as_deref(), PAGE, self.backward)?;
                for (mut parts, row) in rows {
                    let at = parts.split_off(3);
                    let key = key_of(&at[0], id, &at[1])?;
                    found.push(Found { key, stream: (*name).to_owned(), row: Some(row) });
                    self.edge = Some(at);
                }
            }
            Source::Group { fits } => {
                let rows = scope.page(&TIMES, &self.group.key(), edge.as_deref(), PAGE, self.backward)?;
                for (mut parts, stream) in rows {
                    let at = parts.split_off(2);
                    let key = key_of(&at[0], &at[1], &at[2])?;
                    let [account, id] = self.group.key();
                    let row = if fits(&stream) { scope.get(&BATCHES, &[account, id, &at[1], &at[0], &at[2]])? } else { None };
                    found.push(Found { key, stream, row });
                    self.edge = Some(at);
                }
            }
        }
        Ok(found)
    }
}

fn key_of(first: &str, stream: &str, number: &str) -> Result<BatchKey, Error> {
    let unreadable = || Error::internal("the key of a stored batch of events is not readable");
    let digits = |text: &str| text.parse().map_err(|_| unreadable());
    Ok(BatchKey { first: digits(first)?, stream: stream.into(), number: digits(number)? })
}

/// An event that waits for earlier ones (backward: for later ones).
struct Waiting {
    event: Event,
    backward: bool,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.event.place == other.event.place
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    /// The heap gives its greatest: the next one to be told.
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.event.place.cmp(&other.event.place);
        if self.backward { order } else { order.reverse() }
    }
}

/// How a reading ended.
pub(crate) enum End {
    /// All was read.
    Done,
    /// `take` has enough.
    Enough,
    /// Much was passed by: the reading goes on from here.
    Far(Place),
}

/// Reads forward from behind `from`, or backward from before it, until `take` says no. Backward, the latest events come first.
pub(crate) fn read(
    scope: &mut Scope<'_, Logs>,
    opener: &mut Opener<'_>,
    source: &Source<'_>,
    from: Option<&Place>,
    backward: bool,
    window: Window,
    take: &mut dyn FnMut(Event) -> bool,
) -> Result<End, Error> {
    let group = opener.group();
    let seen = from.map(|place| place.time);
    let low = if backward { window.start } else { window.start.max(seen.unwrap_or(0)) }.saturating_sub(SPAN);
    let high = if backward { window.end.min(seen.map_or(u64::MAX, |time| time.saturating_add(1))) } else { window.end };
    let first_edge = if backward { (high < u64::MAX).then_some(high) } else { low.checked_sub(1) };
    let mut pages = Pages { group, source, backward, edge: first_edge.map(|time| vec![time_digits(time)]) };
    let mut waiting: BinaryHeap<Waiting> = BinaryHeap::new();
    let mut passed_by = 0;
    'pages: loop {
        let page = pages.next(scope)?;
        let full = page.len() == PAGE;
        for Found { key, stream, row } in page {
            if if backward { key.first < low } else { key.first >= high } {
                break 'pages;
            }
            let start = Place { time: key.first, batch: key, index: 0 };
            while let Some(next) = waiting.peek()
                && if backward { next.event.place.time >= start.time.saturating_add(SPAN) } else { next.event.place < start }
            {
                if let Some(next) = waiting.pop()
                    && !take(next.event)
                {
                    return Ok(End::Enough);
                }
            }
            let Some(row) = row else {
                passed_by += usize::from(seen.is_none_or(|time| start.time > time));
                if passed_by > PASSED_BY {
                    return Ok(End::Far(start));
                }
                continue;
            };
            let ingested = row.ingested;
            for (index, (time, message)) in (0..).zip(opener.events(scope, &start.batch, row)?) {
                let place = Place { time: u64::try_from(time).unwrap_or(0), batch: start.batch.clone(), index };
                let beyond = from.is_none_or(|from| if backward { place < *from } else { place > *from });
                if beyond && window.holds(place.time) {
                    waiting.push(Waiting { event: Event { place, stream: stream.clone(), message, ingested }, backward });
                }
            }
        }
        if !full {
            break;
        }
    }
    while let Some(next) = waiting.pop() {
        if !take(next.event) {
            return Ok(End::Enough);
        }
    }
    Ok(End::Done)
}

/// The parts of a batch's key in its stream.
pub(crate) fn batch_parts(key: &BatchKey) -> [String; 2] {
    [time_digits(key.first), number_digits(key.number)]
}
