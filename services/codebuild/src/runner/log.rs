//! A build's log: gathered, bounded, and sent to CloudWatch Logs in batches.

use base::{Clock, Timestamp};
use flate2::{Compression, write::GzEncoder};
use gate::{Client, Error};
use std::{
    borrow::Cow,
    cmp::Reverse,
    io::Write as _,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

/// One event, as on AWS.
const MAX_LINE: usize = 256 * 1024;
/// A batch is sent when it has this much.
const BATCH: usize = 256 * 1024;
const MAX_BATCH_EVENTS: usize = 5_000;
/// A log's length in all; more is not kept.
const MAX_TOTAL: usize = 256 << 20;
/// Bytes a second; a build that writes more waits.
const RATE: usize = 8 << 20;
/// What AWS counts for each event.
const OVERHEAD: usize = 26;

pub(super) struct Log {
    /// Group and stream; None: the log is switched off.
    place: Option<(String, String)>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// What is never shown, longest first.
    masked: OnceLock<Vec<String>>,
    /// Held while a batch is sent, so that batches keep their order.
    sending: Mutex<()>,
    /// All lines, packed, where the log goes to a bucket too.
    packed: Option<Mutex<GzEncoder<Vec<u8>>>>,
}

#[derive(Default)]
struct State {
    waiting: Vec<(i64, String)>,
    waiting_bytes: usize,
    total: usize,
    last: i64,
    second: i64,
    in_second: usize,
    slowed: bool,
    full: bool,
    failure: Option<Error>,
}

impl Log {
    /// `to_bucket`: the whole is wanted at the end.
    pub(super) fn new(place: Option<(String, String)>, to_bucket: bool, clock: Arc<dyn Clock>) -> Self {
        let packed = to_bucket.then(|| Mutex::new(GzEncoder::new(Vec::new(), Compression::fast())));
        Self { place, clock, state: Mutex::default(), masked: OnceLock::new(), sending: Mutex::new(()), packed }
    }

    /// The whole log so far, packed as a bucket gets it.
    pub(super) fn packed(&self) -> Option<Vec<u8>> {
        let mut packed = self.packed.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *packed, GzEncoder::new(Vec::new(), Compression::fast())).finish().ok()
    }

    /// From here on these texts, and each of their lines, are shown as `***`.
    pub(super) fn mask<'v>(&self, values: impl Iterator<Item = &'v str>) {
        let parts = values.flat_map(|value| value.lines().chain([value])).map(str::trim);
        let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        parts.sort_by_key(|part| Reverse(part.len()));
        parts.dedup();
        // A build masks once, when it has its variables.
        let _ = self.masked.set(parts);
    }

    /// A text without what is masked.
    pub(super) fn masked<'t>(&self, text: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
        let hide = |text: Cow<'t, str>, part: &String| if text.contains(part) { text.replace(part, "***").into() } else { text };
        self.masked.get().into_iter().flatten().fold(text.into(), hide)
    }

    /// Whether a text is, or holds, what is masked.
    pub(super) fn is_masked(&self, text: &str) -> bool {
        self.masked.get().into_iter().flatten().any(|part| text.contains(part))
    }

    /// A line of the runner's own.
    pub(super) fn say(&self, text: &str) {
        self.keep(&stamped(self.clock.now(), &self.masked(text)));
    }

    /// What a program wrote, without its newline. True: there is enough for a batch.
    pub(super) fn line(&self, bytes: &[u8]) -> bool {
        let text = self.masked(String::from_utf8_lossy(bytes));
        let mut rest = text.as_bytes();
        loop {
            let cut = rest.len().min(MAX_LINE - OVERHEAD - 4);
            let (head, tail) = rest.split_at(cut);
            self.keep(&String::from_utf8_lossy(head));
            if tail.is_empty() {
                break;
            }
            rest = tail;
        }
        self.slow_down();
        let state = self.lock();
        state.waiting_bytes >= BATCH || state.waiting.len() >= MAX_BATCH_EVENTS
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, text: &str) {
        let now = self.clock.now();
        let mut state = self.lock();
        if state.full || (self.place.is_none() && self.packed.is_none()) {
            return;
        }
        if let Some(packed) = &self.packed {
            // What is written to memory does not fail.
            let _ = writeln!(packed.lock().unwrap_or_else(PoisonError::into_inner), "{text}");
        }
        state.last = state.last.max(now.0);
        let (time, bytes) = (state.last, text.len() + 1 + OVERHEAD);
        state.total += bytes;
        if state.total > MAX_TOTAL {
            state.full = true;
            let note = stamped(now, &format!("The log has reached {} MiB; what comes from here on is not kept", MAX_TOTAL >> 20));
            state.waiting.push((time, note + "\n"));
            return;
        }
        state.in_second += bytes;
        if self.place.is_none() {
            return;
        }
        state.waiting_bytes += bytes;
        state.waiting.push((time, format!("{text}\n")));
    }

    /// Lets a program that floods the log wait, and says so once.
    fn slow_down(&self) {
        let now = self.clock.now();
        let wait = {
            let mut state = self.lock();
            if state.second != now.seconds() {
                state.second = now.seconds();
                state.in_second = 0;
            }
            let over = state.in_second > RATE;
            if over {
                state.in_second = 0;
            }
            over
        };
        if wait {
            let first = !std::mem::replace(&mut self.lock().slowed, true);
            if first {
                self.say(&format!("The output exceeds {} MiB a second; the build is slowed down", RATE >> 20));
            }
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// Sends what is waiting.
    pub(super) fn flush(&self, client: &Client) {
        let Some((group, stream)) = &self.place else { return };
        let _order = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let events = {
                let mut state = self.lock();
                let (mut count, mut bytes) = (0, 0);
                for (_, text) in &state.waiting {
                    bytes += text.len() + OVERHEAD;
                    if count > 0 && (bytes > 2 * BATCH || count >= MAX_BATCH_EVENTS) {
                        break;
                    }
                    count += 1;
                }
                let events: Vec<_> = state.waiting.drain(..count).collect();
                state.waiting_bytes = state.waiting.iter().map(|(_, text)| text.len() + OVERHEAD).sum();
                events
            };
            if events.is_empty() {
                return;
            }
            let sent = client.call::<logs::PutLogEvents>(|| logs::PutLogEventsInput {
                log_group_name: group.clone(),
                log_stream_name: stream.clone(),
                log_events: events
                    .iter()
                    .map(|(timestamp, message)| logs::InputLogEvent { timestamp: *timestamp, message: message.clone() })
                    .collect(),
                sequence_token: None,
            });
            if let Err(error) = sent {
                self.lock().failure.get_or_insert(error);
                return;
            }
        }
    }

    /// Why the log could not be written, if so.
    pub(super) fn failure(&self) -> Option<Error> {
        self.lock().failure.clone()
    }
}

