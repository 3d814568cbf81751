//! The world in memory: a real gate, real engines, and a clock that jumps.

use crate::{Account, imagined, refusals::Refusals};
use base::{AccountId, Clock, ManualClock, Region, Secret, SeededEntropy, Timestamp};
use codebuild::Imagine;
use durable::Engine;
use gate::{Decided, Error, Gate, GateBuilder, OperatorKey, Proof, Registration, Request, RequestContext, SignedRequest, Transport};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use wire::sigv4::{Credentials, PayloadHash, RequestParts, hex_sha256, parse_authorization, sign};

/// What a world is made of.
pub struct Setup {
    /// All services, made anew for each world.
    pub services: fn() -> Vec<Registration>,
    /// Where what builds unpack lies for a moment: a private folder.
    pub runtime_dir: PathBuf,
    /// When the rehearsal begins.
    pub now: Timestamp,
}

/// The operator's account.
pub(crate) const MANAGEMENT: &str = "000000000000";
/// The operator's key: it opens this world alone, which ends with the process.
const OPERATOR: (&str, &str) = ("AKIAREHEARSAL0000000", "rehearsal");
/// Names in requests.
const HOST: &str = "127.0.0.1:4566";
const AGENT: &str = "sekisho-rehearse";
/// The longest that anything waits for: an approval for seven days.
const PATIENCE: Duration = Duration::from_secs(8 * 24 * 3600);
/// More jumps of the clock than any delivery needs.
const MOST_JUMPS: usize = 100_000;

pub(crate) struct World {
    pub(crate) gate: Gate,
    pub(crate) refusals: Arc<Refusals>,
    clock: Arc<ManualClock>,
    engine: Engine,
    region: Region,
    administrators: BTreeMap<AccountId, Credentials>,
    decided: Arc<Mutex<Vec<Decided>>>,
}

pub(crate) fn credentials(answer: &Value) -> Option<Credentials> {
    let text = |name: &str| answer["Credentials"][name].as_str().map(str::to_owned);
    Some(Credentials {
        access_key_id: text("AccessKeyId")?,
        secret_access_key: Secret::new(text("SecretAccessKey")?),
        session_token: Some(Secret::new(text("SessionToken")?)),
    })
}

