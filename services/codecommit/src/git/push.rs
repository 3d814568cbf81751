//! A push: git checks it in a workspace, then one call of the gate makes it the repository's, and only then does the
//! client hear of it. A server that ends in between leaves the references as they were.

use super::{
    answer::GitAnswer,
    fetch::TRANSFER,
    home::{self, Workspace, failed},
    process::{self, Running, complaint, git, scratch},
    report,
    route::Route,
    server::{GitServer, call},
};
use crate::PushedReference;
use gate::{Error, Proof, RequestContext, Upload};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Stdio,
};
use wire::git::{Push, RefUpdate, read_push};

const RESULT: &str = "application/x-git-receive-pack-result";
/// What is read of a refused push, so that the client comes to read the refusal.
const MAX_DRAINED: u64 = 256 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// What git made of a push, before it counts.
struct Checked {
    workspace: Workspace,
    /// git's own report to the client.
    report: File,
    accepted: Vec<PushedReference>,
    /// The pack; None: there is none to keep.
    pack: Option<PathBuf>,
}

/// Takes a push.
pub(crate) fn push(
    server: &GitServer,
    route: &Route,
    proof: Proof,
    context: RequestContext,
    mut body: Box<dyn Read + Send>,
) -> Result<GitAnswer, GitAnswer> {
    let (head, push) = commands(&mut body)?;
    if push.updates.is_empty() {
        // Before a long push git asks with an empty one whether its credentials are good.
        server.allowed(route, proof, context)?;
        return Ok(GitAnswer::git(RESULT.into(), io::empty()));
    }
    let moves: Vec<PushedReference> = push.updates.iter().map(moved).collect();
    let upload = match server.gate.open_upload_blocking(&call(route, proof, context, json!(moves))) {
        Ok(upload) => upload,
        Err(error) if error.is_denied() => return Ok(refuse(&push, &error, Some(body))),
        Err(error) => return Err(GitAnswer::refused(&error)),
    };
    let checked = match check(server, &upload, &route.repository, &push, head, &mut body) {
        Ok(checked) => checked,
        Err(error) => return Ok(refuse(&push, &upload.abandon_blocking(error), Some(body))),
    };
    match keep(upload, &checked) {
        Ok(()) => {}
        Err(error) if checked.accepted.is_empty() => drop(error),
        Err(error) => return Ok(refuse(&push, &error, None)),
    }
    let Checked { workspace, mut report, .. } = checked;
    report.seek(SeekFrom::Start(0)).map_err(|e| GitAnswer::refused(&failed("reading the report")(e)))?;
    drop(workspace);
    Ok(GitAnswer::git(RESULT.into(), report))
}

fn moved(update: &RefUpdate) -> PushedReference {
    PushedReference {
        name: update.name.clone(),
        commit: (!update.is_delete()).then(|| update.new.clone()),
        previous: (!update.is_create()).then(|| update.old.clone()),
    }
}

/// Tells git that nothing was done, and why.
fn refuse(push: &Push, error: &Error, rest: Option<Box<dyn Read + Send>>) -> GitAnswer {
    if let Some(rest) = rest {
        // A client that has gone away hears nothing anyway.
        let _ = io::copy(&mut rest.take(MAX_DRAINED), &mut io::sink());
    }
    match report::refusal(push, &error.message) {
        Some(report) => GitAnswer::git(RESULT.into(), Cursor::new(report)),
        None => GitAnswer::refused(error),
    }
}

/// Reads what is to be moved, and the first bytes of the pack behind it.
fn commands(body: &mut dyn Read) -> Result<(Vec<u8>, Push), GitAnswer> {
    let malformed = |why: String| GitAnswer::text(400, &why);
    let mut head = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        if let Some(push) = read_push(&head).map_err(|e| malformed(e.to_string()))? {
            return Ok((head, push));
        }
        match body.read(&mut chunk) {
            Ok(0) => return Err(malformed("The push broke off before its commands ended.".into())),
            Ok(count) => head.extend_from_slice(&chunk[..count]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(malformed(format!("The push could not be read: {e}"))),
        }
    }
}

