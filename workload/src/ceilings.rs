//! What an operator lets any sandbox have at most.

use std::str::FromStr;
use std::time::Duration;

use crate::Limits;

/// Ceilings of [`Limits`]: what is set lowers, and never raises, what a sandbox would have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ceilings {
    memory_bytes: Option<u64>,
    processes: Option<u32>,
    cpu_time: Option<Duration>,
    cpu_millis: Option<u32>,
    file_size: Option<u64>,
    disk_bytes: Option<u64>,
    tmp_bytes: Option<u64>,
    open_files: Option<u64>,
}

/// One of them, as in `memory=2GiB`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling(Ceilings);

const NAMES: &str = "cpu-time, cpus, disk, file-size, memory, open-files, processes, tmp";

impl Ceilings {
    /// Adds one; of two for the same, the lower holds.
    pub fn add(&mut self, Ceiling(other): &Ceiling) {
        lower(&mut self.memory_bytes, other.memory_bytes);
        lower(&mut self.processes, other.processes);
        lower(&mut self.cpu_time, other.cpu_time);
        lower(&mut self.cpu_millis, other.cpu_millis);
        lower(&mut self.file_size, other.file_size);
        lower(&mut self.disk_bytes, other.disk_bytes);
        lower(&mut self.tmp_bytes, other.tmp_bytes);
        lower(&mut self.open_files, other.open_files);
    }

    /// The limits, lowered to the ceilings.
    pub fn applied(&self, mut limits: Limits) -> Limits {
        let at_most = |value: u64, ceiling: Option<u64>| ceiling.map_or(value, |ceiling| value.min(ceiling));
        limits.memory_bytes = at_most(limits.memory_bytes, self.memory_bytes);
        limits.processes = self.processes.map_or(limits.processes, |ceiling| limits.processes.min(ceiling));
        limits.file_size = at_most(limits.file_size, self.file_size);
        limits.disk_bytes = at_most(limits.disk_bytes, self.disk_bytes);
        limits.tmp_bytes = at_most(limits.tmp_bytes, self.tmp_bytes);
        limits.open_files = at_most(limits.open_files, self.open_files);
        lower(&mut limits.cpu_time, self.cpu_time);
        lower(&mut limits.cpu_millis, self.cpu_millis);
        limits
    }
}

fn lower<T: Ord>(current: &mut Option<T>, other: Option<T>) {
    *current = match (current.take(), other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}

impl FromStr for Ceiling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("'{text}' is not NAME=VALUE; the names are {NAMES}"))?;
        let mut one = Ceilings::default();
        match name {
            "memory" => one.memory_bytes = Some(bytes(value, 1 << 20)?),
            "disk" => one.disk_bytes = Some(bytes(value, 1 << 20)?),
            "tmp" => one.tmp_bytes = Some(bytes(value, 1 << 20)?),
            "file-size" => one.file_size = Some(bytes(value, 1 << 20)?),
            "processes" => one.processes = Some(count(value, 8)?),
            "open-files" => one.open_files = Some(count(value, 32)?.into()),
            "cpu-time" => one.cpu_time = Some(duration(value)?),
            "cpus" => one.cpu_millis = Some(cpus(value)?),
            _ => return Err(format!("there is no limit '{name}'; the names are {NAMES}")),
        }
        Ok(Ceiling(one))
    }
}

/// The number, and the unit after it.
fn number(value: &str) -> Option<(u64, &str)> {
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    Some((value[..end].parse().ok()?, &value[end..]))
}

fn bytes(value: &str, least: u64) -> Result<u64, String> {
    let wrong = || format!("'{value}' is no size: a whole number with KiB, MiB, GiB or TiB, at least {} MiB", least >> 20);
    let (number, unit) = number(value).ok_or_else(wrong)?;
    let shift = match unit {
        "" | "B" => 0,
        "K" | "KiB" => 10,
        "M" | "MiB" => 20,
        "G" | "GiB" => 30,
        "T" | "TiB" => 40,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << shift).filter(|bytes| (least..=i64::MAX as u64).contains(bytes)).ok_or_else(wrong)
}

fn count(value: &str, least: u32) -> Result<u32, String> {
    value.parse().ok().filter(|count| *count >= least).ok_or_else(|| format!("'{value}' is no number of at least {least}"))
}

fn duration(value: &str) -> Result<Duration, String> {
    let wrong = || format!("'{value}' is no time: a whole number of seconds, or one with s, m or h");
    let (number, unit) = number(value).ok_or_else(wrong)?;
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs).ok_or_else(wrong)
}

/// Processors, in thousandths.
fn cpus(value: &str) -> Result<u32, String> {
    let parsed = value.parse::<f64>().ok().filter(|cpus| (0.01..=4096.0).contains(cpus));
    parsed.map(|cpus| (cpus * 1000.0) as u32).ok_or_else(|| format!("'{value}' is no number of processors, such as 2 or 0.5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ceilings(texts: &[&str]) -> Ceilings {
        let mut all = Ceilings::default();
        for text in texts {
            all.add(&text.parse().unwrap());
        }
        all
    }

    #[test]
    fn the_lower_of_two_holds_and_nothing_is_raised() {
        let limits = ceilings(&["memory=2GiB", "memory=1G", "memory=4G", "disk=1TiB", "cpu-time=2h", "cpus=1.5", "processes=99"]);
        let limits = limits.applied(Limits::default());
        assert_eq!((limits.memory_bytes, limits.disk_bytes), (1 << 30, 64 << 30));
        assert_eq!((limits.cpu_time, limits.cpu_millis, limits.processes), (Some(Duration::from_secs(7200)), Some(1500), 99));
        assert_eq!(ceilings(&[]).applied(Limits::default()).open_files, Limits::default().open_files);
    }

    #[test]
    fn wrong_ceilings_say_what_is_wrong() {
        let wrong = |text: &str, part: &str| {
            let message = text.parse::<Ceiling>().unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        };
        wrong("memory", "NAME=VALUE");
        wrong("size=1", "the names are cpu-time");
        wrong("memory=", "no size");
        wrong("memory=1", "at least 1 MiB");
        wrong("memory=99999999999999T", "no size");
        wrong("memory=-1M", "no size");
        wrong("disk=1.5G", "no size");
        wrong("processes=0", "at least 8");
        wrong("cpu-time=1d", "no time");
        wrong("cpu-time=0", "no time");
        wrong("cpus=NaN", "processors");
        wrong("open-files=é", "at least 32");
    }
}
