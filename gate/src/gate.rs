use crate::{
    Answer, Body, BodyReader, Caller, Decided, Error, Identity, OperationInfo, Outcome, Protocol, Record, Request, RequestContext,
    ResourceType, Service, Table,
    assumptions::Assumptions,
    authenticate::Sessions,
    compiled::PolicyCache,
    core::{Core, Frame},
    decided::DecisionWatchers,
    decoded::Decoded,
    facts::Registry,
    flood::{Admission, Floods},
    operation::DynOperation,
    organization,
    pass::Passed,
    record::{self, Opening, Written},
    seal::Sealer,
};
use base::{AccountId, Clock, Entropy, Region};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, RwLock, atomic::AtomicBool},
};

/// The door to everything. Cheap to clone.
#[derive(Clone)]
pub struct Gate(pub(crate) Arc<Inner>);

type Told = dyn Fn(&Arc<Record>) + Send + Sync;

pub(crate) struct Watcher {
    /// None: all.
    action: Option<&'static str>,
    told: Box<Told>,
}

pub(crate) struct Inner {
    pub(crate) store: store::Store,
    pub(crate) blobs: store::Blobs,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) region: Region,
    pub(crate) management_account: AccountId,
    pub(crate) options: policy::Options,
    pub(crate) policies: PolicyCache,
    pub(crate) places: organization::Cache,
    pub(crate) sealer: Sealer,
    pub(crate) signing_keys: wire::sigv4::KeyCache,
    pub(crate) sessions: Sessions,
    pub(crate) registry: Registry,
    pub(crate) resource_types: BTreeMap<&'static str, Arc<dyn ResourceType>>,
    pub(crate) unknown_resource_types: Option<crate::operation::MakesTypes>,
    pub(crate) operations: BTreeMap<&'static str, BTreeMap<&'static str, Box<dyn DynOperation>>>,
    pub(crate) services: BTreeMap<&'static str, (Protocol, &'static str)>,
    pub(crate) watchers: RwLock<Vec<Watcher>>,
    pub(crate) floods: Floods,
    pub(crate) retention_changed: AtomicBool,
    /// Where the server is reached.
    pub(crate) endpoint: OnceLock<String>,
    pub(crate) decisions: DecisionWatchers,
    pub(crate) decoded: Decoded,
    /// Of a world in memory alone.
    pub(crate) assumptions: Option<Assumptions>,
}

/// What a record says of a call that no operation answers; its names are those that were asked for.
pub(crate) const NO_OPERATION: OperationInfo = OperationInfo {
    service: "sekisho",
    principal: "sekisho",
    protocol: Protocol::Json,
    name: "UnknownOperation",
    read_only: false,
    data_event: false,
    example: || crate::Example::of(Value::Null),
    variations: Vec::new,
    recorded: |_| Value::Null,
};

/// A call that loses against others this often gives up.
const MAX_ATTEMPTS: usize = 64;

impl Gate {
    /// Whether this is the gate of a world in memory that goes on over denials: of a rehearsal.
    pub fn is_mended(&self) -> bool {
        self.0.assumptions.is_some()
    }

    /// Forgets what denials have led a rehearsal to assume: what follows is decided by the policies as they stand.
    pub fn forget_assumptions(&self) {
        if let Some(assumptions) = &self.0.assumptions {
            assumptions.forget();
        }
    }

    /// One attempt: authenticate, then the path of `pass.rs`.
    fn attempt(&self, core: &mut Core, request: &Request) -> Outcome {
        let mut context = Arc::new(request.context.clone());
        let caller = match crate::authenticate::authenticate(core, request, &mut context) {
            Ok(authenticated) => authenticated.caller,
            Err(error) => return self.refuse(core, Caller::new(Identity::Anonymous), context, request, error),
        };
        let input = match &request.input {
            Ok(input) => input.clone(),
            Err(error) => return self.refuse(core, caller, context, request, error.clone()),
        };
        let frame = Frame { caller, context, parent: None, event: None, about: None };
        let body = request.body.clone().map_or(Body::None, Body::Bytes);
        let (output, out) = self.run(core, frame, &request.service, &request.operation, input, body)?;
        let body = out.map(|out| Ok::<_, Error>((BodyReader::open(core, &out)?, out.length))).transpose()?;
        Ok(Answer { output, body, sending: core.sending.take() })
    }

