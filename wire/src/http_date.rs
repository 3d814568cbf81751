//! HTTP's dates (RFC 9110, section 5.6.7), read.

use base::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads `Sun, 22 Nov 2026 05:00:00 GMT`, the one form that is still written.
pub fn parse(text: &str) -> Option<Timestamp> {
    let (_, date) = text.split_once(", ")?;
    let parts: Vec<&str> = date.split(' ').collect();
    let [day, month, year, time, "GMT"] = parts[..] else { return None };
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let found = Timestamp::parse_iso(&format!("{year}-{month:02}-{day}T{time}Z"))?;
    // Written back, it must be the same: this also checks the day of the week.
    (found.http() == text).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form() {
        let date = "Sun, 22 Nov 2026 05:00:00 GMT";
        assert_eq!(parse(date).map(Timestamp::http).as_deref(), Some(date));
        for wrong in [
            "",
            "Mon, 22 Nov 2026 05:00:00 GMT",
            "Sun, 22 Nov 2026 05:00:00 UTC",
            "Sunday, 22-Nov-26 05:00:00 GMT",
            "Sun, 31 Feb 2026 05:00:00 GMT",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
