use crate::{
    About, Actor, Body, BodyKey, BodyOut, BodyPart, BodyReader, Caller, Document, Error, Identity, IssuesSessions, Operation, ReceivedBody,
    RequestContext, RoleFacts, Service, StoredCaller, Table, Temporary,
    authorize::Allowed,
    body,
    caller::CallerInner,
    core::{Core, Frame},
    facts::{View, managed_policy},
    pass,
    table::{Bounds, RowKey},
};
use base::{AccountId, Arn, Region, Secret, revealed};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    hash::{Hash, Hasher},
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// What an effect may do: the tables of service `S`, and calls through the gate as an [`Actor`]. All that a [`View`] reads, it
/// reads too.
pub struct Scope<'a, S> {
    pub(crate) view: View<'a, S>,
    pub(crate) event: &'a str,
}

impl<'a, S> Deref for Scope<'a, S> {
    type Target = View<'a, S>;
    fn deref(&self) -> &Self::Target {
        &self.view
    }
}
impl<S> DerefMut for Scope<'_, S> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.view
    }
}

impl<'a, S: Service> Scope<'a, S> {
    pub(crate) fn new(core: &'a mut Core, frame: &'a Frame, event: &'a str) -> Self {
        Self { view: View::new(core, frame), event }
    }

    // --- the state -------------------------------------------------------------------------------------------------

