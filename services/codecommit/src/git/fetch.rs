use super::{
    answer::GitAnswer,
    home::{Workspace, failed},
    process::{Running, git, scratch},
    report::{FLUSH, packet},
    route::Program,
    server::Place,
};
use gate::Error;
use http::HeaderMap;
use std::{
    io::{self, Cursor, Read, Seek, SeekFrom},
    process::{ChildStdout, Stdio},
    time::Duration,
};

/// What a client may ask in one request: its wants and haves.
const MAX_REQUEST: u64 = 32 * 1024 * 1024;
/// How long a transfer may take.
pub(crate) const TRANSFER: Duration = Duration::from_secs(3600);

/// What git prints, as it prints it. Dropped early, git is stopped.
struct Output {
    head: Cursor<Vec<u8>>,
    stdout: ChildStdout,
    running: Running,
    printed: bool,
    _workspace: Workspace,
    _place: Place,
}

impl Read for Output {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut count = self.head.read(out)?;
        if count == 0 && !out.is_empty() {
            count = self.stdout.read(out)?;
            self.printed |= count > 0;
            // git tells its own failures in its protocol; only one that said nothing is ours to tell.
            if count == 0 && !self.running.wait()?.success() && !self.printed {
                return Err(io::Error::other("git ended with an error"));
            }
        }
        Ok(count)
    }
}

/// The version of git's protocol that the client asks for, if it is written as git writes it.
fn protocol(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get("git-protocol")?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"=:.-_".contains(&b);
    (text.len() <= 200 && text.bytes().all(plain)).then_some(text)
}

/// The list of references (or, in version 2, of what the server can do).
pub(crate) fn advertise(workspace: Workspace, program: Program, headers: &HeaderMap, place: Place) -> Result<GitAnswer, Error> {
    let mut command = git(workspace.path());
    command.args([program.name(), "--stateless-rpc", "--advertise-refs", "."]).stdout(Stdio::piped());
    // Pushing has no version 2.
    let protocol = protocol(headers).filter(|_| program == Program::UploadPack);
    let second = protocol.is_some_and(|p| p.split(':').any(|part| part == "version=2"));
    let mut head = Vec::new();
    if !second {
        head = packet(format!("# service=git-{}\n", program.name()).as_bytes());
        head.extend_from_slice(FLUSH);
    }
    if let Some(protocol) = protocol {
        command.env("GIT_PROTOCOL", protocol);
    }
    let kind = format!("application/x-git-{}-advertisement", program.name());
    run(workspace, &mut command, head, place).map(|output| GitAnswer::git(kind, output)).map_err(failed("listing references"))
}

/// A round of a fetch: what the client wants and has, and the pack that it lacks.
pub(crate) fn fetch(workspace: Workspace, headers: &HeaderMap, body: Box<dyn Read + Send>, place: Place) -> Result<GitAnswer, Error> {
    let broken = |e: io::Error| Error::validation(format!("The request could not be read: {e}"));
    let mut input = scratch(workspace.path()).map_err(failed("making a file"))?;
    if io::copy(&mut body.take(MAX_REQUEST + 1), &mut input).map_err(broken)? > MAX_REQUEST {
        return Err(Error::validation(format!("The request is longer than {MAX_REQUEST} bytes")).status(413));
    }
    input.seek(SeekFrom::Start(0)).map_err(failed("reading a file"))?;
    let mut command = git(workspace.path());
    command.args(["upload-pack", "--stateless-rpc", "."]).stdin(input).stdout(Stdio::piped());
    if let Some(protocol) = protocol(headers) {
        command.env("GIT_PROTOCOL", protocol);
    }
    let kind = "application/x-git-upload-pack-result".into();
    run(workspace, &mut command, Vec::new(), place).map(|output| GitAnswer::git(kind, output)).map_err(failed("sending a pack"))
}

fn run(workspace: Workspace, command: &mut std::process::Command, head: Vec<u8>, place: Place) -> io::Result<Output> {
    let mut running = Running::start(command, TRANSFER)?;
    let stdout = running.stdout()?;
    Ok(Output { head: Cursor::new(head), stdout, running, printed: false, _workspace: workspace, _place: place })
}
