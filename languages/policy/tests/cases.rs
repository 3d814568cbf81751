//! The published cases, and the form they are written in.

use policy::cases;

const CASES: &str = include_str!("iam-cases.json");

#[test]
fn every_case_has_its_verdict() {
    let all = cases::read(CASES).unwrap();
    assert_eq!(all.len(), 58);
    let failed: Vec<_> = all.iter().map(cases::run).filter(|result| !result.passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
