//! What no well-meaning client sends, over real sockets to the real binary: answered by the AWS error that fits, recorded once
//! where it reached a request, and nobody else waits for it.
#![allow(clippy::disallowed_methods, reason = "a test that starts the server and opens sockets")]

use base::{Clock, Secret, SystemClock};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use wire::sigv4::{Credentials, PayloadHash, hex_sha256, sign};

const REGION: &str = "us-east-1";
/// How long an answer may take that is given at once.
const SOON: Duration = Duration::from_secs(10);

struct Server {
    child: Child,
    address: SocketAddr,
    operator: Credentials,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::write(folder.path().join("sekisho.yaml"), "accounts: { dev: \"111111111111\" }\nregion: us-east-1\nstacks: []\n").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .args(["up", "--listen", "127.0.0.1:0", "--dir"])
            .arg(folder.path())
            .env("SEKISHO_CONFIG_DIR", &config)
            .env("SEKISHO_RUNTIME_DIR", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().transpose().unwrap().unwrap_or_default();
        let address = first.split("https://").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|a| a.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let mut why = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut why);
            panic!("the server did not start: {first} {why}")
        };
        // What it prints later is read too, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let keys = fs::read_dir(config.join("servers")).unwrap().next().unwrap().unwrap().path().join("operator.json");
        let keys: Value = serde_json::from_slice(&fs::read(keys).unwrap()).unwrap();
        let text = |name: &str| keys[name].as_str().unwrap().to_string();
        let operator = Credentials {
            access_key_id: text("access_key_id"),
            secret_access_key: Secret::new(text("secret_access_key")),
            session_token: None,
        };
        Self { child, address, operator, _folder: folder }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect_timeout(&self.address, SOON).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.set_write_timeout(Some(SOON)).unwrap();
        stream
    }

    fn send(&self, bytes: &[u8]) -> Option<Answer> {
        let mut stream = self.connect();
        // The server may answer, and close, before all of it is sent.
        let _ = stream.write_all(bytes);
        read(&mut stream)
    }

    fn signed(&self, service: &str, target: &str, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut headers = http::HeaderMap::new();
        headers.insert("host", self.address.to_string().parse().unwrap());
        for (name, value) in more {
            headers.insert(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        let method = if service == "s3" { "PUT" } else { "POST" };
        let payload = PayloadHash::Hex(hex_sha256(body));
        sign(method, target, &mut headers, &self.operator, (service, REGION), SystemClock.now(), payload).unwrap();
        let mut bytes = format!("{method} {target} HTTP/1.1\r\ncontent-length: {}\r\n", body.len()).into_bytes();
        for (name, value) in &headers {
            bytes.extend_from_slice(format!("{name}: {}\r\n", value.to_str().unwrap()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        bytes
    }

    fn call(&self, service: &str, target: &str, input: &Value) -> Value {
        let named = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        let answer = self.send(&self.signed(service, "/", &named, input.to_string().as_bytes())).expect("an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// All records of the operator's account, newest first.
    fn records(&self) -> Vec<Value> {
        let mut events = Vec::new();
        let mut input = json!({"MaxResults": 50, "IncludeDataEvents": true});
        loop {
            let page = self.call("cloudtrail", "CloudTrail_20131101.LookupEvents", &input);
            let shown = page["Events"].as_array().unwrap();
            events.extend(shown.iter().map(|e| serde_json::from_str::<Value>(e["CloudTrailEvent"].as_str().unwrap()).unwrap()));
            if page["NextToken"].is_null() {
                return events;
            }
            input["NextToken"] = page["NextToken"].clone();
        }
    }

    /// Another client is served at once.
    fn serves_others(&self) {
        let began = Instant::now();
        let form = self.signed(
            "sts",
            "/",
            &[("content-type", "application/x-www-form-urlencoded")],
            b"Action=GetCallerIdentity&Version=2011-06-15",
        );
        assert_eq!(self.send(&form).map(|a| a.status), Some(200));
        assert!(began.elapsed() < Duration::from_secs(5), "others waited {:?}", began.elapsed());
    }

    /// Resident memory in MiB.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    fn healthy(&mut self) {
        self.serves_others();
        assert!(self.child.try_wait().unwrap().is_none(), "the server has ended");
        let _ = self.child.kill();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// One answer, by its length or to the end. None: the connection ended without one.
fn read(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
            let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            let length: usize = length.and_then(|l| l.parse().ok()).unwrap_or(0);
            if bytes.len() >= at + 4 + length {
                let status = head.split(' ').nth(1)?.parse().ok()?;
                return Some(Answer { status, body: String::from_utf8_lossy(&bytes[at + 4..at + 4 + length]).into_owned(), head });
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
        }
    }
}

const JSON: &str = "content-type: application/x-amz-json-1.1\r\nx-amz-target: TrentService.ListKeys\r\n";
const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

fn request(line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{line}\r\nhost: localhost\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    request("POST / HTTP/1.1", headers, body)
}

/// What is sent; the status, and what stands in the answer; how many records it leaves. The record is found by the agent.
type Case = (&'static str, Vec<u8>, u16, &'static str, usize);

fn cases() -> Vec<Case> {
    let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat().into_bytes();
    let xml = |text: &str| request("POST /bucket?delete HTTP/1.1", "", text.as_bytes());
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><Delete><Object><Key>&c;</Key></Object></Delete>";
    let outside = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Delete><Object><Key>&x;</Key></Object></Delete>";
    let long = |n: usize| "a".repeat(n);
    let presigned = |signature: &str| {
        let target = format!(
            "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%2Fs3%2Faws4_request&\
             X-Amz-Date=20261122T050000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
        );
        request(&format!("GET {target} HTTP/1.1"), "", b"")
    };
    vec![
        // Bodies. Strangers are told of the body only what they are told anyway: that they have no credentials comes second.
        ("json cut off", post(JSON, b"{\"a\": "), 400, "SerializationException", 1),
        ("json of a list", post(JSON, b"[]"), 400, "SerializationException", 1),
        ("json twice", post(JSON, b"{}{}"), 400, "SerializationException", 1),
        ("json deep", post(JSON, &deep("{\"a\":", "}")), 400, "SerializationException", 1),
        ("json deep lists", post(JSON, &[b"{\"a\":".to_vec(), deep("[", "]")].concat()), 400, "SerializationException", 1),
        ("json not utf-8", post(JSON, b"{\"a\": \"\xff\xfe\"}"), 400, "SerializationException", 1),
        ("json with a lone surrogate", post(JSON, b"{\"a\": \"\\ud800\"}"), 400, "SerializationException", 1),
        ("json with a control character", post(JSON, b"{\"a\": \"\x01\"}"), 400, "SerializationException", 1),
        ("json with a huge number", post(JSON, b"{\"Limit\": 1e999999}"), 400, "SerializationException", 1),
        ("json of the wrong type", post(JSON, b"{\"Limit\": {}}"), 400, "SerializationException", 1),
        ("json with unknown and double keys", post(JSON, b"{\"x\": 1, \"x\": 2, \"Limit\": 1}"), 501, "NotImplemented", 1),
        ("unknown operation", post("x-amz-target: TrentService.Fly\r\n", b"{}"), 501, "NotImplemented", 1),
        ("unknown target", post("x-amz-target: Nobody\r\n", b"{}"), 501, "NotImplemented", 1),
        ("form without action", post(FORM, b"Version=2010-05-08"), 400, "MissingAction", 1),
        ("form not utf-8", post(FORM, b"Action=ListRoles&Version=2010-05-08&A=%ff"), 400, "MalformedInput", 1),
        (
            "form too deep",
            post(FORM, format!("Action=ListRoles&Version=2010-05-08&A{}=1", ".1".repeat(100)).as_bytes()),
            400,
            "MalformedInput",
            1,
        ),
        (
            "form with too many",
            post(FORM, format!("Action=ListRoles&Version=2010-05-08{}", "&a=1".repeat(20_000)).as_bytes()),
            400,
            "MalformedInput",
            1,
        ),
        ("form twice", post(FORM, b"Action=ListRoles&Action=ListUsers&Version=2010-05-08"), 400, "MalformedInput", 1),
        ("form of a value and a structure", post(FORM, b"Action=ListRoles&Version=2010-05-08&A=1&A.B=2"), 400, "MalformedInput", 1),
        ("xml cut off", xml("<Delete><Object>"), 400, "MalformedXML", 1),
        ("xml of another root", xml("<Other/>"), 400, "MalformedXML", 1),
        ("xml deep", xml(&["<Delete>", &"<a>".repeat(100_000)].concat()), 400, "MalformedXML", 1),
        ("xml bomb", xml(bomb), 400, "MalformedXML", 1),
        ("xml from outside", xml(outside), 400, "MalformedXML", 1),
        ("body too large", post(&JSON.replace("\r\nx-amz", "\r\nexpect: 100-continue\r\nx-amz"), &[]), 400, "AccessDenied", 1),
        (
            "announced too large",
            format!("POST / HTTP/1.1\r\nhost: localhost\r\n{JSON}content-length: 99999999999\r\n\r\n{{}}").into(),
            413,
            "RequestEntityTooLarge",
            1,
        ),
        // Signatures.
        ("presigned, too short", presigned("0"), 403, "InvalidAccessKeyId", 1),
        ("presigned, too long", presigned(&"0".repeat(65)), 403, "InvalidAccessKeyId", 1),
        ("presigned, 64 zeros", presigned(&"0".repeat(64)), 403, "InvalidAccessKeyId", 1),
        ("authorization of nothing", request("GET / HTTP/1.1", "authorization: AWS4-HMAC-SHA256\r\n", b""), 400, "<Code>", 1),
        (
            "authorization twice",
            request("GET / HTTP/1.1", "authorization: AWS4-HMAC-SHA256 a=b\r\nauthorization: x\r\n", b""),
            400,
            "<Code>",
            1,
        ),
        (
            "authorization long",
            request("GET / HTTP/1.1", &format!("authorization: AWS4-HMAC-SHA256 {}\r\n", long(20_000)), b""),
            400,
            "<Code>",
            1,
        ),
        ("basic authentication", request("GET / HTTP/1.1", "authorization: Basic dTpw\r\n", b""), 400, "<Code>", 1),
        // Requests.
        ("no host", b"GET /bucket HTTP/1.1\r\n\r\n".to_vec(), 400, "<Code>", 1),
        ("two hosts", request("GET /bucket HTTP/1.1", "host: other\r\n", b""), 400, "<Code>", 1),
        ("http 1.0", b"GET /bucket HTTP/1.0\r\nhost: localhost\r\n\r\n".to_vec(), 403, "AccessDenied", 1),
        ("http 0.9", b"GET /bucket\r\n".to_vec(), 400, "", 0),
        ("http 2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), 400, "", 0),
        ("absolute form", request("GET http://elsewhere/bucket HTTP/1.1", "", b""), 403, "AccessDenied", 1),
        ("asterisk form", request("OPTIONS * HTTP/1.1", "", b""), 400, "<Code>", 1),
        ("strange method", request("FLY /bucket HTTP/1.1", "", b""), 501, "NotImplemented", 1),
        ("path of nonsense", request("GET /%zz%00/..//%2e HTTP/1.1", "", b""), 400, "<Code>", 1),
        ("key too long", request(&format!("GET /bucket/{} HTTP/1.1", long(2000)), "", b""), 400, "KeyTooLongError", 1),
        ("line too long", request(&format!("GET /{} HTTP/1.1", long(70_000)), "", b""), 414, "", 0),
        ("header too long", request("GET / HTTP/1.1", &format!("a: {}\r\n", long(500_000)), b""), 431, "", 0),
        ("headers without end", request("GET / HTTP/1.1", &"a: b\r\n".repeat(1000), b""), 431, "", 0),
        ("folded header", request("GET /bucket HTTP/1.1", "a: b\r\n c\r\n", b""), 400, "", 0),
        ("space before the colon", request("GET /bucket HTTP/1.1", "a : b\r\n", b""), 400, "", 0),
        ("nul in a header", request("GET /bucket HTTP/1.1", "a: b\0c\r\n", b""), 400, "", 0),
        ("control character in the line", request("GET /bu\x01cket HTTP/1.1", "", b""), 400, "", 0),
        ("length of nothing", b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n".to_vec(), 400, "", 0),
        ("length below zero", b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n".to_vec(), 400, "", 0),
        ("length with a sign", b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: +2\r\n\r\n{}".to_vec(), 400, "", 0),
        ("two lengths", b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_vec(), 400, "", 0),
        ("another encoding", b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip\r\n\r\n".to_vec(), 400, "", 0),
        ("chunked, then not", b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked, identity\r\n\r\n".to_vec(), 400, "", 0),
        ("chunked in http 1.0", b"POST / HTTP/1.0\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(), 400, "", 0),
        (
            "chunk of nonsense",
            format!("POST / HTTP/1.1\r\nhost: localhost\r\n{JSON}transfer-encoding: chunked\r\n\r\nxyz\r\n").into(),
            400,
            "RequestTimeout",
            1,
        ),
        (
            "chunk of too much",
            format!("POST / HTTP/1.1\r\nhost: localhost\r\n{JSON}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n").into(),
            400,
            "RequestTimeout",
            1,
        ),
        ("nothing of HTTP", b"\x00\x01\x02\x03\r\n\r\n".to_vec(), 400, "", 0),
    ]
}

#[test]
fn what_is_malformed_is_refused_and_recorded_once() {
    let mut server = Server::start();
    let before = server.resident();
    let mut wrong = Vec::new();
    let cases = cases();
    for (n, (name, bytes, status, says, _)) in cases.iter().enumerate() {
        // Marked by its agent, behind the first line.
        let line = bytes.windows(2).position(|w| w == b"\r\n").unwrap_or(bytes.len() - 2) + 2;
        let mut marked = bytes[..line].to_vec();
        if bytes.len() >= line + 2 {
            marked.extend_from_slice(format!("user-agent: case-{n}\r\n").as_bytes());
        }
        marked.extend_from_slice(&bytes[line..]);
        match server.send(&marked) {
            Some(answer) if answer.status == *status && (answer.body.contains(says) || answer.head.contains(says)) => {}
            other => wrong.push(format!("{name}: expected {status} {says}, got {other:?}")),
        }
        // Strangers' failures are limited by the second.
        std::thread::sleep(Duration::from_millis(60));
    }
    let records = server.records();
    for (n, (name, _, _, _, expected)) in cases.iter().enumerate() {
        let own: Vec<&Value> = records.iter().filter(|r| r["userAgent"] == format!("case-{n}")).collect();
        if own.len() != *expected {
            wrong.push(format!("{name}: {} records: {own:?}", own.len()));
        }
        if own.iter().any(|r| r["errorCode"].is_null()) {
            wrong.push(format!("{name}: recorded as done"));
        }
    }
    let grown = server.resident().saturating_sub(before);
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(grown < 64, "{grown} MiB more are resident");
    println!("{} malformed requests, {} records, {grown} MiB more resident", cases.len(), records.len());
    server.healthy();
}

#[test]
fn a_body_under_two_lengths_is_read_one_way_and_the_connection_ends() {
    let mut server = Server::start();
    let smuggled = "GET /smuggled HTTP/1.1\r\nhost: localhost\r\nuser-agent: smuggled\r\n\r\n";
    for headers in ["content-length: 4\r\ntransfer-encoding: chunked\r\n", "transfer-encoding: chunked\r\ncontent-length: 4\r\n"] {
        let mut stream = server.connect();
        let bytes = format!("POST / HTTP/1.1\r\nhost: localhost\r\n{JSON}{headers}\r\n0\r\n\r\n{smuggled}");
        stream.write_all(bytes.as_bytes()).unwrap();
        assert_eq!(read(&mut stream).map(|a| a.status), Some(400));
        assert!(read(&mut stream).is_none(), "nothing follows on this connection");
    }
    assert!(server.records().iter().all(|r| r["userAgent"] != "smuggled"));
    server.healthy();
}

#[test]
fn requests_in_one_stream_are_answered_in_order_and_half_closed_ones_too() {
    let mut server = Server::start();
    let one =
        server.signed("sts", "/", &[("content-type", "application/x-www-form-urlencoded")], b"Action=GetCallerIdentity&Version=2011-06-15");
    let other = request("GET /bucket HTTP/1.1", "", b"");
    let mut stream = server.connect();
    stream.write_all(&[one.clone(), other.clone(), one].concat()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    // One read may bring several answers: count them in the whole.
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let text = String::from_utf8_lossy(&all).into_owned();
    let statuses: Vec<&str> = text.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.get(..3)).collect();
    assert_eq!(statuses, ["200", "403", "200"], "{text}");
    // Expect: 100-continue is answered before the body comes, and a refusal needs no body.
    let head = format!("POST / HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n{JSON}content-length: 2\r\n\r\n");
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(read(&mut stream).map(|a| a.status), Some(100));
    stream.write_all(b"{}").unwrap();
    assert_eq!(read(&mut stream).map(|a| a.status), Some(400));
    let head = "PUT /bucket/key HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1000000000\r\n\r\n";
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).unwrap();
    let refused = read(&mut stream).expect("refused before a byte of it came");
    assert!(refused.status >= 400 && refused.head.to_ascii_lowercase().contains("\r\nconnection: close"), "{}", refused.head);
    server.healthy();
}

/// Whether the server has not ended the connection.
fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut rest = [0; 4096];
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(e) => return matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }
}

#[test]
fn slow_clients_end_and_nobody_waits_for_them() {
    let mut server = Server::start();
    let before = server.resident();
    // Headers that never end, bodies that never end, connections that say nothing: drop by drop.
    let mut slow: Vec<(TcpStream, &[u8])> = Vec::new();
    for _ in 0..40 {
        let mut head = server.connect();
        head.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n").unwrap();
        slow.push((head, b"a: b\r\n"));
        let mut body = server.connect();
        body.write_all(
            format!("POST / HTTP/1.1\r\nhost: localhost\r\nuser-agent: drip\r\n{JSON}content-length: 100000\r\n\r\n{{").as_bytes(),
        )
        .unwrap();
        slow.push((body, b" "));
        slow.push((server.connect(), b""));
    }
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(40) {
        for (stream, drop) in &mut slow {
            let _ = stream.write_all(drop);
        }
        server.serves_others();
        std::thread::sleep(Duration::from_secs(1));
    }
    let open = slow.iter_mut().map(|(stream, _)| is_open(stream)).filter(|open| *open);
    assert_eq!(open.count(), 0, "every one of them has ended");
    std::thread::sleep(Duration::from_millis(2500));
    let dripped: u64 = server
        .records()
        .iter()
        .filter(|r| r["userAgent"] == "drip" || r.pointer("/additionalEventData/count").is_some())
        .map(|r| r.pointer("/additionalEventData/count").and_then(Value::as_u64).unwrap_or(1))
        .sum();
    assert_eq!(dripped, 40, "each body that reached a request is recorded or counted");
    assert!(server.resident().saturating_sub(before) < 64);
    server.healthy();
}

#[test]
fn answers_that_nobody_reads_and_uploads_that_break_off_hold_nothing() {
    let mut server = Server::start();
    assert_eq!(server.send(&server.signed("s3", "/bucket", &[], b"")).map(|a| a.status), Some(200));
    let body = vec![7; 6 << 20];
    assert_eq!(server.send(&server.signed("s3", "/bucket/large", &[], &body)).map(|a| a.status), Some(200));
    let before = server.resident();
    // More than there are threads to read for them, each asking for 6 MiB and taking none of it.
    let mut headers = http::HeaderMap::new();
    headers.insert("host", server.address.to_string().parse().unwrap());
    let payload = PayloadHash::Hex(hex_sha256(b""));
    sign("GET", "/bucket/large", &mut headers, &server.operator, ("s3", REGION), SystemClock.now(), payload).unwrap();
    let lines: String = headers.iter().map(|(n, v)| format!("{n}: {}\r\n", v.to_str().unwrap())).collect();
    let get = format!("GET /bucket/large HTTP/1.1\r\n{lines}\r\n");
    let mut readers: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for stream in &mut readers {
        stream.write_all(get.as_bytes()).unwrap();
    }
    server.serves_others();
    // Uploads that end in the middle.
    let whole = server.signed("s3", "/bucket/broken", &[("user-agent", "broken")], &body);
    for _ in 0..10 {
        let mut stream = server.connect();
        stream.write_all(&whole[..whole.len() / 2]).unwrap();
        drop(stream);
    }
    let began = Instant::now();
    let broken = loop {
        let mut records = server.records();
        records.retain(|r| r["userAgent"] == "broken");
        if records.len() >= 10 || began.elapsed() > SOON {
            break records;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(broken.len(), 10, "one record each");
    assert!(broken.iter().all(|r| r["errorCode"] == "RequestTimeout"), "{broken:?}");
    let held = server.resident().saturating_sub(before);
    assert!(held < 256, "{held} MiB are held for 100 clients that do not read");
    std::thread::sleep(Duration::from_secs(35));
    let ended = readers.iter_mut().filter_map(|stream| {
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        (all.len() < body.len()).then_some(())
    });
    assert_eq!(ended.count(), 100, "their answers were cut off");
    server.healthy();
}

#[test]
fn a_flood_of_strangers_leaves_few_records_and_counts_all() {
    let mut server = Server::start();
    let bad = post("content-type: application/x-amz-json-1.1\r\nx-amz-target: TrentService.ListKeys\r\nuser-agent: flood\r\n", b"{}");
    let began = Instant::now();
    let sent: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut sent = 0;
                    let mut stream = server.connect();
                    while began.elapsed() < Duration::from_secs(3) && sent < 20_000 {
                        stream.write_all(&bad).unwrap();
                        let answer = read(&mut stream).expect("an answer");
                        assert_eq!(answer.status, 400);
                        assert!(answer.body.contains("AccessDenied") || answer.body.contains("ThrottlingException"), "{answer:?}");
                        sent += 1;
                    }
                    sent
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    // A valid caller of the same address is served.
    server.serves_others();
    std::thread::sleep(Duration::from_millis(2500));
    let records = server.records();
    let counted: Vec<u64> = records.iter().filter_map(|r| r.pointer("/additionalEventData/count").and_then(Value::as_u64)).collect();
    let own = records.iter().filter(|r| r["userAgent"] == "flood").count() as u64;
    println!(
        "{sent} bad calls in {:?}: {own} records of their own, {} that count {}",
        began.elapsed(),
        counted.len(),
        counted.iter().sum::<u64>()
    );
    assert_eq!(own + counted.iter().sum::<u64>(), sent, "every one is recorded or counted");
    assert!(own <= 20 * 5 && counted.len() <= 6 && sent > 500, "{own} {counted:?} {sent}");
    server.healthy();
}
