//! A disk that is really full: a small tmpfs in a mount namespace of this test's own. Calls that cannot be recorded do not
//! happen and say so, nothing that was answered is lost, and when the operator lowers the retention the same gate goes on.
#![allow(clippy::disallowed_methods, reason = "a test of files on a file system of its own, in a process of its own")]

use gate::{Error, Record};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use testworld::{Credentials, World};

const ACCOUNT: &str = "111111111111";
const FOLDER: &str = "SEKISHO_TEST_SMALL_DISK";
const DAYS: u64 = 30;
/// What `sekisho` sets aside.
const RESERVE: usize = 64 << 20;

/// Runs the test `name` of this file once more, with a file system of `size` that nothing outside sees, and gives the folder
/// of that file system to the inner run. None: this is the outer run, and all is done.
fn on_a_small_disk(name: &str, size: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let unshare = |command: &str| {
        let mut all = Command::new("unshare");
        all.args(["--mount", "--propagation", "private", "sh", "-c", command]).env(FOLDER, folder.path());
        all
    };
    let mount = format!("mount -t tmpfs -o size={size} small \"${FOLDER}\"");
    let probe = unshare(&mount).output();
    if !probe.as_ref().is_ok_and(|done| done.status.success()) {
        let why = probe.map_or_else(|e| e.to_string(), |done| String::from_utf8_lossy(&done.stderr).trim().to_owned());
        println!("SKIPPED: {name}: this kernel or this user may not mount a file system in a namespace of its own: {why}");
        return None;
    }
    let inner = unshare(&format!("{mount} && exec \"$0\" --exact {name} --nocapture")).arg(program).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&inner.stdout), String::from_utf8_lossy(&inner.stderr));
    assert!(inner.status.success() && out.contains("1 passed"), "{out}\n{err}");
    None
}

fn over(folder: &Path) -> World {
    let store = store::Store::open(&folder.join("data"), &store::RootKey::new([7; 32])).unwrap();
    let blobs = store::Blobs::open(&folder.join("blobs")).unwrap();
    World::over(store, blobs, vec![cloudtrail::service(), iam::service(), kms::service(), s3::service(), sts::service()], &[ACCOUNT])
}

/// All records of the account, by request id.
fn trail(world: &World, admin: &Credentials) -> Vec<Value> {
    let mut events = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut input = json!({"MaxResults": 50, "IncludeDataEvents": true});
        if !token.is_null() {
            input["NextToken"] = token;
        }
        let page = world.call(Some(admin), "cloudtrail:LookupEvents", input).unwrap();
        let shown = page["Events"].as_array().unwrap();
        events.extend(shown.iter().map(|e| serde_json::from_str::<Value>(e["CloudTrailEvent"].as_str().unwrap()).unwrap()));
        token = page["NextToken"].clone();
        if token.is_null() {
            return events;
        }
    }
}

fn put(world: &World, admin: &Credentials, name: &str, size: usize) -> Result<(), Error> {
    let mut request = world.request(Some(admin), "s3:PutObject", json!({"Bucket": "bucket", "Key": name}), Some(vec![1; size]));
    request.context.request_id = name.to_owned();
    world.gate.call_blocking(&request).map(drop)
}

/// Puts objects from four threads until each of them was refused ten times for want of space. The names that were answered.
fn fill(world: &World, admin: &Credentials, size: usize) -> Vec<String> {
    let answered = Mutex::new(Vec::new());
    let unrecorded = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (answered, unrecorded) = (&answered, &unrecorded);
            scope.spawn(move || {
                let mut refusals = 0;
                for n in 0..1_000_000 {
                    let name = format!("{thread}-{n}");
                    match put(world, admin, &name, size) {
                        Ok(()) => answered.lock().unwrap().push(name),
                        Err(e) => {
                            assert_eq!(e.status, 503, "{e}");
                            assert!(e.message.contains("full"), "{e}");
                            let told = e.message.contains("could not be recorded, so it did not happen");
                            unrecorded.fetch_add(u32::from(told), Ordering::Relaxed);
                            refusals += 1;
                            if refusals == 10 {
                                return;
                            }
                        }
                    }
                }
                panic!("the disk never filled");
            });
        }
    });
    assert!(unrecorded.into_inner() > 0);
    answered.into_inner().unwrap()
}