/// A policy as IAM shows it; null where it is none.
pub(crate) fn decoded(document: &str) -> Value {
    let text = percent_decode_str(document).decode_utf8().unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn access_key(answer: &Value) -> Option<Credentials> {
    let text = |name: &str| answer["AccessKey"][name].as_str().map(str::to_owned);
    let secret_access_key = Secret::new(text("SecretAccessKey")?);
    Some(Credentials { access_key_id: text("AccessKeyId")?, secret_access_key, session_token: None })
}

/// A signed request, as a client sends it.
pub(crate) fn request(
    gate: &Gate,
    caller: &Credentials,
    operation: &str,
    input: Value,
    region: &Region,
    body: Option<Vec<u8>>,
) -> Result<Request, Error> {
    let (service, name) = operation.split_once(':').unwrap_or((operation, ""));
    let unsigned = || Error::internal("a request of the rehearsal could not be signed");
    let mut headers = http::HeaderMap::new();
    headers.insert("host", http::HeaderValue::from_static(HOST));
    let hash = hex_sha256(input.to_string().as_bytes());
    let payload = PayloadHash::Hex(hash.clone());
    sign("POST", "/", &mut headers, caller, (service, region.as_str()), gate.clock().now(), payload).ok_or_else(unsigned)?;
    let parts = RequestParts { method: "POST", path_and_query: "/", headers: &headers };
    let authorization = parse_authorization(parts).ok().flatten().ok_or_else(unsigned)?;
    let proof = Proof::SigV4(Box::new(SignedRequest {
        authorization,
        method: "POST".into(),
        target: "/".into(),
        headers: headers.clone(),
        body_sha256: Some(hash),
    }));
    let context = RequestContext {
        request_id: base::uuid(&**gate.entropy()),
        source_ip: "127.0.0.1".into(),
        user_agent: AGENT.into(),
        secure_transport: true,
        region: region.clone(),
        source_arn: None,
        transport: Transport::default(),
    };
    Ok(Request { proof, service: service.into(), operation: name.into(), input: Ok(input), body, context })
}

impl World {
    pub(crate) fn new(
        setup: &Setup,
        region: &Region,
        accounts: &[Account],
        refusals: Arc<Refusals>,
        imagine: Arc<dyn Imagine>,
    ) -> Result<Self, Error> {
        let management: AccountId = MANAGEMENT.parse().map_err(Error::internal)?;
        let clock = Arc::new(ManualClock::new(setup.now));
        let noted = refusals.clone();
        let mut builder = GateBuilder::new(store::Store::memory(), store::Blobs::memory(), &[7; 32], region.clone(), management)
            .clock(clock.clone())
            .entropy(Arc::new(SeededEntropy::new(1)))
            .mender(Box::new(move |refused| noted.note(refused)))
            .map_err(Error::internal)?;
        for service in (setup.services)().into_iter().chain(imagined::services()) {
            builder = builder.register(service).map_err(Error::internal)?;
        }
        let gate = builder.build()?;
        let key = OperatorKey { id: OPERATOR.0.into(), secret: Secret::new(OPERATOR.1.into()) };
        gate.found(management, None, &key)?;
        for account in accounts {
            gate.found(account.id, Some(&account.name), &key)?;
        }
        let mut engine = Engine::new(gate.clone());
        codebuild::imagined_workflows(&mut engine, setup.runtime_dir.clone(), imagine);
        codepipeline::workflows(&mut engine);
        cloudformation::workflows(&mut engine);
        s3::workflows(&mut engine);
        kms::workflows(&mut engine);
        logs::workflows(&mut engine);
        secretsmanager::workflows(&mut engine);
        ssm::workflows(&mut engine);
        events::workflows(&mut engine);
        let decided = Arc::<Mutex<Vec<Decided>>>::default();
        let (seen, noting) = (decided.clone(), refusals.clone());
        gate.watch_decisions(move |one| {
            noting.decided(&one.operation);
            // Of a rehearsal's calls, why they are allowed is not asked.
            let reasons = if noting.is_asking() { one.reasons.clone() } else { Vec::new() };
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(Decided { reasons, ..one.clone() });
        });
        let mut world = Self { gate, refusals, clock, engine, region: region.clone(), administrators: BTreeMap::new(), decided };
        for account in accounts {
            world.enter(account.id, &key)?;
        }
        Ok(world)
    }

    /// Begins a session of the account's administrator.
    fn enter(&mut self, account: AccountId, key: &OperatorKey) -> Result<(), Error> {
        let operator = Credentials { access_key_id: key.id.clone(), secret_access_key: key.secret.clone(), session_token: None };
        let role = format!("arn:aws:iam::{account}:role/{}", gate::ADMINISTRATOR_ROLE);
        let input = json!({"RoleArn": role, "RoleSessionName": "rehearsal", "DurationSeconds": 3600});
        let answer = self.gate.call_blocking(&request(&self.gate, &operator, "sts:AssumeRole", input, &self.region, None)?)?;
        let session = credentials(&answer.output).ok_or_else(|| Error::internal("sts gave no credentials"))?;
        self.administrators.insert(account, session);
        Ok(())
    }

    /// Makes a call as the account's administrator.
    pub(crate) fn call(&mut self, account: AccountId, operation: &str, input: Value) -> Result<Value, Error> {
        self.send(account, operation, input, None)
    }

    /// The same with a body.
    pub(crate) fn send(&mut self, account: AccountId, operation: &str, input: Value, body: Option<Vec<u8>>) -> Result<Value, Error> {
        let Some(caller) = self.administrators.get(&account) else {
            return Err(Error::internal(format_args!("the account {account} is not rehearsed")));
        };
        let signed = request(&self.gate, caller, operation, input.clone(), &self.region, body.clone())?;
        match self.gate.call_blocking(&signed) {
            // The clock has jumped past the session's end.
            Err(error) if error.code == "ExpiredToken" || error.code == "ExpiredTokenException" => {
                let key = OperatorKey { id: OPERATOR.0.into(), secret: Secret::new(OPERATOR.1.into()) };
                self.enter(account, &key)?;
                let caller = self.administrators.get(&account).ok_or_else(|| Error::internal("no session"))?;
                let signed = request(&self.gate, caller, operation, input, &self.region, body)?;
                self.gate.call_blocking(&signed).map(|answer| answer.output)
            }
            answered => answered.map(|answer| answer.output),
        }
    }

    /// How many demands of the delivery's calls were decided; the rehearsal's own are not counted.
    pub(crate) fn decided(&self) -> usize {
        let own = |one: &&Decided| one.caller.contains(&format!("/{}/", gate::ADMINISTRATOR_ROLE)) && one.via.is_empty();
        let decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        decided.len() - decided.iter().filter(own).count()
    }

    /// Looks at all decisions on the delivery's calls.
    pub(crate) fn each_decided(&self, mut look: impl FnMut(&Decided)) {
        let own = |one: &&Decided| one.caller.contains(&format!("/{}/", gate::ADMINISTRATOR_ROLE)) && one.via.is_empty();
        let decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        decided.iter().filter(|one| !own(one)).for_each(&mut look);
    }

    /// Looks at the decisions behind the first so many, whoever's they are; tells how many there are.
    pub(crate) fn decided_since(&self, first: usize, mut look: impl FnMut(&Decided)) -> usize {
        let decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        decided.get(first..).unwrap_or_default().iter().for_each(&mut look);
        decided.len()
    }

    /// The accounts that are rehearsed.
    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        self.administrators.keys().copied().collect()
    }

    /// Whether a user or role is there. None: its account is not rehearsed.
    pub(crate) fn has_principal(&mut self, arn: &str) -> Option<bool> {
        let account: AccountId = arn.split(':').nth(4)?.parse().ok()?;
        self.administrators.get(&account)?;
        let (kind, path) = arn.splitn(6, ':').nth(5)?.split_once('/')?;
        let name = path.rsplit('/').next().unwrap_or(path);
        let answer = match kind {
            "role" => self.call(account, "iam:GetRole", json!({"RoleName": name})),
            "user" => self.call(account, "iam:GetUser", json!({"UserName": name})),
            _ => return None,
        };
        Some(answer.is_ok())
    }

    /// What signs as a user or role: the account's administrator lets himself in, and takes that back.
    pub(crate) fn become_principal(&mut self, arn: &str) -> Option<Credentials> {
        let account: AccountId = arn.split(':').nth(4)?.parse().ok()?;
        let (kind, path) = arn.splitn(6, ':').nth(5)?.split_once('/')?;
        let name = path.rsplit('/').next().unwrap_or(path);
        self.refusals.quiet(true);
        let credentials = match kind {
            "role" => self.become_role(account, arn, name),
            _ => self.call(account, "iam:CreateAccessKey", json!({"UserName": name})).map(|answer| access_key(&answer)),
        };
        self.refusals.quiet(false);
        credentials.ok().flatten()
    }

    fn become_role(&mut self, account: AccountId, arn: &str, name: &str) -> Result<Option<Credentials>, Error> {
        let role = self.call(account, "iam:GetRole", json!({"RoleName": name}))?;
        let trust = decoded(role["Role"]["AssumeRolePolicyDocument"].as_str().unwrap_or_default()).to_string();
        let administrator = format!("arn:aws:iam::{account}:role/{}", gate::ADMINISTRATOR_ROLE);
        let own = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": administrator}, "Action": "sts:AssumeRole"},
        ]});
        let trusting = |document: String| json!({"RoleName": name, "PolicyDocument": document});
        self.call(account, "iam:UpdateAssumeRolePolicy", trusting(own.to_string()))?;
        let session = self.call(account, "sts:AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "trail"}));
        self.call(account, "iam:UpdateAssumeRolePolicy", trusting(trust))?;
        session.map(|answer| credentials(&answer))
    }

    /// Runs the engines until `done`, or until nothing can happen any more: when nothing is due, the clock jumps to the next timer.
    /// False: it is not done, and never will be.
    pub(crate) fn run_until(&mut self, mut done: impl FnMut(&mut Self) -> Result<bool, Error>) -> Result<bool, Error> {
        let begun = self.clock.now();
        for _ in 0..MOST_JUMPS {
            let refusals = self.refusals.clone();
            // A command that failed is tried again at its time.
            let next = self.engine.run_due_telling(&|id| refusals.during(id));
            self.refusals.during("");
            if done(self)? {
                return Ok(true);
            }
            match next {
                Ok(Some(time)) if time.since(begun) <= PATIENCE => {
                    self.clock.advance(time.since(self.clock.now()).max(Duration::from_millis(1)))
                }
                Ok(_) => return Ok(false),
                Err(error) if error.status >= 500 => return Err(error),
                Err(_) => self.clock.advance(Duration::from_secs(1)),
            }
        }
        Ok(false)
    }
}
