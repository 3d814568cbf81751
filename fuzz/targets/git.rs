//! Git: the commands of a push, and CodeCommit's user names and passwords.
#![no_main]

use fuzz::{altered, now, pieces, secret, text};
use libfuzzer_sys::fuzz_target;
use wire::git::{Credentials, Push, is_ref, password, read_push};

/// Where the pack begins, for a reader of the pack.
#[cfg(not(feature = "seeded_bug"))]
fn pack_begins(push: &Push) -> usize {
    push.length
}

/// The bug that is seeded on purpose, to show that one is found: off by one where there are boundaries of a shallow clone, and
/// no command behind them. No seed of the corpus is such a push.
#[cfg(feature = "seeded_bug")]
fn pack_begins(push: &Push) -> usize {
    if push.updates.is_empty() && push.length > 4 { push.length - 1 } else { push.length }
}

fn packet(line: &str) -> String {
    format!("{:04x}{line}", line.len() + 4)
}

/// The same push in git's own words.
fn written(push: &Push) -> String {
    let mut out = String::new();
    for (n, update) in push.updates.iter().enumerate() {
        let capabilities =
            if n == 0 && !push.capabilities.is_empty() { format!("\0 {}", push.capabilities.join(" ")) } else { String::new() };
        out += &packet(&format!("{} {} {}{capabilities}\n", update.old, update.new, update.name));
    }
    out + "0000"
}

fuzz_target!(|data: &[u8]| {
    match read_push(data) {
        Ok(Some(push)) => {
            assert!(push.length <= data.len() && push.updates.len() <= 1000);
            assert!(data[..pack_begins(&push)].ends_with(b"0000"), "the pack begins behind the flush packet");
            assert!(push.updates.iter().all(|u| is_ref(&u.name) && u.old.len() == u.new.len()));
            let text = written(&push);
            let again = read_push(text.as_bytes()).expect("git's own words are read").expect("all of it");
            assert_eq!((&again.updates, again.length), (&push.updates, text.len()));
            if !push.updates.is_empty() {
                assert_eq!(again.capabilities, push.capabilities);
            }
            for end in 0..push.length {
                assert_eq!(read_push(&data[..end]), Ok(None), "a part of it asks for more");
            }
        }
        Ok(None) => assert!(data.len() <= (1 << 20) + 65520, "what is too long is refused"),
        Err(_) => {}
    }
    let mut parts = pieces(data);
    let (Some(user), Some(shown)) = (parts.next(), parts.next()) else { return };
    let (user, shown) = (text(user), text(shown));
    let check =
        |password: &str| Credentials::read(&user, password).and_then(|c| c.verify("host:1", "/v1/repos/x", "us-east-1", &secret(), now()));
    let right = password(&secret(), "host:1", "/v1/repos/x", "us-east-1", now());
    if shown != *right.expose() {
        assert!(check(&shown).is_err(), "nobody made this password");
    }
    if Credentials::read(&user, right.expose()).is_ok() {
        assert_eq!(check(right.expose()), Ok(()));
        let (date, signature) = right.expose().split_at(16);
        assert!(check(&format!("{date}{}", altered(signature, data.len()))).is_err());
    }
});
