//! Attempts at getting out, one a row: each succeeds outside and is refused inside, as root and as a normal user.
//! `cargo test -p workload --test escapes -- --nocapture` prints the table.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "starts processes and opens sockets to see what sandboxes do to them")]

mod rows;
mod stage;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rows::{Outside, ROWS};
use serde::{Deserialize, Serialize};
use stage::{Programs, Stage};

const NOBODY: u32 = 65_534;
/// Where a run as another user writes what it found.
const ANSWER: &str = "ESCAPES_ANSWER";
const AS_A_USER: &str = "rows_of_this_user";

/// What became of one row.
#[derive(Serialize, Deserialize)]
struct Found {
    outside: (bool, String),
    inside: (bool, String),
    /// What it was after is untouched.
    intact: bool,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    level: String,
    rows: Vec<Found>,
    own_credentials: String,
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn try_all(programs: &Programs) -> Answer {
    let mut stage = Stage::set(programs);
    let rows = ROWS.iter().map(|row| {
        let outside = stage.outside(programs, row.attempt, row.argument);
        let inside = stage.inside(programs, row.attempt, row.argument);
        Found { outside, inside, intact: stage.intact() }
    });
    let rows = rows.collect();
    Answer { level: stage.level().to_string(), rows, own_credentials: stage.own_credentials(programs) }
}

/// What is wrong with what became of the rows.
fn wrong(answer: &Answer, root: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (row, found) in ROWS.iter().zip(&answer.rows) {
        let expected = row.outside == Outside::Done || (row.outside == Outside::DoneAsRoot && root);
        if expected && !found.outside.0 {
            wrong.push(format!("{}: does not succeed outside, so a refusal says nothing: {}", row.what, found.outside.1));
        }
        if found.inside.0 {
            wrong.push(format!("{}: succeeds inside: {}", row.what, found.inside.1));
        }
        if !found.intact {
            wrong.push(format!("{}: something outside has gone", row.what));
        }
    }
    if answer.own_credentials != "done keys" {
        wrong.push(format!("a build does not reach its own credentials: {}", answer.own_credentials));
    }
    wrong
}

fn print(root: Option<&Answer>, user: Option<&Answer>) {
    let cell = |answer: Option<&Answer>, at: usize| {
        answer.map_or("-".to_owned(), |a| if a.rows[at].inside.0 { "DONE".into() } else { format!("refused ({})", a.rows[at].inside.1) })
    };
    println!("| attempt | outside | inside, as root: {} | inside, as a user: {} |", level(root), level(user));
    println!("|---|---|---|---|");
    for (at, row) in ROWS.iter().enumerate() {
        let outside = match row.outside {
            Outside::Done => "done".to_owned(),
            Outside::DoneAsRoot => "done, as root".to_owned(),
            Outside::Not(why) => format!("not tried to the end: {why}"),
        };
        println!("| {}: {} | {outside} | {} | {} |", row.about, row.what, cell(root, at), cell(user, at));
    }
}

fn level(answer: Option<&Answer>) -> &str {
    answer.map_or("not run", |answer| &answer.level)
}

#[test]
fn every_attempt_succeeds_outside_and_is_refused_inside() {
    let programs = Programs::built();
    if workload::probe_with(&programs.helper()).level < workload::Level::RootNoUserNs {
        println!("skipped: this kernel refuses namespaces");
        return;
    }
    let own = try_all(&programs);
    let user = is_root().then(|| as_a_user(&programs));
    let (root, user) = if is_root() { (Some(&own), user.as_ref()) } else { (None, Some(&own)) };
    print(root, user);
    let mut findings = root.map(|answer| wrong(answer, true)).unwrap_or_default();
    findings.extend(user.map(|answer| wrong(answer, false)).unwrap_or_default());
    assert!(findings.is_empty(), "{findings:#?}");
}

/// Runs the rows in a process of another user, with copies of the programs where it can reach them.
fn as_a_user(programs: &Programs) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(std::env::current_exe().unwrap(), at("test")).unwrap();
    fs::copy(&programs.sandbox, at("sandbox")).unwrap();
    fs::copy(&programs.attempts, at("attempts")).unwrap();
    fs::create_dir(at("tmp")).unwrap();
    chown(at("tmp"), Some(NOBODY), Some(NOBODY)).unwrap();
    let output = Command::new(at("test"))
        .args(["--ignored", "--exact", AS_A_USER, "--nocapture"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("TMPDIR", at("tmp"))
        .env(ANSWER, folder.path())
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let answer = fs::read(at("tmp/answer")).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_slice(&answer).unwrap()
}

#[test]
#[ignore = "the other test runs it, as another user"]
fn rows_of_this_user() {
    let Ok(folder) = std::env::var(ANSWER) else { return };
    let folder = Path::new(&folder);
    let programs = Programs { sandbox: folder.join("sandbox"), attempts: folder.join("attempts") };
    fs::write(folder.join("tmp/answer"), serde_json::to_vec(&try_all(&programs)).unwrap()).unwrap();
}