    /// Records a request that was refused before an operation was reached.
    pub(crate) fn refuse<T>(
        &self,
        core: &mut Core,
        caller: Caller,
        context: Arc<RequestContext>,
        request: &Request,
        error: Error,
    ) -> Result<T, Error> {
        let frame = Frame { caller, context, parent: None, event: None, about: None };
        self.record_refusal(core, &frame, &request.service, &request.operation, &error)?;
        Err(error)
    }

    fn record_refusal(&self, core: &mut Core, frame: &Frame, service: &str, operation: &str, error: &Error) -> Result<(), Error> {
        let known = self.0.operations.get(service).and_then(|o| o.get(operation)).map(|o| o.info());
        let mut opening = Opening::new(core, frame, &known.unwrap_or(NO_OPERATION), Value::Null);
        if known.is_none() {
            opening.call_it(&clipped(service), &clipped(operation));
        }
        let record = opening.close(core.now, &[], Err(error))?;
        record::append(core, record);
        Ok(())
    }

    /// The operation of this name, for wire requests and for calls made inside by name.
    pub(crate) fn run(&self, core: &mut Core, frame: Frame, service: &str, operation: &str, input: Value, body: Body<'_>) -> Passed<Value> {
        match self.operation(service, operation) {
            Some(found) => found.run(core, frame, input, body),
            None => {
                let error = Error::not_implemented(&format!("{}:{}", clipped(service), clipped(operation)));
                self.record_refusal(core, &frame, service, operation, &error)?;
                Err(error)
            }
        }
    }

    pub(crate) fn operation(&self, service: &str, operation: &str) -> Option<&dyn DynOperation> {
        self.0.operations.get(service)?.get(operation).map(|o| &**o)
    }

