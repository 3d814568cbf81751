//! Patterns of events: what is none says why; what is one gives the same answer each time, and the contrary of a text is not matched
//! where the text is. Schedules come later and later; templates and paths take any event.
#![no_main]

use base::Timestamp;
use event_pattern::{Path, Pattern, Schedule, Template, Told};
use fuzz::{now, pieces, text};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fuzz_target!(|data: &[u8]| {
    let mut pieces = pieces(data);
    let source = text(pieces.next().unwrap_or_default());
    let event: Value = serde_json::from_slice(pieces.next().unwrap_or_default()).unwrap_or_else(|_| json!({"f": source}));
    match Pattern::parse(&source) {
        Ok(pattern) => assert_eq!(pattern.matches(&event), pattern.matches(&event.clone())),
        Err(error) => assert!(error.to_string().starts_with("Event pattern is not valid. Reason: "), "a refusal says why"),
    }
    let one = |matcher: Value| Pattern::parse(&json!({"f": [matcher]}).to_string()).expect("a pattern").matches(&json!({"f": source}));
    assert!(
        one(json!(source)) && !one(json!({"anything-but": source})) && one(json!({"prefix": source})) && one(json!({"suffix": source}))
    );
    if let Some(schedule) = Schedule::parse(&source) {
        let mut last = now();
        for _ in 0..3 {
            let Some(next) = schedule.next(Timestamp(0), last) else { break };
            assert!(next > last, "time goes on");
            last = next;
        }
    }
    if let Some(path) = Path::parse(&source) {
        let _ = path.find(&event);
    }
    let paths = BTreeMap::from([("a".to_string(), "$.f".to_string())]);
    if let Ok(template) = Template::parse(&paths, &source) {
        let _ = template.render(&Told { rule_arn: "arn", rule_name: "rule", ingestion_time: "now", event: &event });
    }
});
