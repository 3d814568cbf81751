//! The cron expressions of deployment windows: `Seconds Minutes Hours Day-of-month Month Day-of-week [Year]`, in a time zone.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-DeploymentWindow.html>

use base::Timestamp;
use jiff::{
    civil::{Date, Time, Weekday},
    tz::{Offset, TimeZone},
};

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const YEARS: (i16, i16) = (1970, 2199);
/// A window that does not open within this many days is taken for one that never does: more than the eight years between two
/// leap days at a century's turn.
const HORIZON: i32 = 366 * 9;

/// Days of a month that are not plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Day {
    On(i8),
    /// `L`, `L-3`.
    Last(i8),
    /// `15W`.
    NearestWeekday(i8),
    /// `LW`.
    LastWeekday,
    /// A day of the week, 1 (Sunday) to 7.
    Every(i8),
    /// `6L`.
    LastOf(i8),
    /// `6#3`.
    Nth(i8, i8),
}

/// When a window is open.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    minutes: Vec<i8>,
    hours: Vec<i8>,
    /// None: any.
    month_days: Option<Vec<Day>>,
    months: Vec<i8>,
    week_days: Option<Vec<Day>>,
    /// Empty: any.
    years: Vec<i16>,
    zone: TimeZone,
}

fn number(text: &str, names: &[&str], first: i16) -> Result<i16, String> {
    if let Some(place) = names.iter().position(|n| n.eq_ignore_ascii_case(text)) {
        return Ok(first + place as i16);
    }
    text.parse().map_err(|_| format!("'{text}' is not a number"))
}

