//! Case files of `sekisho decide`, ARNs, times and accounts: what is read prints, and reads as itself again.
#![no_main]

use base::{AccountId, Arn, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(arn) = text.parse::<Arn>() {
        let parts = [arn.partition(), arn.service(), arn.region(), arn.resource()];
        assert!(!parts[0].is_empty() && !parts[1].is_empty() && !parts[3].is_empty());
        assert_eq!(arn.to_string(), text);
        let json = serde_json::to_string(&arn).expect("an ARN prints");
        assert_eq!(serde_json::from_str::<Arn>(&json).ok(), Some(arn));
    }
    if let Ok(account) = text.parse::<AccountId>() {
        assert!(text.len() == 12 && account.to_string() == text);
    }
    if let Some(time) = Timestamp::parse_iso(text) {
        assert_eq!(Timestamp::parse_iso(&time.iso_millis()), Some(time));
    }
    if let Some(time) = Timestamp::parse_basic(text) {
        assert_eq!(Timestamp::parse_basic(&time.basic()), Some(time));
    }
    if let Some(time) = wire::http_date::parse(text) {
        assert_eq!(wire::http_date::parse(&time.http()), Some(time));
    }
    let Ok(cases) = policy::cases::read(text) else { return };
    for case in &cases {
        let result = policy::cases::run(case);
        assert_eq!(result.name, case.name);
        assert_eq!(result.passed, case.expect.is_none_or(|expected| expected == result.decision));
        assert_eq!(policy::cases::run(case), result, "one answer");
    }
});
