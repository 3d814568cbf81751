use super::{
    answer::GitAnswer,
    fetch,
    home::{Home, Workspace},
    push,
    route::{self, PREFIX, Program, Route},
};
use crate::{
    CodeCommit,
    state::{self, RUNTIME, Runtime},
};
use base::AccountId;
use flate2::read::GzDecoder;
use gate::{Error, Gate, Proof, RecordKind, Request, RequestContext, StepContext};
use http::{HeaderMap, header};
use serde_json::{Value, json};
use std::{
    io::{self, Read},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A request of git's.
pub struct GitRequest {
    /// The HTTP method.
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// All headers.
    pub headers: HeaderMap,
    /// How it came.
    pub context: RequestContext,
    /// Its body; nothing for GET.
    pub body: Box<dyn Read + Send>,
}

/// Serves repositories to git. Cheap to clone.
#[derive(Clone)]
pub struct GitServer {
    pub(crate) gate: Gate,
    home: Home,
    busy: Arc<AtomicUsize>,
}

/// Requests that are worked on at once: each is a process or two.
const MAX_BUSY: usize = 64;

/// One request's place among those that are worked on.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl GitServer {
    /// Serves the repositories behind `gate`. Their content is unsealed into `runtime_dir` while the server runs: a folder
    /// outside the data directory, on tmpfs if possible, for this server alone. What an earlier one left there is removed.
    ///
    /// # Errors
    /// There is no git; the folder cannot be made or is another user's; the store failed.
    pub fn new(gate: Gate, runtime_dir: PathBuf) -> io::Result<Self> {
        let at = |e: io::Error| io::Error::new(e.kind(), format!("the runtime folder of git, {}: {e}", runtime_dir.display()));
        let home = Home::found(&runtime_dir).map_err(at)?;
        super::process::printed(home.path(), &["--version"])
            .map_err(|e| io::Error::new(e.kind(), format!("git cannot be run: install git and put it in PATH ({e})")))?;
        let folder = home.path().to_str().ok_or_else(|| io::Error::other("the runtime folder's path is not UTF-8"))?.to_owned();
        let context = StepContext { account: gate.management_account(), region: gate.region().clone() };
        gate.step(&CodeCommit(()), &context, |scope| scope.put(&RUNTIME, "git", &Runtime { folder: folder.clone() }))
            .map_err(io::Error::other)?;
        let watched = home.clone();
        gate.watch_action("codecommit:DeleteRepository", move |record| {
            if record.kind == RecordKind::Done
                && let Some(id) = record.event.pointer("/responseElements/repositoryId").and_then(Value::as_str)
            {
                watched.forget(id);
            }
        });
        Ok(Self { gate, home, busy: Arc::default() })
    }

    /// Whether a path is a repository's.
    pub fn is_git(path: &str) -> bool {
        path.starts_with(PREFIX)
    }

    /// Answers a request. Blocks: for threads beside the server's own.
    pub fn handle(&self, request: GitRequest) -> GitAnswer {
        self.answer(request).unwrap_or_else(|refusal| refusal)
    }

    fn answer(&self, request: GitRequest) -> Result<GitAnswer, GitAnswer> {
        let route = route::route(&request.method, &request.target)?;
        let proof = route::proof(&request.headers, &route.repository).ok_or_else(GitAnswer::challenge)?;
        let place = self.place()?;
        let GitRequest { headers, context, body, .. } = request;
        if route.advertise {
            let workspace = self.allowed(&route, proof, context)?;
            return fetch::advertise(workspace, route.program, &headers, place).map_err(|e| GitAnswer::refused(&e));
        }
        let expected = format!("application/x-git-{}-request", route.program.name());
        if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != expected.as_str()) {
            return Err(GitAnswer::text(415, &format!("Expected the content type {expected}.")));
        }
        let body = plain(&headers, body)?;
        match route.program {
            Program::ReceivePack => push::push(self, &route, proof, context, body),
            Program::UploadPack => {
                let workspace = self.allowed(&route, proof, context)?;
                fetch::fetch(workspace, &headers, body, place).map_err(|e| GitAnswer::refused(&e))
            }
        }
    }

    fn place(&self) -> Result<Place, GitAnswer> {
        let place = Place(self.busy.clone());
        match self.busy.fetch_add(1, Ordering::Relaxed) {
            others if others < MAX_BUSY => Ok(place),
            _ => Err(GitAnswer::text(503, "Too many git requests are under way. Try again.")),
        }
    }

    /// Makes the request's call, and a workspace of what may be read.
    pub(crate) fn allowed(&self, route: &Route, proof: Proof, context: RequestContext) -> Result<Workspace, GitAnswer> {
        let refused = |e: Error| GitAnswer::refused(&e);
        let answer = self.gate.call_blocking(&call(route, proof, context, json!([]))).map_err(refused)?;
        let place = |member: &str| answer.output.get(member).and_then(Value::as_str);
        let account = place("accountId").and_then(|id| id.parse().ok());
        let (account, region) = account
            .zip(place("region").map(base::Region::new))
            .ok_or_else(|| refused(Error::internal("a call gave no account and region")))?;
        self.workspace(account, &region, &route.repository).map_err(refused)
    }

    /// The repository as it is now. The call that allows to read it was made before.
    pub(crate) fn workspace(&self, account: AccountId, region: &base::Region, name: &str) -> Result<Workspace, Error> {
        let context = StepContext { account, region: region.clone() };
        self.home.workspace(|| {
            self.gate.step(&CodeCommit(()), &context, |scope| {
                let row = state::repository(scope, name)?;
                self.home.look(scope, &row)
            })
        })
    }
}

/// The gate's call of a request of git's.
pub(crate) fn call(route: &Route, proof: Proof, context: RequestContext, references: Value) -> Request {
    let mut input = json!({"repositoryName": route.repository});
    if references.as_array().is_some_and(|list| !list.is_empty()) {
        input["references"] = references;
    }
    Request { proof, service: "codecommit".into(), operation: route.program.operation().into(), input: Ok(input), body: None, context }
}

/// The body without the compression that git gives to larger requests.
fn plain(headers: &HeaderMap, body: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>, GitAnswer> {
    match headers.get(header::CONTENT_ENCODING).map(|e| e.as_bytes()) {
        None | Some(b"identity") => Ok(body),
        Some(b"gzip" | b"x-gzip") => Ok(Box::new(GzDecoder::new(body))),
        Some(_) => Err(GitAnswer::text(415, "The content encoding is not known: expected gzip or none.")),
    }
}
