//! The world of an example: what was called before, and one who makes the call, with the rights that a test gives.

use crate::{
    cases::{Case, services},
    kinds::everything,
};
use base::Timestamp;
use gate::{BeforeBy, CalledBy, Decided};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    path::Path,
    sync::{Arc, Mutex},
};
use testworld::{Credentials, MANAGEMENT, World};
use workload::{Backend, Helper, Level};

pub const ACCOUNT: &str = "111111111111";
/// Who makes the examples' calls.
const WALKER: &str = "Walker";
/// The policy of its rights.
const RIGHTS: &str = "Rights";

/// Its sandboxes end before a build's first command, so that every build faults: examples need builds, not their work.
fn runner(folder: &Path) -> codebuild::Runner {
    let backend = Backend::Isolated { minimum: Level::RootNoUserNs };
    codebuild::Runner {
        backend,
        runtime_dir: folder.to_path_buf(),
        endpoint: None,
        ca_bundle: None,
        ceilings: Default::default(),
        egress: None,
        hosts: None,
    }
}

/// The issuer of `sts`'s example.
fn issuer(url: &str) -> Result<Vec<u8>, String> {
    let keys = format!("{}/keys", sts::example::EXAMPLE_ISSUER);
    match url.strip_prefix(sts::example::EXAMPLE_ISSUER) {
        Some("/.well-known/openid-configuration") => {
            Ok(json!({"issuer": sts::example::EXAMPLE_ISSUER, "jwks_uri": keys}).to_string().into_bytes())
        }
        Some("/keys") => Ok(sts::example::EXAMPLE_KEYS.into()),
        _ => Err(format!("{url}: there is no such place")),
    }
}

/// `"$0/Role/Arn"` becomes the member `/Role/Arn` of the first answer.
fn filled(value: &Value, answers: &[Value]) -> Value {
    match value {
        Value::String(text) => {
            let reference = text.strip_prefix('$').and_then(|rest| rest.split_once('/'));
            let found = reference.and_then(|(n, path)| answers.get(n.parse::<usize>().ok()?)?.pointer(&format!("/{path}")));
            found.cloned().unwrap_or_else(|| value.clone())
        }
        Value::Array(items) => items.iter().map(|v| filled(v, answers)).collect(),
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), filled(v, answers))).collect(),
        other => other.clone(),
    }
}

/// A world that is ready for an example's call. Two of the same operation are alike, down to the ids that are made.
pub struct Prepared {
    pub world: World,
    pub operation: String,
    pub input: Value,
    pub body: Option<Vec<u8>>,
    pub walker: Walker,
    has_rights: Cell<bool>,
    /// Who may do everything in the walker's account.
    pub admin: Credentials,
    pub decided: Arc<Mutex<Vec<Decided>>>,
    _folder: tempfile::TempDir,
}

impl Prepared {
    /// The world in which the example's call can be made; its caller has no rights yet.
    pub fn new(case: &Case) -> Result<Self, String> {
        Self::build(case, true)
    }

    /// The same without the calls before: a world in which the example's call finds nothing.
    pub fn bare(case: &Case) -> Result<Self, String> {
        Self::build(case, false)
    }

    fn build(case: &Case, ready: bool) -> Result<Self, String> {
        Self::in_world(case, ready, World::repeatable(services(), &[ACCOUNT]))
    }

