//! Schedule expressions: `rate(5 minutes)`, `cron(0 10 ? * MON-FRI *)`, in UTC.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>

use base::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use std::time::Duration;

/// When a rule runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(When);

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Rate(Duration),
    Cron(Box<Cron>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cron {
    minutes: Vec<u16>,
    hours: Vec<u16>,
    days: Days,
    months: Vec<u16>,
    years: Vec<u16>,
}

/// Days of the month or of the week: one of them is always `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(Vec<u16>),
    /// `L`.
    Last,
    /// `15W`: the weekday nearest to it.
    Nearest(u16),
    /// 1 is Sunday.
    OfWeek(Vec<u16>),
    /// `6L`: the last Friday.
    LastOfWeek(u16),
    /// `6#3`: the third Friday.
    Nth(u16, u16),
}

const FIRST_YEAR: u16 = 1970;
const LAST_YEAR: u16 = 2199;
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Schedule {
    /// Reads an expression; None: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rate) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
            return rate_of(rate).map(When::Rate).map(Self);
        }
        let fields = text.strip_prefix("cron(")?.strip_suffix(')')?;
        let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
        let [minutes, hours, of_month, months, of_week, years] = fields.as_slice() else { return None };
        let cron = Cron {
            minutes: set(minutes, 0, 59, &[])?,
            hours: set(hours, 0, 23, &[])?,
            days: days(of_month, of_week)?,
            months: set(months, 1, 12, &MONTHS)?,
            years: set(years, FIRST_YEAR, LAST_YEAR, &[])?,
        };
        Some(Self(When::Cron(Box::new(cron))))
    }

    /// The first time behind `after`. A rate counts from `from`, when the rule was made.
    pub fn next(&self, from: Timestamp, after: Timestamp) -> Option<Timestamp> {
        match &self.0 {
            When::Rate(every) => {
                let every = i64::try_from(every.as_millis()).ok()?;
                let passed = after.0.saturating_sub(from.0).max(0) / every;
                Some(Timestamp(from.0.saturating_add(every.saturating_mul(passed + 1))))
            }
            When::Cron(cron) => cron.next(after),
        }
    }
}

fn rate_of(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_once(' ')?;
    let number: u64 = number.parse().ok().filter(|n| *n > 0)?;
    let seconds = match (unit, number) {
        ("minute", 1) | ("minutes", 2..) => 60,
        ("hour", 1) | ("hours", 2..) => 3600,
        ("day", 1) | ("days", 2..) => 86_400,
        _ => return None,
    };
    // A century is long enough for anybody.
    number.checked_mul(seconds).filter(|all| *all <= 100 * 366 * 86_400).map(Duration::from_secs)
}

fn number(text: &str, names: &[&str], first: u16) -> Option<u16> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).and_then(|at| u16::try_from(at).ok());
    named.map(|at| at + first).or_else(|| text.parse().ok())
}

/// The values of a field, in order.
fn set(text: &str, first: u16, last: u16, names: &[&str]) -> Option<Vec<u16>> {
    let mut values = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from, names, first)?, number(to, names, first)?),
            None if range == "*" => (first, last),
            None => {
                let one = number(range, names, first)?;
                (one, if step.is_some() { last } else { one })
            }
        };
        if from < first || to > last || (from > to && names.is_empty()) {
            return None;
        }
        // FRI-MON goes over the end.
        let all: Vec<u16> = if from <= to { (from..=to).collect() } else { (from..=last).chain(first..=to).collect() };
        values.extend(all.into_iter().step_by(step.unwrap_or(1)));
    }
    values.sort_unstable();
    values.dedup();
    Some(values)
}

fn days(of_month: &str, of_week: &str) -> Option<Days> {
    match (of_month, of_week) {
        ("L", "?") => Some(Days::Last),
        (day, "?") if day.ends_with('W') => day.trim_end_matches('W').parse().ok().filter(|day| (1..=31).contains(day)).map(Days::Nearest),
        (days, "?") => set(days, 1, 31, &[]).map(Days::OfMonth),
        ("?", "L") => Some(Days::OfWeek(vec![7])),
        ("?", day) if day.len() > 1 && day.ends_with('L') => weekday(day.trim_end_matches('L')).map(Days::LastOfWeek),
        ("?", day) if day.contains('#') => {
            let (day, nth) = day.split_once('#')?;
            Some(Days::Nth(weekday(day)?, nth.parse().ok().filter(|nth| (1..=5).contains(nth))?))
        }
        ("?", days) => set(days, 1, 7, &WEEKDAYS).map(Days::OfWeek),
        _ => None,
    }
}

fn weekday(text: &str) -> Option<u16> {
    number(text, &WEEKDAYS, 1).filter(|day| (1..=7).contains(day))
}

/// A weekday as cron counts it.
fn counted(date: Date) -> u16 {
    u16::from(date.weekday().to_sunday_one_offset().unsigned_abs())
}

fn day(date: Date) -> u16 {
    u16::from(date.day().unsigned_abs())
}