/// `*`, `5`, `1-5`, `0/15`, `1-20/3`, and lists of them.
fn list(text: &str, (least, most): (i16, i16), names: &[&str]) -> Result<Vec<i16>, String> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<i16>().ok().filter(|s| *s > 0).ok_or(format!("'{step}' is no step"))?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from, names, least)?, number(to, names, least)?),
            None => {
                let from = number(range, names, least)?;
                (from, if step.is_some() { most } else { from })
            }
        };
        if !(least..=most).contains(&from) || !(least..=most).contains(&to) {
            return Err(format!("'{part}' is not within {least} to {most}"));
        }
        let step = step.unwrap_or(1) as usize;
        if from <= to {
            all.extend((from..=to).step_by(step));
        } else {
            // `FRI-MON` and `22-3` go on at the start.
            all.extend((from..=most).chain(least..=to).step_by(step));
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn small(values: Vec<i16>) -> Vec<i8> {
    values.into_iter().filter_map(|v| i8::try_from(v).ok()).collect()
}

fn days_of_month(text: &str) -> Result<Option<Vec<Day>>, String> {
    if matches!(text, "?" | "*") {
        return Ok(None);
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let upper = part.to_ascii_uppercase();
        if upper == "L" {
            days.push(Day::Last(0));
        } else if upper == "LW" {
            days.push(Day::LastWeekday);
        } else if let Some(back) = upper.strip_prefix("L-") {
            days.push(Day::Last(back.parse().ok().filter(|b| (0..=30).contains(b)).ok_or(format!("'{part}' is no day"))?));
        } else if let Some(day) = upper.strip_suffix('W') {
            days.push(Day::NearestWeekday(day.parse().ok().filter(|d| (1..=31).contains(d)).ok_or(format!("'{part}' is no day"))?));
        } else {
            days.extend(small(list(part, (1, 31), &[])?).into_iter().map(Day::On));
        }
    }
    Ok(Some(days))
}

fn days_of_week(text: &str) -> Result<Option<Vec<Day>>, String> {
    if matches!(text, "?" | "*") {
        return Ok(None);
    }
    let one = |text: &str| -> Result<i8, String> {
        let day = number(text, &DAYS, 1)?;
        i8::try_from(day).ok().filter(|d| (1..=7).contains(d)).ok_or(format!("'{text}' is no day of the week"))
    };
    let mut days = Vec::new();
    for part in text.split(',') {
        let upper = part.to_ascii_uppercase();
        if upper == "L" {
            days.push(Day::Every(7));
        } else if let Some((day, nth)) = upper.split_once('#') {
            let nth = nth.parse().ok().filter(|n| (1..=5).contains(n)).ok_or(format!("'{part}' is no day of a month"))?;
            days.push(Day::Nth(one(day)?, nth));
        } else if let Some(day) = upper.strip_suffix('L').filter(|d| !d.is_empty()) {
            days.push(Day::LastOf(one(day)?));
        } else {
            days.extend(small(list(part, (1, 7), &DAYS)?).into_iter().map(Day::Every));
        }
    }
    Ok(Some(days))
}

/// A time zone as the rule names it: `Europe/Berlin`, `UTC`, `UTC+05:30`, `EST`.
fn zone(text: &str) -> Result<TimeZone, String> {
    let unknown = || format!("'{text}' is not a time zone");
    if let Some(offset) = text.strip_prefix("UTC") {
        if offset.is_empty() {
            return Ok(TimeZone::UTC);
        }
        let (sign, rest) =
            if let Some(rest) = offset.strip_prefix('-') { (-1, rest) } else { (1, offset.strip_prefix('+').ok_or_else(unknown)?) };
        let (hours, minutes) = rest.split_once(':').ok_or_else(unknown)?;
        let part = |text: &str, most: i32| text.parse::<i32>().ok().filter(|n| (0..=most).contains(n)).ok_or_else(unknown);
        let seconds = sign * (part(hours, 18)? * 3600 + part(minutes, 59)? * 60);
        return Offset::from_seconds(seconds).map(TimeZone::fixed).map_err(|_| unknown());
    }
    // The abbreviations that Java knows and the zone database does not.
    let name = match text {
        "PST" => "America/Los_Angeles",
        "CST" => "America/Chicago",
        "AST" => "America/Anchorage",
        "IST" => "Asia/Kolkata",
        "JST" => "Asia/Tokyo",
        "CTT" => "Asia/Shanghai",
        "AET" => "Australia/Sydney",
        "ECT" => "Europe/Paris",
        "BST" => "Asia/Dhaka",
        other => other,
    };
    TimeZone::get(name).map_err(|_| unknown())
}

impl Window {
    /// Reads an expression; without a zone it is in UTC.
    ///
    /// Err: what is wrong with it.
    pub(crate) fn parse(expression: &str, time_zone: Option<&str>) -> Result<Self, String> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        if !(6..=7).contains(&fields.len()) || expression.len() > 512 {
            return Err(format!("'{expression}' has {} fields; a cron expression has 6 or 7", fields.len()));
        }
        // Seconds are read, and play no part.
        list(fields[0], (0, 59), &[])?;
        let (month_days, week_days) = (days_of_month(fields[3])?, days_of_week(fields[5])?);
        let years = match fields.get(6) {
            None | Some(&"*") => Vec::new(),
            Some(text) => list(text, YEARS, &[])?,
        };
        Ok(Self {
            minutes: small(list(fields[1], (0, 59), &[])?),
            hours: small(list(fields[2], (0, 23), &[])?),
            month_days,
            months: small(list(fields[4], (1, 12), &MONTHS)?),
            week_days,
            years,
            zone: zone(time_zone.unwrap_or("UTC"))?,
        })
    }

    /// The first moment from `now` on at which it is open: `now` itself if it is. None: it never opens again.
    pub(crate) fn opens(&self, now: Timestamp) -> Option<Timestamp> {
        let moment = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(self.zone.clone());
        let (today, time) = (moment.date(), moment.time());
        if self.on(today) && self.hours.contains(&time.hour()) && self.minutes.contains(&time.minute()) {
            return Some(now);
        }
        let mut day = today;
        for _ in 0..HORIZON {
            if self.on(day) {
                for &hour in &self.hours {
                    for &minute in &self.minutes {
                        let at = day.to_datetime(Time::new(hour, minute, 0, 0).ok()?).to_zoned(self.zone.clone()).ok()?;
                        let at = Timestamp(at.timestamp().as_millisecond());
                        if at > now {
                            return Some(at);
                        }
                    }
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    fn on(&self, day: Date) -> bool {
        let fits = |days: &Option<Vec<Day>>| days.as_ref().is_none_or(|days| days.iter().any(|d| d.is(day)));
        (self.years.is_empty() || self.years.contains(&day.year()))
            && self.months.contains(&day.month())
            && fits(&self.month_days)
            && fits(&self.week_days)
    }
}

fn of_week(day: Date) -> i8 {
    day.weekday().to_sunday_one_offset()
}

fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The weekday nearest to `wanted` within its month.
fn nearest_weekday(wanted: Date) -> Option<Date> {
    let within = |d: Date| (d.month() == wanted.month()).then_some(d);
    match wanted.weekday() {
        Weekday::Saturday => wanted.yesterday().ok().and_then(within).or_else(|| wanted.tomorrow().ok()?.tomorrow().ok()),
        Weekday::Sunday => wanted.tomorrow().ok().and_then(within).or_else(|| wanted.yesterday().ok()?.yesterday().ok()),
        _ => Some(wanted),
    }
}

impl Day {
    fn is(&self, day: Date) -> bool {
        let last = day.days_in_month();
        match *self {
            Self::On(wanted) => day.day() == wanted,
            Self::Last(back) => day.day() == last - back,
            Self::NearestWeekday(wanted) => {
                day.first_of_month().with().day(wanted.min(last)).build().ok().and_then(nearest_weekday) == Some(day)
            }
            Self::LastWeekday => {
                is_weekday(day) && (day.day()..=last).skip(1).all(|d| day.with().day(d).build().is_ok_and(|d| !is_weekday(d)))
            }
            Self::Every(wanted) => of_week(day) == wanted,
            Self::LastOf(wanted) => of_week(day) == wanted && day.day() > last - 7,
            Self::Nth(wanted, nth) => of_week(day) == wanted && (day.day() - 1) / 7 + 1 == nth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(expression: &str, zone: Option<&str>, now: &str) -> String {
        let window = Window::parse(expression, zone).unwrap();
        window.opens(Timestamp::parse_iso(now).unwrap()).map_or("never".into(), Timestamp::iso)
    }

    #[test]
    fn a_window_is_open_or_opens_at_its_next_minute() {
        // A Sunday.
        let sunday = "2026-11-22T10:30:15Z";
        for (expression, zone, next) in [
            ("* * * * * ? *", None, "2026-11-22T10:30:15Z"),
            ("* * 9-17 ? * MON-FRI *", None, "2026-11-23T09:00:00Z"),
            ("* * 9-17 ? * MON-FRI *", Some("America/New_York"), "2026-11-23T14:00:00Z"),
            ("* * 9-17 ? * MON-FRI", Some("UTC+05:30"), "2026-11-23T03:30:00Z"),
            ("* * 9-17 ? * MON-FRI", Some("PST"), "2026-11-23T17:00:00Z"),
            ("0 0/20 * * * ?", None, "2026-11-22T10:40:00Z"),
            ("0 0 12 L * ?", None, "2026-11-30T12:00:00Z"),
            ("0 0 12 L-2 * ?", None, "2026-11-28T12:00:00Z"),
            ("0 0 12 LW 1 ?", None, "2027-01-29T12:00:00Z"),
            ("0 0 12 28W NOV ?", None, "2026-11-27T12:00:00Z"),
            ("0 0 12 1W AUG ?", None, "2027-08-02T12:00:00Z"),
            ("0 0 12 ? * 6L", None, "2026-11-27T12:00:00Z"),
            ("0 0 12 ? * fri#1", None, "2026-12-04T12:00:00Z"),
            ("0 0 12 ? * SAT-MON", None, "2026-11-22T12:00:00Z"),
            ("0 0 0 29 2 ?", None, "2028-02-29T00:00:00Z"),
            ("0 0 0 1 1 ? 2030", None, "2030-01-01T00:00:00Z"),
            ("0 0 0 1 1 ? 2020", None, "never"),
            ("0 0 0 31 2 ?", None, "never"),
        ] {
            assert_eq!(opens(expression, zone, sunday), next, "{expression} {zone:?}");
        }
    }

    #[test]
    fn a_window_that_is_no_expression_says_what_is_wrong() {
        for (expression, zone, wrong) in [
            ("* * * *", None, "4 fields"),
            ("* 60 * * * ?", None, "'60' is not within 0 to 59"),
            ("* * * 0 * ?", None, "within 1 to 31"),
            ("* * * ? * MOO", None, "'MOO' is not a number"),
            ("* * 1/0 ? * *", None, "'0' is no step"),
            ("* * * ? * 6#9", None, "'6#9'"),
            ("* * * ? * *", Some("Moon/Base"), "'Moon/Base' is not a time zone"),
            ("* * * ? * *", Some("UTC+5"), "'UTC+5' is not a time zone"),
        ] {
            let error = Window::parse(expression, zone).unwrap_err();
            assert!(error.contains(wrong), "{expression}: {error}");
        }
    }
}
