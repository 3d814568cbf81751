//! Envelopes of provenance: what is read is written and read again as the same, only what the trusted key signed is believed, and a
//! refusal says why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use provenance::{Demand, Envelope, LONGEST, Statement};

/// A public half whose other half nobody has: nothing that is found here is signed by it.
const NOBODY: &[u8] = b"no key";

fuzz_target!(|data: &[u8]| {
    if let Ok(statement) = serde_json::from_slice::<Statement>(data) {
        for source in statement.sources() {
            // Who asks may write `git+` in front of the repository.
            let repository = source.repository().filter(|repository| !repository.starts_with("git+"));
            let asked = Demand { branch: source.branch(), repository, ..Demand::default() };
            assert_eq!(asked.check(&statement), Ok(()), "a source meets what it says of itself");
        }
        let other = Demand { sha256: Some("none"), ..Demand::default() };
        assert!(other.check(&statement).is_err() || statement.subject("none").is_some());
    }
    match Envelope::parse(data) {
        Ok(envelope) => {
            let written = serde_json::to_vec(&envelope).expect("an envelope is written");
            assert_eq!(Envelope::parse(&written).as_ref(), Ok(&envelope), "one reading");
            let refused = envelope.verified(NOBODY).expect_err("nobody signed it");
            assert!(!refused.to_string().is_empty(), "a refusal says why");
        }
        Err(refused) => assert!(data.len() <= LONGEST && !refused.to_string().is_empty(), "a refusal says why"),
    }
});