/// Lets git take the push in a workspace.
fn check(server: &GitServer, upload: &Upload, repository: &str, push: &Push, head: Vec<u8>, body: &mut dyn Read) -> Result<Checked, Error> {
    let account = upload.caller().account().ok_or_else(|| Error::internal("an anonymous push was allowed"))?;
    let workspace = server.workspace(account, upload.region(), repository)?;
    let report = receive(workspace.path(), &mut Cursor::new(head).chain(body))?;
    let now = references(workspace.path()).map_err(failed("reading references"))?;
    let stands = |r: &PushedReference| now.get(&r.name) == r.commit.as_ref();
    // A reference that git refused to delete still stands; one that it refused to make does not.
    let accepted: Vec<PushedReference> = push.updates.iter().map(moved).filter(stands).collect();
    let pack = workspace.received().map_err(failed("looking for the pack"))?;
    Ok(Checked { workspace, report, accepted, pack })
}

/// Runs `receive-pack` over the request. Its answer is kept until the push counts.
fn receive(folder: &Path, request: &mut dyn Read) -> Result<File, Error> {
    let fail = failed("receiving a push");
    let (report, errors) = (scratch(folder).map_err(&fail)?, scratch(folder).map_err(&fail)?);
    let mut command = git(folder);
    command.args(["receive-pack", "--stateless-rpc", "."]).stdin(Stdio::piped());
    command.stdout(report.try_clone().map_err(&fail)?).stderr(errors.try_clone().map_err(&fail)?);
    let mut running = Running::start(&mut command, TRANSFER).map_err(&fail)?;
    let mut stdin = running.stdin().map_err(&fail)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = match request.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => {
                return Err(Error::new(
                    "RequestTimeout",
                    format!("The push broke off before its end: {e}. Nothing was changed; push again."),
                ));
            }
        };
        // git may stop reading early, with its reason in its report.
        if stdin.write_all(&chunk[..count]).is_err() {
            break;
        }
    }
    drop(stdin);
    match running.wait().map_err(&fail)? {
        status if status.success() => Ok(report),
        status => Err(Error::new("InvalidPackException", format!("git refused the push ({status}): {}", complaint(errors)))),
    }
}

fn references(folder: &Path) -> io::Result<HashMap<String, String>> {
    let text = process::printed(folder, &["--git-dir=.", "for-each-ref", "--format=%(objectname) %(refname)"])?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    Ok(text.lines().filter_map(|line| line.split_once(' ')).map(|(object, name)| (name.to_owned(), object.to_owned())).collect())
}

/// Makes the push count: its pack and its references are the repository's, or nothing is.
fn keep(mut upload: Upload, checked: &Checked) -> Result<(), Error> {
    if checked.accepted.is_empty() {
        return Err(
            upload.abandon_blocking(Error::new("PushRejectedException", "git refused every reference of the push and told the client why"))
        );
    }
    if let Some(pack) = &checked.pack
        && let Err(error) = send(&mut upload, pack)
    {
        return Err(upload.abandon_blocking(error));
    }
    let answer = upload.link_blocking(|input| input["references"] = json!(checked.accepted))?;
    if let (Some(pack), Some(id)) = (&checked.pack, answer.output.get("packId").and_then(Value::as_str)) {
        // The pack lies in the store; what cannot be shared now is unsealed when it is asked for.
        let _ = checked.workspace.share(pack, id);
    }
    Ok(())
}

fn send(upload: &mut Upload, pack: &Path) -> Result<(), Error> {
    let fail = failed("reading the pack");
    let mut file = home::open(pack).map_err(&fail)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(&fail)? {
            0 => return Ok(()),
            count => upload.write(&chunk[..count])?,
        }
    }
}