    /// Runs `work` until its transaction is committed. Err: it could not be committed, so nothing happened.
    pub(crate) fn settle<T>(&self, mut work: impl FnMut(&mut Core) -> T) -> Result<T, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let (value, pending, rest) = self.offer(&mut work);
            if let Some(value) = self.conclude(value, pending.wait(), rest)? {
                return Ok(value);
            }
        }
        Err(contended())
    }

    /// As `settle`, for the server's own threads.
    pub(crate) async fn settle_async<T>(&self, mut work: impl FnMut(&mut Core) -> T) -> Result<T, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let (value, pending, rest) = self.offer(&mut work);
            if let Some(value) = self.conclude(value, pending.await, rest)? {
                return Ok(value);
            }
        }
        Err(contended())
    }

    fn offer<T>(&self, work: &mut impl FnMut(&mut Core) -> T) -> (T, store::Pending, Rest) {
        let mut core = Core::new(self);
        let value = work(&mut core);
        let Core { tx, new_files, old_files, records, decided, .. } = core;
        (value, self.0.store.commit(tx), Rest { new_files, old_files, records, decided })
    }

    fn conclude<T>(&self, value: T, committed: Result<(), store::CommitError>, rest: Rest) -> Result<Option<T>, Error> {
        let remove = |files: Vec<String>| {
            for id in files {
                // A file that stays behind is swept at the next start.
                let _ = self.0.blobs.delete(&id);
            }
        };
        match committed {
            Ok(()) => {
                remove(rest.old_files);
                self.tell(&rest.records);
                self.0.decisions.tell(&rest.decided);
                Ok(Some(value))
            }
            Err(store::CommitError::Conflict) => {
                remove(rest.new_files);
                Ok(None)
            }
            Err(e) => {
                remove(rest.new_files);
                Err(Error::internal(format_args!("the call could not be recorded, so it did not happen: {e}")).status(503))
            }
        }
    }

    /// Records are bytes: those that are watched are read, no others.
    fn tell(&self, records: &[Written]) {
        let watchers = self.0.watchers.read().unwrap_or_else(|e| e.into_inner());
        for record in records {
            let mut wanted = watchers.iter().filter(|w| w.action.is_none_or(|action| action == record.action)).peekable();
            if wanted.peek().is_none() {
                continue;
            }
            // It was written by this process just now.
            if let Ok(read) = record.read().map(Arc::new) {
                wanted.for_each(|watcher| (watcher.told)(&read));
            }
        }
    }

    /// Makes a call from the wire: authenticate → decode → demands → authorize → execute → record → commit → answer.
    pub async fn call(&self, request: &Request) -> Outcome {
        let mut admission = Admission::default();
        self.settle_async(|core| self.limited(core, request, &mut admission, |core| self.attempt(core, request))).await.unwrap_or_else(Err)
    }

    /// As `call`, blocking: for the command line and tests.
    pub fn call_blocking(&self, request: &Request) -> Outcome {
        let mut admission = Admission::default();
        self.settle(|core| self.limited(core, request, &mut admission, |core| self.attempt(core, request))).unwrap_or_else(Err)
    }

    /// Calls `watcher` with every record that is committed, in the committing thread: it must be quick.
    pub fn watch(&self, watcher: impl Fn(&Arc<Record>) + Send + Sync + 'static) {
        self.add_watcher(Watcher { action: None, told: Box::new(watcher) });
    }

    /// As `watch`, with the records of one action alone (`codecommit:DeleteRepository`): all others cost nothing.
    pub fn watch_action(&self, action: &'static str, watcher: impl Fn(&Arc<Record>) + Send + Sync + 'static) {
        self.add_watcher(Watcher { action: Some(action), told: Box::new(watcher) });
    }

    fn add_watcher(&self, watcher: Watcher) {
        self.0.watchers.write().unwrap_or_else(|e| e.into_inner()).push(watcher);
    }

    /// Calls `watcher` with every demand that is decided, when the records of its call are committed, in the committing thread:
    /// it must be quick. It sees what was decided, and can change nothing.
    pub fn watch_decisions(&self, watcher: impl Fn(&Decided) + Send + Sync + 'static) {
        self.0.decisions.add(Box::new(watcher));
    }

    /// All operations, by service and name.
    pub fn operations(&self) -> Vec<OperationInfo> {
        self.0.operations.values().flat_map(|o| o.values().map(|o| o.info())).collect()
    }
    /// A service's protocol and principal, by its prefix.
    pub fn service(&self, name: &str) -> Option<(Protocol, &'static str)> {
        self.0.services.get(name).copied()
    }
    /// Calls `changed` after a commit that wrote rows of the table: how `durable` learns of due work. The rows themselves
    /// are open to the table's own service alone.
    pub fn on_change<S: Service, V>(&self, table: &Table<S, V>, changed: impl Fn() + Send + Sync + 'static)
    where
        V: serde::Serialize + serde::de::DeserializeOwned,
    {
        self.0.store.on_commit(&table.key::<[&str; 0]>(&[]), Arc::new(changed));
    }
    /// Ends all work on the store: nothing can be called any more.
    pub fn close(&self) {
        // What cannot be recorded any more was refused and had no effect.
        let _ = self.record_counted(true);
        self.0.store.close();
    }
    /// What was committed since the start.
    pub fn commits(&self) -> store::Figures {
        self.0.store.figures()
    }
    /// The clock of all calls.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
    /// The source of random bytes.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.entropy
    }
    /// Says, once, at which URL the server of this gate is reached.
    pub fn serve_at(&self, url: String) {
        // The first word counts: URLs that were given out hold.
        let _ = self.0.endpoint.set(url);
    }
    pub(crate) fn server_url(&self) -> &str {
        self.0.endpoint.get().map_or("http://127.0.0.1:4566", String::as_str)
    }
    /// The region that is served.
    pub fn region(&self) -> &Region {
        &self.0.region
    }
    /// The account of the operator.
    pub fn management_account(&self) -> AccountId {
        self.0.management_account
    }
}

struct Rest {
    new_files: Vec<String>,
    old_files: Vec<String>,
    records: Vec<Written>,
    decided: Vec<Decided>,
}

fn contended() -> Error {
    Error::new("ConcurrentModificationException", "Too many other calls change the same resource at this moment. Try again.").status(409)
}

/// Names from outside, before they are known to be names.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