    /// Writes a row.
    ///
    /// # Errors
    /// The value does not serialize.
    pub fn put<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(
        &mut self,
        table: &Table<S, V>,
        key: &K,
        value: &V,
    ) -> Result<(), Error> {
        table.seen(self.view.core, self.view.frame).put(self.view.core, key, value)
    }
    /// Deletes a row.
    pub fn delete<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(&mut self, table: &Table<S, V>, key: &K) {
        table.seen(self.view.core, self.view.frame).delete(self.view.core, key);
    }
    /// At most `limit` rows of `prefix` behind the key parts `from` (all if None), in order or in reverse.
    ///
    /// # Errors
    /// The store failed.
    pub fn page<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(
        &mut self,
        table: &Table<S, V>,
        prefix: &K,
        from: Option<&[&str]>,
        limit: usize,
        reverse: bool,
    ) -> Result<Vec<(Vec<String>, V)>, Error> {
        let rows = table.seen(self.view.core, self.view.frame);
        rows.scan(self.view.core, prefix, Bounds { from, inclusive: false, limit, reverse })
    }
    /// The tables of another part, whose token `_part` only that part can give: `durable` lies beside every service so.
    pub fn beside<T: Service>(&mut self, _part: &T) -> Scope<'_, T> {
        Scope::new(self.view.core, self.view.frame, self.event)
    }

    /// Does a part of the work that may fail by itself: its writes are dropped then, the records of its calls stay.
    ///
    /// # Errors
    /// What `part` fails with.
    pub fn attempt<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let mark = self.view.core.mark();
        let result = part(self);
        if result.is_err() {
            self.view.core.undo(mark);
        }
        result
    }

    /// Does what belongs to another region: the rows of regional tables are that region's, and the calls made inside are for it.
    pub fn in_region<T>(&mut self, region: &Region, work: impl FnOnce(&mut Scope<'_, S>) -> T) -> T {
        if region == self.region() {
            return work(self);
        }
        let frame = self.view.frame.in_region(region);
        work(&mut Scope::new(self.view.core, &frame, self.event))
    }

    /// Does a part of some long work: the calls made inside are known to be made for it.
    pub fn about<T>(&mut self, about: About, work: impl FnOnce(&mut Scope<'_, S>) -> T) -> T {
        let frame = Frame { about: Some(Arc::new(about)), ..self.view.frame.clone() };
        work(&mut Scope::new(self.view.core, &frame, self.event))
    }

    // --- the call --------------------------------------------------------------------------------------------------

    /// The id of the call's own record.
    pub fn event_id(&self) -> &str {
        self.event
    }
    /// A policy with its user and role principals turned into unique ids, as AWS keeps them.
    ///
    /// # Errors
    /// `Err(Ok(principal))`: there is no such principal; the service words its own error.
    pub fn principals_to_ids(&mut self, document: &str) -> Result<String, Result<String, Error>> {
        let mut failure = None;
        let text = policy::rewrite_principals(document, |principal| {
            let named = principal.parse::<Arn>().ok().filter(|arn| arn.service() == "iam" && arn.resource() != "root")?;
            match self.unique_id(named.as_str()) {
                Ok(Some(id)) => Some(id),
                Ok(None) => {
                    if !self.spares(principal) {
                        failure.get_or_insert(Ok(principal.to_string()));
                    }
                    None
                }
                Err(e) => {
                    failure.get_or_insert(Err(e));
                    None
                }
            }
        });
        match (failure, text) {
            (Some(failure), _) => Err(failure),
            (None, Ok(text)) => Ok(text),
            (None, Err(e)) => Err(Err(Error::new("MalformedPolicyDocument", e.to_string()))),
        }
    }

    /// The unique id of what gets an ARN. In a world that is mended, what is made again under an ARN is the same: there, something may
    /// have stood for it.
    pub fn id_for(&self, prefix: &str, arn: &Arn) -> String {
        if self.view.core.gate.0.assumptions.is_none() {
            return base::unique_id(self.entropy(), prefix);
        }
        let mut hasher = std::hash::DefaultHasher::new();
        arn.as_str().hash(&mut hasher);
        base::unique_id(&base::SeededEntropy::new(hasher.finish()), prefix)
    }

    /// A world in memory goes on over a principal that is not there.
    fn spares(&self, principal: &str) -> bool {
        let about = self.view.frame.about.as_deref();
        self.view.core.gate.0.assumptions.as_ref().is_some_and(|all| all.spares(principal, about))
    }

    /// A kept policy with its unique ids turned back into ARNs; the id of a deleted principal stays as it is, as on AWS.
    pub fn ids_to_principals(&mut self, document: &str) -> String {
        policy::rewrite_principals(document, |id| {
            let is_id = id.starts_with("AIDA") || id.starts_with("AROA");
            if is_id { self.unique_id(id).ok().flatten() } else { None }
        })
        .unwrap_or_else(|_| document.to_string())
    }

    // --- calls made inside -----------------------------------------------------------------------------------------

    /// The caller of this call, forwarded by service `S` (AWS's forward access session).
    pub fn forward(&self) -> Actor {
        Actor(self.view.frame.caller.forwarded(S::PRINCIPAL))
    }
    /// The service itself, doing the work of `account`, for the resource `source` where the service sends it.
    pub fn as_service(&self, account: AccountId, source: Option<&Arn>) -> Actor {
        let name = if S::REGIONAL { format!("{}.{}.amazonaws.com", S::NAME, self.region()) } else { S::PRINCIPAL.into() };
        Actor(Caller::new(Identity::Service { name, source_arn: source.cloned(), source_account: source.and_then(Arn::account), account }))
    }
    /// A session of the role, made by `sts:AssumeRole` as `actor`.
    ///
    /// # Errors
    /// The role's trust policy or the actor's policies do not allow it.
    pub fn assume(&mut self, actor: &Actor, role_arn: &str, session_name: &str) -> Result<Actor, Error> {
        let answer = self.invoke_named(actor, "sts:AssumeRole", json!({"RoleArn": role_arn, "RoleSessionName": session_name}))?;
        let token = answer.pointer("/Credentials/SessionToken").and_then(Value::as_str).unwrap_or_default();
        let session =
            self.view.core.gate.open_session(token).ok_or_else(|| Error::internal("sts gave a session token that is not readable"))?;
        Ok(Actor(Caller::new(session)))
    }
    /// Seals an actor for later steps: an identity, never a permission.
    ///
    /// # Errors
    /// Sealing failed.
    pub fn keep(&self, actor: &Actor) -> Result<StoredCaller, Error> {
        let plain = revealed(|| serde_json::to_vec(&*actor.0.0)).map_err(Error::internal)?;
        let gate = &self.view.core.gate.0;
        Ok(StoredCaller(hex::encode(gate.sealer.seal(&*gate.entropy, "caller", S::NAME.as_bytes(), &plain)?)))
    }
    /// The actor that was kept. Whether it still exists is decided at each of its calls.
    ///
    /// # Errors
    /// The text was not kept by this service on this server.
    pub fn resume(&self, kept: &StoredCaller) -> Result<Actor, Error> {
        let unreadable = || Error::internal("a kept caller is not readable");
        let sealed = hex::decode(&kept.0).map_err(|_| unreadable())?;
        let plain = self.view.core.gate.0.sealer.open_kept("caller", S::NAME.as_bytes(), &sealed).ok_or_else(unreadable)?;
        let inner: CallerInner = serde_json::from_slice(&plain).map_err(|_| unreadable())?;
        Ok(Actor(Caller(Arc::new(inner))))
    }

    /// What signs as an actor that is a session, for the programs that run as it: its own credentials and their token, no new ones.
    ///
    /// # Errors
    /// Sealing failed; or the actor is no session.
    pub fn credentials_of(&self, actor: &Actor) -> Result<(Temporary, Secret<String>), Error> {
        let identity = actor.0.identity();
        let temporary = identity.temporary().ok_or_else(|| Error::internal("the actor is no session"))?;
        Ok((temporary.clone(), self.view.core.gate.seal_session(identity)?))
    }

    fn inside(&self, actor: &Actor) -> Frame {
        self.inside_for(actor, None)
    }
    fn inside_for(&self, actor: &Actor, source: Option<&Arn>) -> Frame {
        let context = RequestContext {
            request_id: base::uuid(&*self.view.core.gate.0.entropy),
            source_ip: S::PRINCIPAL.into(),
            user_agent: S::PRINCIPAL.into(),
            secure_transport: true,
            region: self.view.frame.context.region.clone(),
            source_arn: source.cloned(),
            transport: crate::Transport::default(),
        };
        let parent = (!self.event.is_empty()).then(|| self.event.to_string());
        Frame { caller: actor.0.clone(), context: Arc::new(context), parent, event: None, about: self.view.frame.about.clone() }
    }
    /// Makes a call: its own caller, demands, decision and record; its effect belongs to this call.
    ///
    /// # Errors
    /// AWS's error of the call. This call may handle it: what the inner call wrote is gone, its record stays.
    pub fn invoke<Op: Operation>(&mut self, actor: &Actor, input: Op::Input) -> Result<Op::Output, Error> {
        let frame = self.inside(actor);
        pass::pass::<Op>(self.view.core, frame, input, Body::None).map(|(output, _)| output)
    }
    /// Makes a call that takes a body.
    ///
    /// # Errors
    /// As `invoke`.
    pub fn invoke_sending<Op: Operation>(&mut self, actor: &Actor, input: Op::Input, body: Body<'_>) -> Result<Op::Output, Error> {
        let frame = self.inside(actor);
        pass::pass::<Op>(self.view.core, frame, input, body).map(|(output, _)| output)
    }
    /// Makes a call whose answer has a body.
    ///
    /// # Errors
    /// As `invoke`; or the operation answered without a body.
    pub fn invoke_receiving<Op: Operation>(&mut self, actor: &Actor, input: Op::Input) -> Result<(Op::Output, BodyReader), Error> {
        let frame = self.inside(actor);
        let (output, out) = pass::pass::<Op>(self.view.core, frame, input, Body::None)?;
        let out = out.unwrap_or(BodyOut { parts: Vec::new(), start: 0, length: 0 });
        Ok((output, BodyReader::open(self.view.core, &out)?))
    }
    /// Makes a call by its name (`codebuild:StartBuild`): where the user chooses the target.
    ///
    /// # Errors
    /// As `invoke`; 501 for an operation that is not there.
    pub fn invoke_named(&mut self, actor: &Actor, operation: &str, input: Value) -> Result<Value, Error> {
        self.run_named(self.inside(actor), operation, input)
    }
    /// The same, told to be for a resource of the service: a rule that starts a pipeline. It changes no decision.
    ///
    /// # Errors
    /// As `invoke_named`.
    pub fn invoke_named_for(&mut self, actor: &Actor, source: &Arn, operation: &str, input: Value) -> Result<Value, Error> {
        self.run_named(self.inside_for(actor, Some(source)), operation, input)
    }
    fn run_named(&mut self, frame: Frame, operation: &str, input: Value) -> Result<Value, Error> {
        let gate = self.view.core.gate.clone();
        let (service, name) = operation.split_once(':').unwrap_or((operation, ""));
        gate.run(self.view.core, frame, service, name, input, Body::None).map(|(output, _)| output)
    }

    // --- bodies and secrets ----------------------------------------------------------------------------------------

    /// Seals these stretches of received bodies anew, under `key`: what a copy stores.
    ///
    /// # Errors
    /// A body is gone or was altered; or the disk failed.
    pub fn copy_body(&mut self, parts: Vec<BodyPart>, start: u64, length: u64, key: BodyKey) -> Result<ReceivedBody, Error> {
        let mut reader = BodyReader::open(self.view.core, &BodyOut { parts, start, length })?;
        body::receive(self.view.core, key, &mut reader)
    }
    /// Seals what the operation made itself, under `key`: content that is too large for a row.
    ///
    /// # Errors
    /// `content` could not be read; or the disk failed.
    pub fn make_body(&mut self, content: &mut dyn std::io::Read, key: BodyKey) -> Result<ReceivedBody, Error> {
        body::receive(self.view.core, key, content)
    }
    /// Reads stretches of received bodies, unsealed as they are read: who has a body's key may read it.
    ///
    /// # Errors
    /// A body is missing, or its key is another.
    pub fn read_body(&mut self, out: &BodyOut) -> Result<BodyReader, Error> {
        BodyReader::open(self.view.core, out)
    }
    /// Drops a received body when this call is committed.
    ///
    /// # Errors
    /// The store failed.
    pub fn delete_body(&mut self, id: &str) -> Result<(), Error> {
        body::delete(self.view.core, id)
    }
    /// Seals a secret of this service (a key's material, a data key) for storage; `aad` binds it to its place.
    ///
    /// # Errors
    /// Sealing failed.
    pub fn seal(&self, aad: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let gate = &self.view.core.gate.0;
        gate.sealer.seal(&*gate.entropy, S::NAME, aad.as_bytes(), plain)
    }
}

impl<S: IssuesSessions> Scope<'_, S> {
    /// What a session needs of its role. None: there is no such role.
    ///
    /// # Errors
    /// The store failed.
    pub fn role(&mut self, arn: &Arn) -> Result<Option<RoleFacts>, Error> {
        let gate = self.view.core.gate.clone();
        match &gate.0.registry.roles {
            Some(lookup) => lookup(self.view.core, self.view.frame, arn),
            None => Ok(None),
        }
    }
    /// Seals a session into its token, so that any node can verify it.
    ///
    /// # Errors
    /// Sealing failed; or the identity is no session.
    pub fn session_token(&self, session: &Identity) -> Result<Secret<String>, Error> {
        self.view.core.gate.seal_session(session)
    }
    /// The document of a managed policy. None: there is no such policy.
    ///
    /// # Errors
    /// The store failed.
    pub fn managed_policy(&mut self, arn: &Arn) -> Result<Option<Document>, Error> {
        managed_policy(self.view.core, self.view.frame, arn)
    }
    /// The account that a long-lived access key belongs to. None: there is no such key.
    ///
    /// # Errors
    /// The store failed.
    pub fn access_key_account(&mut self, id: &str) -> Result<Option<AccountId>, Error> {
        let gate = self.view.core.gate.clone();
        let Some(lookup) = &gate.0.registry.access_keys else { return Ok(None) };
        Ok(lookup(self.view.core, self.view.frame, id)?.and_then(|key| Caller::new(key.identity).account()))
    }
}