impl Days {
    fn holds(&self, date: Date) -> bool {
        let last = u16::from(date.days_in_month().unsigned_abs());
        match self {
            Self::OfMonth(days) => days.contains(&day(date)),
            Self::Last => day(date) == last,
            Self::Nearest(wanted) => nearest(date, (*wanted).min(last), last) == day(date),
            Self::OfWeek(days) => days.contains(&counted(date)),
            Self::LastOfWeek(wanted) => counted(date) == *wanted && day(date) + 7 > last,
            Self::Nth(wanted, nth) => counted(date) == *wanted && day(date).div_ceil(7) == *nth,
        }
    }
}

/// The weekday nearest to a day of the date's month, within the month.
fn nearest(date: Date, wanted: u16, last: u16) -> u16 {
    let at = i8::try_from(wanted).ok().and_then(|day| Date::new(date.year(), date.month(), day).ok());
    match at.map(Date::weekday) {
        Some(Weekday::Saturday) if wanted > 1 => wanted - 1,
        Some(Weekday::Saturday) => wanted + 2,
        Some(Weekday::Sunday) if wanted < last => wanted + 1,
        Some(Weekday::Sunday) => wanted - 2,
        _ => wanted,
    }
}

impl Cron {
    fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let start = jiff::Timestamp::from_millisecond(after.0).ok()?.to_zoned(TimeZone::UTC).datetime();
        let (mut date, mut earliest) = (start.date(), Some(start));
        loop {
            let year = u16::try_from(date.year()).ok().filter(|year| *year <= LAST_YEAR)?;
            let month = u16::from(date.month().unsigned_abs());
            if !self.years.contains(&year) {
                date = Date::new(date.year().checked_add(1)?, 1, 1).ok()?;
            } else if !self.months.contains(&month) {
                date = date.last_of_month().tomorrow().ok()?;
            } else {
                let found = self.days.holds(date).then(|| self.time_on(date, earliest)).flatten();
                if let Some(found) = found {
                    return Some(Timestamp(found.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()));
                }
                date = date.tomorrow().ok()?;
            }
            earliest = None;
        }
    }

    /// The first minute of a day, behind `after` if that is given.
    fn time_on(&self, date: Date, after: Option<DateTime>) -> Option<DateTime> {
        let at = |hour: u16, minute: u16| Some(date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0));
        let times = self.hours.iter().flat_map(|hour| self.minutes.iter().filter_map(move |minute| at(*hour, *minute)));
        let mut times = times.filter(|time| after.is_none_or(|after| *time > after));
        times.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_iso(text).unwrap()
    }
    /// The next times behind Sunday, 22 November 2026, 05:00.
    #[track_caller]
    fn next(expression: &str, wanted: [&str; 2]) {
        let schedule = Schedule::parse(expression).unwrap();
        let from = time("2026-11-22T05:00:00Z");
        let first = schedule.next(from, from).unwrap();
        let second = schedule.next(from, first).unwrap();
        assert_eq!([first.iso(), second.iso()], wanted.map(|t| format!("{t}:00Z")), "{expression}");
    }

    #[test]
    fn the_next_times() {
        next("rate(5 minutes)", ["2026-11-22T05:05", "2026-11-22T05:10"]);
        next("rate(1 day)", ["2026-11-23T05:00", "2026-11-24T05:00"]);
        next("cron(0 10 * * ? *)", ["2026-11-22T10:00", "2026-11-23T10:00"]);
        next("cron(0/15 * * * ? *)", ["2026-11-22T05:15", "2026-11-22T05:30"]);
        next("cron(0 18 ? * MON-FRI *)", ["2026-11-23T18:00", "2026-11-24T18:00"]);
        next("cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00"]);
        next("cron(0 8 L * ? *)", ["2026-11-30T08:00", "2026-12-31T08:00"]);
        next("cron(0 8 29 2 ? *)", ["2028-02-29T08:00", "2032-02-29T08:00"]);
        next("cron(30 4 ? * 6L *)", ["2026-11-27T04:30", "2026-12-25T04:30"]);
        next("cron(0 0 ? * 2#1 *)", ["2026-12-07T00:00", "2027-01-04T00:00"]);
        next("cron(0 0 5W * ? *)", ["2026-12-04T00:00", "2027-01-05T00:00"]);
        next("cron(0 5 ? jan,dec FRI-MON 2026-2027)", ["2026-12-04T05:00", "2026-12-05T05:00"]);
    }

    #[test]
    fn what_never_comes_and_what_is_none() {
        let past = Schedule::parse("cron(0 0 1 1 ? 2020)").unwrap();
        assert_eq!(past.next(Timestamp(0), time("2026-11-22T05:00:00Z")), None);
        let never = Schedule::parse("cron(0 0 31 2 ? *)").unwrap();
        assert_eq!(never.next(Timestamp(0), time("2026-11-22T05:00:00Z")), None);
        for wrong in [
            "",
            "rate(5)",
            "rate(0 minutes)",
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(5 weeks)",
            "cron(* * * * *)",
            "cron(* * * * * *)",
            "cron(60 * * * ? *)",
            "cron(* * 0 * ? *)",
            "cron(0/0 * * * ? *)",
            "cron(5-1 * * * ? *)",
            "cron(* * ? * ? *)",
            "cron(* * ? * 8 *)",
            "every(1 day)",
            "cron(* * W * ? *)",
            "rate(99999999999999999999 days)",
        ] {
            assert_eq!(Schedule::parse(wrong), None, "{wrong}");
        }
    }
}