/// The store needs a moment to find that there is room.
fn patiently<T>(attempt: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    let began = std::time::Instant::now();
    loop {
        match attempt() {
            Err(e) if e.status == 503 && began.elapsed() < Duration::from_secs(20) => std::thread::sleep(Duration::from_millis(100)),
            done => return done,
        }
    }
}

/// A file that takes all that is left.
fn ballast(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut file = fs::File::create(&path).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    path
}

fn free(folder: &Path) -> u64 {
    let out = Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
}

#[test]
fn calls_are_refused_nothing_is_lost_and_a_lower_retention_is_the_way_out() {
    let Some(folder) = on_a_small_disk("calls_are_refused_nothing_is_lost_and_a_lower_retention_is_the_way_out", "192m") else { return };
    let reserve = folder.join("reserve");
    fs::write(&reserve, vec![1; RESERVE]).unwrap();
    let world = over(&folder);
    let mut admin = world.administrator(ACCOUNT);
    world.call(Some(&admin), "s3:CreateBucket", json!({"Bucket": "bucket"})).unwrap();
    // Old records are most of what there is: denials, which leave nothing else.
    // Names that no compression makes small.
    let entropy = base::SeededEntropy::new(1);
    for _ in 0..8000 {
        let wide: String = (0..100).map(|_| base::uuid(&entropy)).collect();
        world.call(Some(&admin), "iam:GetRole", json!({"RoleName": wide})).unwrap_err();
    }
    world.clock.advance(Duration::from_secs(DAYS * 24 * 3600));
    admin = world.administrator(ACCOUNT);
    world.records();

    let answered = fill(&world, &admin, 16 * 1024);
    println!("{} calls were answered before the disk was full", answered.len());
    let kept: Vec<Arc<Record>> = world.records();
    // Reading goes on as long as it can be recorded, and no longer.
    let read = || world.call(Some(&admin), "s3:GetObject", json!({"Bucket": "bucket", "Key": answered[0]}));
    let error = (0..100_000).find_map(|_| read().err()).expect("there is no room for a record of each");
    assert_eq!(error.status, 503, "{error}");

    // The operator: space, a lower retention, recorded; then the old records go.
    let full = free(&folder);
    fs::remove_file(&reserve).unwrap();
    let id = format!("00000000-0000-4000-8000-{ACCOUNT}");
    let lowered =
        patiently(|| world.call(Some(&admin), "cloudtrail:UpdateEventDataStore", json!({"EventDataStore": id, "RetentionPeriod": 7})));
    assert_eq!(lowered.unwrap()["RetentionPeriod"], 7);
    assert!(world.gate.retention_changed() && !world.gate.retention_changed());
    let mut removed = 0;
    loop {
        match patiently(|| world.gate.remove_expired()).unwrap() {
            0 => break,
            some => removed += some,
        }
    }
    assert!(removed >= 8000, "{removed}");
    // The store brings removals into its tree behind the commits, in its own time.
    let began = std::time::Instant::now();
    while free(&folder) <= RESERVE as u64 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_secs(1));
        world.gate.compact().unwrap();
    }
    let given_back = free(&folder) - full;
    println!("{removed} old records were removed, {given_back} bytes given back with the 64 MiB that were set aside");
    assert!(free(&folder) > RESERVE as u64, "enough to set the same aside again");
    fs::write(&reserve, vec![1; RESERVE]).unwrap();

    // The same gate goes on.
    for n in 0..50 {
        patiently(|| put(&world, &admin, &format!("after-{n}"), 100)).unwrap();
    }
    // Each answered call has its record and its effect, each refused one neither.
    let events = trail(&world, &admin);
    // A call that failed while it was read, because a commit of others failed, has its record of that.
    let done = |e: &&Value| e["eventName"] == "PutObject" && e["errorCode"].is_null();
    let recorded: Vec<&str> = events.iter().filter(done).map(|e| e["requestID"].as_str().unwrap()).collect();
    let names: HashSet<&str> = recorded.iter().copied().collect();
    assert_eq!(names.len(), recorded.len(), "one record each");
    let expected: HashSet<String> = answered.iter().cloned().chain((0..50).map(|n| format!("after-{n}"))).collect();
    let expected_names: HashSet<&str> = expected.iter().map(String::as_str).collect();
    assert_eq!(names.difference(&expected_names).collect::<Vec<_>>(), Vec::<&&str>::new(), "recorded as done, and not answered so");
    assert_eq!(expected_names.difference(&names).collect::<Vec<_>>(), Vec::<&&str>::new(), "answered, and not recorded");
    assert!(
        kept.iter()
            .filter(|r| r.action == "s3:PutObject" && r.event["errorCode"].is_null())
            .all(|r| names.contains(r.event["requestID"].as_str().unwrap()))
    );
    let mut listed = 0;
    let mut input = json!({"Bucket": "bucket"});
    loop {
        let page = world.call(Some(&admin), "s3:ListObjectsV2", input.clone()).unwrap();
        listed += page["Contents"].as_array().unwrap().iter().filter(|o| expected.contains(o["Key"].as_str().unwrap())).count();
        if page["NextContinuationToken"].is_null() {
            break;
        }
        input["ContinuationToken"] = page["NextContinuationToken"].clone();
    }
    assert_eq!(listed, expected.len());
    let (_, body) = world.receive(&admin, "s3:GetObject", json!({"Bucket": "bucket", "Key": answered[answered.len() - 1]})).unwrap();
    assert_eq!(body, vec![1; 16 * 1024]);
    assert!(events.iter().any(|e| e["eventName"] == "RemoveExpiredRecords" && e["responseElements"]["removed"].as_u64() > Some(0)));
    let oldest = events.iter().filter(|e| e["eventName"] == "GetRole" && e["errorCode"] != Value::Null).count();
    assert_eq!(oldest, 0, "what was too old is gone");

    // And a new start finds the same.
    let before = trail(&world, &admin).len();
    world.gate.close();
    drop(world);
    let world = over(&folder);
    world.clock.advance(Duration::from_secs(DAYS * 24 * 3600));
    let admin = world.administrator(ACCOUNT);
    assert!(trail(&world, &admin).len() >= before);
}