    /// In a world that has the account, and nothing else.
    pub fn in_world(case: &Case, ready: bool, world: World) -> Result<Self, String> {
        let (name, example) = (case.name(), &case.example);
        let admin = match example.by {
            CalledBy::Management => world.operator().clone(),
            _ => world.administrator(ACCOUNT),
        };
        let mut engine = durable::Engine::new(world.gate.clone());
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        cloudformation::workflows(&mut engine);
        kms::workflows(&mut engine);
        s3::workflows(&mut engine);
        secretsmanager::workflows(&mut engine);
        codebuild::workflows_with(&mut engine, runner(folder.path()), Helper::at("/bin/false"));
        codepipeline::workflows(&mut engine);
        events::workflows(&mut engine);
        iam::workflows(&mut engine, std::sync::Arc::new(issuer));
        if name.starts_with("codecommit:") {
            codecommit::GitServer::new(world.gate.clone(), folder.path().join("git")).map_err(|e| e.to_string())?;
        }
        let walker = Walker::made(&world, &admin, example.by);
        let mut answers = Vec::new();
        for before in example.before.iter().filter(|_| ready) {
            let call = before.operation;
            let caller = if before.by == BeforeBy::Administrator { Some(&admin) } else { walker.credentials.as_ref() };
            if before.by == BeforeBy::Caller {
                walker.allow(&world, &admin, &[everything()]);
            }
            let request = world.request(caller, call, filled(&before.input, &answers), before.body.map(<[u8]>::to_vec));
            let answer = match (world.gate.call_blocking(&request), before.by) {
                (Ok(_), BeforeBy::Denied) => return Err(format!("before it, {call} was to be denied")),
                (Ok(answer), _) => answer.output,
                (Err(error), BeforeBy::Denied) => json!({"EncodedMessage": error.denial.and_then(|denial| denial.encoded_message)}),
                (Err(error), _) => return Err(format!("before it, {call}: {error}")),
            };
            if before.by == BeforeBy::Caller {
                walker.forbid(&world, &admin);
            }
            answers.push(answer);
            engine.run_due().map_err(|e| format!("work after {call}: {e}"))?;
        }
        let decided: Arc<Mutex<Vec<Decided>>> = Arc::default();
        let seen = decided.clone();
        world.gate.watch_decisions(move |one| seen.lock().unwrap().push(one.clone()));
        Ok(Self {
            input: filled(&example.input, &answers),
            body: example.body.map(<[u8]>::to_vec),
            operation: name,
            world,
            walker,
            has_rights: Cell::new(false),
            admin,
            decided,
            _folder: folder,
        })
    }

    /// Gives the walker these statements, and no others.
    pub fn allow(&self, statements: &[Value]) {
        match (statements.is_empty(), self.has_rights.replace(!statements.is_empty())) {
            (false, _) => self.walker.allow(&self.world, &self.admin, statements),
            (true, true) => self.walker.forbid(&self.world, &self.admin),
            (true, false) => {}
        }
    }

    /// The world's time.
    pub fn now(&self) -> Timestamp {
        base::Clock::now(&*self.world.clock)
    }
}

/// Who makes an example's call.
pub struct Walker {
    by: CalledBy,
    /// None: nobody does.
    pub credentials: Option<Credentials>,
    /// The ARN by which it is known.
    pub principal: String,
}

impl Walker {
    fn made(world: &World, admin: &Credentials, by: CalledBy) -> Self {
        let made = |call: &str, input: Value| world.call(Some(admin), call, input).unwrap_or_else(|e| panic!("{call}: {e}"));
        let account = if by == CalledBy::Management { MANAGEMENT } else { ACCOUNT };
        let (credentials, principal) = match by {
            CalledBy::Nobody => (None, "anonymous".into()),
            CalledBy::User => {
                made("iam:CreateUser", json!({"UserName": WALKER}));
                let key = made("iam:CreateAccessKey", json!({"UserName": WALKER}))["AccessKey"].clone();
                let text = |member: &str| key[member].as_str().unwrap().to_owned();
                let secret_access_key = base::Secret::new(text("SecretAccessKey"));
                let credentials = Credentials { access_key_id: text("AccessKeyId"), secret_access_key, session_token: None };
                (Some(credentials), format!("arn:aws:iam::{account}:user/{WALKER}"))
            }
            CalledBy::Role | CalledBy::Management => {
                let trust = json!({"Version": "2012-10-17",
                    "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}});
                let role = made("iam:CreateRole", json!({"RoleName": WALKER, "AssumeRolePolicyDocument": trust.to_string()}));
                let session = world.assume(admin, role["Role"]["Arn"].as_str().unwrap()).unwrap();
                (Some(session), format!("arn:aws:sts::{account}:assumed-role/{WALKER}/test"))
            }
        };
        Self { by, credentials, principal }
    }

    fn allow(&self, world: &World, admin: &Credentials, statements: &[Value]) {
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        self.change(world, admin, "Put", json!({"PolicyName": RIGHTS, "PolicyDocument": document}));
    }

    fn forbid(&self, world: &World, admin: &Credentials) {
        self.change(world, admin, "Delete", json!({"PolicyName": RIGHTS}));
    }

    fn change(&self, world: &World, admin: &Credentials, verb: &str, mut input: Value) {
        let kind = match self.by {
            CalledBy::Nobody => return,
            CalledBy::User => "User",
            CalledBy::Role | CalledBy::Management => "Role",
        };
        input[format!("{kind}Name")] = json!(WALKER);
        let call = format!("iam:{verb}{kind}Policy");
        world.call(Some(admin), &call, input.clone()).unwrap_or_else(|e| panic!("{call}: {e}: {input}"));
    }
}
