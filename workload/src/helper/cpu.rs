//! Adds up the processor time of a whole tree.

use std::fs;
use std::time::Duration;

use super::processes::Processes;

/// What the tree may use, and the most that was seen of it.
pub(super) struct Watch {
    limit: Duration,
    most: u64,
}

impl Watch {
    pub(super) fn new(limit: Duration) -> Self {
        Watch { limit, most: 0 }
    }

    /// Whether a tree that the kernel's groups count has used more than its limit.
    pub(super) fn over(&self, used: Duration) -> bool {
        used > self.limit
    }

    /// Whether the tree has, by what each process has used with the children that it has waited for. (Children that
    /// nobody waits for are not in it, but in the kernel's groups; and each process has the limit for itself.)
    pub(super) fn exceeded(&mut self, processes: &Processes) -> bool {
        let ticks = processes.folders().into_iter().filter_map(|folder| fs::read_to_string(folder.join("stat")).ok());
        let sum = ticks.filter_map(|stat| ticks_of(&stat)).sum();
        // A process that ends without being waited for takes its time with it.
        self.most = self.most.max(sum);
        // The kernel tells hundredths of seconds to programs, whatever it counts itself.
        Duration::from_millis(self.most * 10) > self.limit
    }
}

/// Its own ticks and those of its ended children, in user and in kernel mode.
fn ticks_of(stat: &str) -> Option<u64> {
    // After the name, which may hold anything, the state is the first field and these are the twelfth to fifteenth.
    let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(4);
    fields.map(|field| field.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) R 1 (b) S 1 7 7 0 -1 4194304 90 80 0 0 1 20 300 4000 20 0 1 0 5 0 0";
        assert_eq!(ticks_of(stat), Some(4321));
        assert_eq!(ticks_of("7 (a) S 1"), Some(0));
        assert_eq!(ticks_of("nonsense"), None);
    }
}