/// `[Container] 2026/11/22 05:00:00.000000 text`
fn stamped(now: Timestamp, text: &str) -> String {
    let iso = now.iso_millis();
    let time = iso.trim_end_matches('Z').replace('-', "/").replace('T', " ");
    format!("[Container] {time}000 {text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::ManualClock;

    fn log() -> Log {
        let clock = ManualClock::new(Timestamp::parse_iso("2026-11-22T05:00:00.123Z").unwrap());
        Log::new(Some(("g".into(), "s".into())), false, Arc::new(clock))
    }

    #[test]
    fn lines_are_as_aws_writes_them() {
        let log = log();
        log.say("Entering phase BUILD");
        log.line(b"");
        log.line(b"caf\xff");
        let lines: Vec<String> = log.lock().waiting.iter().map(|(_, text)| text.clone()).collect();
        assert_eq!(lines, ["[Container] 2026/11/22 05:00:00.123000 Entering phase BUILD\n", "\n", "caf\u{fffd}\n"]);
    }

    #[test]
    fn long_lines_are_cut_and_a_full_log_says_so() {
        let log = log();
        log.line(&vec![b'x'; MAX_LINE * 2]);
        assert_eq!(log.lock().waiting.len(), 3);
        log.lock().total = MAX_TOTAL;
        log.line(b"one more");
        log.line(b"and another");
        let state = log.lock();
        assert_eq!(state.waiting.len(), 4);
        assert!(state.waiting[3].1.contains("is not kept"));
    }
}
