use crate::{Key, backend::Span, clock::Seat};
use std::collections::{BTreeMap, HashSet, VecDeque};

/// How many writes are remembered. A transaction that is older than all of them must run again.
const WINDOW: usize = 1 << 18;

/// What a transaction has read, and when.
#[derive(Default)]
pub(crate) struct Reads {
    pub(crate) seat: Option<Seat>,
    pub(crate) keys: HashSet<Key>,
    pub(crate) spans: Vec<Span>,
}

/// Which keys the last batches wrote: what a transaction's reads are checked against.
pub(crate) struct Recent {
    last: BTreeMap<Key, u64>,
    order: VecDeque<(u64, Key)>,
    /// Snapshots before this batch can no longer be checked.
    floor: u64,
    window: usize,
}

impl Default for Recent {
    fn default() -> Self {
        Self { last: BTreeMap::new(), order: VecDeque::new(), floor: 0, window: WINDOW }
    }
}

impl Recent {
    /// Whether anything of `reads` was written after it was read.
    pub(crate) fn conflicts(&self, reads: &Reads) -> bool {
        let Some(seat) = &reads.seat else { return false };
        seat.seq < self.floor
            || reads.keys.iter().any(|key| self.last.get(key).is_some_and(|at| *at > seat.seq))
            || reads.spans.iter().any(|span| self.last.range::<[u8], _>(span.bounds()).any(|(_, at)| *at > seat.seq))
    }

    pub(crate) fn note(&mut self, seq: u64, key: &Key) {
        if self.last.insert(key.clone(), seq) != Some(seq) {
            self.order.push_back((seq, key.clone()));
        }
    }

    /// Forgets what no snapshot from `oldest` on needs, and what is beyond the window.
    pub(crate) fn trim(&mut self, oldest: u64) {
        while let Some((seq, _)) = self.order.front() {
            let excess = self.order.len() > self.window;
            if *seq > oldest && !excess {
                break;
            }
            if let Some((seq, key)) = self.order.pop_front() {
                self.floor = self.floor.max(seq);
                if self.last.get(&key) == Some(&seq) {
                    self.last.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::sync::Arc;

    #[test]
    fn a_snapshot_older_than_the_window_conflicts() {
        let clock = Arc::new(Clock::default());
        let old = Reads { seat: Some(clock.seat()), keys: HashSet::from([b"other".to_vec()]), spans: Vec::new() };
        let mut recent = Recent { window: 2, ..Recent::default() };
        for seq in 1..=2 {
            recent.note(seq, &vec![seq as u8]);
            recent.trim(0);
        }
        assert!(!recent.conflicts(&old));
        recent.note(3, &vec![3]);
        recent.trim(0);
        assert!(recent.conflicts(&old));
        clock.publish(3);
        assert!(!recent.conflicts(&Reads { seat: Some(clock.seat()), ..Reads::default() }));
    }
}
