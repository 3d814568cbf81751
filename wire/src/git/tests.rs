use super::*;
use crate::mutate;

const AWSCLI: &str = include_str!("../../testdata/git/awscli.json");

fn secret() -> Secret<String> {
    Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned())
}
fn now() -> Timestamp {
    Timestamp::parse_basic("20261122T050000Z").unwrap()
}

#[test]
fn passwords_of_awscli() {
    let cases: Vec<serde_json::Value> = serde_json::from_str(AWSCLI).unwrap();
    for case in &cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let found = Credentials::read("AKIDEXAMPLE", text("password")).unwrap();
        assert_eq!(found.verify(text("host"), text("path"), "us-east-1", &secret(), now()), Ok(()));
        assert_eq!(password(&secret(), text("host"), text("path"), "us-east-1", now()).expose(), text("password"));
        for at in 0..text("password").len() {
            let mut bytes = text("password").as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(bytes).unwrap();
            let refused = Credentials::read("AKIDEXAMPLE", &changed)
                .and_then(|c| c.verify(text("host"), text("path"), "us-east-1", &secret(), now()));
            assert!(refused.is_err(), "letter {at}");
        }
    }
    assert_eq!(cases.len(), 2);
}

#[test]
fn what_is_signed() {
    let password = password(&secret(), "localhost:4566", "/v1/repos/x", "us-east-1", now());
    let found = Credentials::read("ASIAEXAMPLE%token%with/letters", password.expose()).unwrap();
    assert_eq!(found.session_token.as_ref().map(|t| t.expose().as_str()), Some("token%with/letters"));
    let check = |host, path, region, later| found.verify(host, path, region, &secret(), now().plus(Duration::from_secs(later)));
    assert_eq!(check("localhost", "/v1/repos/x", "us-east-1", 0), Ok(()));
    assert_eq!(check("localhost:1", "/v1/repos/x", "us-east-1", 900), Ok(()));
    assert_eq!(check("other", "/v1/repos/x", "us-east-1", 0), Err(SignatureError::Mismatch));
    assert_eq!(check("localhost", "/v1/repos/y", "us-east-1", 0), Err(SignatureError::Mismatch));
    assert_eq!(check("localhost", "/v1/repos/x", "eu-west-1", 0), Err(SignatureError::Mismatch));
    assert!(matches!(check("localhost", "/v1/repos/x", "us-east-1", 901), Err(SignatureError::Expired { .. })));
    let early = Timestamp(now().0 - 16 * 60_000);
    assert!(matches!(found.verify("localhost", "/v1/repos/x", "us-east-1", &secret(), early), Err(SignatureError::NotYetValid { .. })));
    for (user, password) in [("", "x"), ("a b", password.expose()), ("AKID", ""), ("AKID", &password.expose()[1..]), ("AKID", "ä")] {
        assert!(Credentials::read(user, password).is_err(), "{user}");
    }
    assert!(!format!("{found:?}").contains(&password.expose()[20..40]));
}

fn line(text: &str) -> String {
    format!("{:04x}{text}", text.len() + 4)
}
const A: &str = "1111111111111111111111111111111111111111";
const ZERO: &str = "0000000000000000000000000000000000000000";

fn push() -> String {
    let first = line(&format!("{ZERO} {A} refs/heads/main\0 report-status side-band-64k agent=git/2.44\n"));
    format!("{first}{}{}0000PACK", line(&format!("shallow {A}\n")), line(&format!("{A} {ZERO} refs/tags/v1.0")))
}

#[test]
fn pushes() {
    let body = push();
    let found = read_push(body.as_bytes()).unwrap().unwrap();
    assert_eq!(&body[found.length..], "PACK");
    assert_eq!(found.capabilities, ["report-status", "side-band-64k", "agent=git/2.44"]);
    let [made, deleted] = &found.updates[..] else { panic!("two updates were sent") };
    assert!(made.is_create() && !made.is_delete() && made.name == "refs/heads/main");
    assert!(deleted.is_delete() && !deleted.is_create() && deleted.name == "refs/tags/v1.0");
    for end in 0..found.length {
        assert_eq!(read_push(&body.as_bytes()[..end]), Ok(None), "cut at {end}");
    }
    assert_eq!(read_push(b"0000").unwrap().unwrap().updates, []);
}

#[test]
fn refused_pushes() {
    let many: String = (0..5000).map(|i| line(&format!("{ZERO} {A} refs/heads/b{i}"))).collect();
    for body in [
        "zzzz",
        "0001",
        "0003",
        "fff1",
        "+123",
        &line("nonsense"),
        &line(&format!("{A} {A}")),
        &line(&format!("{A} {} refs/heads/x", &A[1..])),
        &line(&format!("{A} {A} HEAD")),
        &line(&format!("{A} {A} refs/heads/../x")),
        &line("push-cert\0 report-status"),
        &format!("{}{}", line(&format!("{ZERO} {A} refs/heads/a")), line(&format!("{ZERO} {A} refs/heads/b\0 x"))),
        &many,
    ] {
        assert!(read_push(body.as_bytes()).is_err(), "{}", &body[..body.len().min(80)]);
    }
}

#[test]
fn reference_names() {
    for name in ["refs/heads/main", "refs/heads/feature/x-1_2", "refs/tags/v1.0", "refs/heads/ä"] {
        assert!(is_ref(name), "{name}");
    }
    let long = format!("refs/heads/{}", "x".repeat(2000));
    for name in [
        "HEAD",
        "refs/",
        "refs//x",
        "refs/heads/",
        "refs/heads/.x",
        "refs/heads/x.lock",
        "refs/heads/x.lock/y",
        "refs/a..b",
        "refs/x.",
        "refs/a b",
        "refs/a~1",
        "refs/a^",
        "refs/a:b",
        "refs/a?",
        "refs/a*",
        "refs/a[b",
        "refs/a\\b",
        "refs/a@{1}",
        "refs/a\x7f",
        "refs/a\nb",
        &long,
    ] {
        assert!(!is_ref(name), "{name}");
    }
}

#[test]
fn damage_never_panics() {
    mutate::each(&[push().as_bytes()], 20_000, |bytes| drop(read_push(bytes)));
    let text = password(&secret(), "h", "/p", "r", now());
    mutate::each(&[text.expose().as_bytes(), b"ASIA%token"], 5000, |bytes| {
        let damaged = String::from_utf8_lossy(bytes);
        drop(Credentials::read(&damaged, text.expose()));
        drop(Credentials::read("AKID", &damaged));
    });
}