#[test]
fn an_upload_that_meets_the_full_disk_leaves_its_record_or_nothing() {
    let Some(folder) = on_a_small_disk("an_upload_that_meets_the_full_disk_leaves_its_record_or_nothing", "48m") else { return };
    let world = over(&folder);
    let admin = world.administrator(ACCOUNT);
    world.call(Some(&admin), "s3:CreateBucket", json!({"Bucket": "bucket"})).unwrap();
    world.records();
    let request = world.request(Some(&admin), "s3:PutObject", json!({"Bucket": "bucket", "Key": "large"}), None);

    // The body does not fit, its record does.
    let mut upload = world.gate.open_upload_blocking(&request).unwrap();
    let piece = vec![2; 1 << 20];
    let error = (0..64).find_map(|_| upload.write(&piece).err()).expect("48 MiB do not hold 64");
    assert!(error.status == 503 && error.message.contains("full"), "{error}");
    let told = upload.abandon_blocking(error);
    assert_eq!(told.status, 503, "{told}");
    let records = world.records();
    assert_eq!(records.iter().filter(|r| r.action == "s3:PutObject").count(), 1, "its record");
    assert_eq!(records[0].event["errorCode"], json!(told.code));
    world.call(Some(&admin), "s3:GetObject", json!({"Bucket": "bucket", "Key": "large"})).unwrap_err();
    assert!(free(&folder) > 20 << 20, "what was written of it is gone");

    // Nothing fits: it is refused before it begins, and leaves nothing.
    let ballast = ballast(&folder);
    let refused = loop {
        // What is left within the store's own files is used up first.
        if let Err(e) = put(&world, &admin, "small", 60_000) {
            break e;
        }
    };
    assert_eq!(refused.status, 503, "{refused}");
    let mut opened = Vec::new();
    let refused = loop {
        match world.gate.open_upload_blocking(&request) {
            Ok(upload) => opened.push(upload),
            Err(e) => break e,
        }
    };
    assert!(refused.status == 503 && refused.message.contains("full"), "{refused}");
    fs::remove_file(ballast).unwrap();
    for upload in opened {
        upload.abandon_blocking(Error::validation("the test gave it up"));
    }
    world.records();
    put(&world, &admin, "after", 10).unwrap();
    assert_eq!(world.records().len(), 1);
}