/// A call that was allowed: the proof is inside, and only the gate makes it.
pub struct Authorized<'a, Op: Operation> {
    scope: Scope<'a, Op::Service>,
    allowed: Allowed,
    body: Option<ReceivedBody>,
    pub(crate) answer: Option<BodyOut>,
}

impl<'a, Op: Operation> Authorized<'a, Op> {
    pub(crate) fn new(core: &'a mut Core, frame: &'a Frame, event: &'a str, allowed: Allowed) -> Self {
        Self { scope: Scope::new(core, frame, event), allowed, body: None, answer: None }
    }

    pub(crate) fn take_body(&mut self, body: Body<'_>, input: &Op::Input) -> Result<(), Error> {
        let received = match body {
            Body::None => return Ok(()),
            Body::Received(received) => {
                body::link(self.scope.view.core, &received)?;
                received
            }
            Body::Bytes(bytes) => {
                let key = Op::open(self, input)?;
                body::receive(self.scope.view.core, key, &mut bytes.as_slice())?
            }
            Body::Reader(reader) => {
                let key: BodyKey = Op::open(self, input)?;
                body::receive(self.scope.view.core, key, reader)?
            }
        };
        self.body = Some(received);
        Ok(())
    }

    pub(crate) fn frame(&self) -> &Frame {
        self.scope.view.frame
    }
    pub(crate) fn core(&mut self) -> &mut Core {
        self.scope.view.core
    }
    /// The decision on the probe `name`.
    pub fn probe(&self, name: &str) -> bool {
        self.allowed.probes.get(name).copied().unwrap_or(false)
    }
    /// The denial of the batch's item `index`, if it was denied.
    pub fn item(&self, index: usize) -> Option<&Error> {
        self.allowed.items.get(index).and_then(Option::as_ref)
    }
    /// The body that came with the call.
    pub fn body(&self) -> Option<&ReceivedBody> {
        self.body.as_ref()
    }
    /// Answers with these stretches of received bodies.
    pub fn answer_with(&mut self, parts: Vec<BodyPart>, start: u64, length: u64) {
        self.answer = Some(BodyOut { parts, start, length });
    }
}

impl<'a, Op: Operation> Deref for Authorized<'a, Op> {
    type Target = Scope<'a, Op::Service>;
    fn deref(&self) -> &Self::Target {
        &self.scope
    }
}
impl<Op: Operation> DerefMut for Authorized<'_, Op> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.scope
    }
}
