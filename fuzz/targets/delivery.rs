//! Delivery files: what is read holds its promises (known accounts, paths that stay inside), a refusal has its places.
#![no_main]

use libfuzzer_sys::fuzz_target;

fn inside(path: &str) -> bool {
    !path.starts_with('/') && !path.split('/').any(|part| part == "..")
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match delivery::parse(text, "sekisho.yaml") {
        Ok(delivery) => {
            assert_eq!(delivery::parse(text, "sekisho.yaml").as_ref(), Ok(&delivery), "one reading");
            assert!(delivery.accounts.iter().all(|a| a.id.len() == 12 && a.id.bytes().all(|b| b.is_ascii_digit())));
            assert!(delivery.stacks.iter().all(|s| delivery.account_id(&s.account).is_some() && inside(&s.template)));
            assert!(delivery.pipelines.iter().all(|p| delivery.account_id(&p.account).is_some()));
            assert!(delivery.sources.iter().all(|s| delivery.account_id(&s.account).is_some()));
        }
        Err(findings) => assert!(!findings.is_empty(), "a refusal says why"),
    }
});
