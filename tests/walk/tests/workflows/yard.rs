//! A world in memory with all services that have long work.

use crate::Trouble;
use base::AccountId;
use codebuild::Runner;
use durable::Engine;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use testworld::{IssuerKey, MANAGEMENT, World, key_set};
use workload::Backend;

pub const ACCOUNT: &str = "111111111111";
pub const ISSUER: &str = "https://issuer.example";
/// What passes between phases: more than any example waits for.
const LONG: Duration = Duration::from_secs(10 * 24 * 3600);
/// More steps than an example takes.
const MANY: usize = 2000;

pub struct Yard {
    pub world: World,
    trouble: Trouble,
    folder: tempfile::TempDir,
    keys: Arc<Vec<u8>>,
}

impl Yard {
    pub fn new(trouble: Trouble) -> Self {
        let store = if trouble == Trouble::Twice { store::Store::contended_memory() } else { store::Store::memory() };
        let services = vec![
            cloudformation::service(),
            codebuild::service(),
            codecommit::service(),
            codepipeline::service(),
            events::service(),
            iam::service(),
            kms::service(),
            logs::service(),
            operator::service(),
            s3::service(),
            secretsmanager::service(),
            ssm::service(),
            sts::service(),
        ];
        let world = World::over(store, store::Blobs::memory(), services, &[ACCOUNT]);
        let keys = Arc::new(key_set(&[&IssuerKey::new("1", "ES256")]));
        Self { world, trouble, folder: tempfile::tempdir().unwrap(), keys }
    }

    /// As the server has it, with builds that begin no process.
    pub fn engine(&self) -> Engine {
        let mut engine = Engine::new(self.world.gate.clone());
        let runtime_dir = self.folder.path().join("builds");
        codebuild::workflows(
            &mut engine,
            Runner {
                backend: Backend::Unconfined,
                runtime_dir,
                endpoint: None,
                ca_bundle: None,
                ceilings: Default::default(),
                egress: None,
                hosts: None,
            },
        );
        codepipeline::workflows(&mut engine);
        cloudformation::workflows(&mut engine);
        s3::workflows(&mut engine);
        kms::workflows(&mut engine);
        logs::workflows(&mut engine);
        secretsmanager::workflows(&mut engine);
        ssm::workflows(&mut engine);
        events::workflows(&mut engine);
        let keys = self.keys.clone();
        let answer = move |url: &str| match url.strip_prefix(ISSUER) {
            Some("/keys") => Ok(keys.to_vec()),
            Some(_) => Ok(json!({"issuer": ISSUER, "jwks_uri": format!("{ISSUER}/keys")}).to_string().into_bytes()),
            None => Err(format!("{url}: no route to host")),
        };
        iam::workflows(&mut engine, Arc::new(answer));
        engine
    }

    /// Runs all that is due, with the world's trouble.
    pub fn work(&self) {
        if self.trouble != Trouble::Cut {
            self.engine().run_due().unwrap();
            return;
        }
        for n in 0..MANY {
            let engine = self.engine();
            let more = if n % 2 == 0 { engine.run_next_cut() } else { engine.run_next() };
            if !more.unwrap() {
                return;
            }
        }
        panic!("the work does not end: {:?}", self.under_way());
    }

    /// Time passes, and what is due is done.
    pub fn pass(&self) {
        self.world.clock.advance(LONG);
        self.work();
    }

    pub fn call(&self, operation: &str, input: Value) -> Value {
        // A session does not outlive the phases.
        let admin = self.world.administrator(ACCOUNT);
        self.world.call(Some(&admin), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    pub fn send(&self, operation: &str, input: Value, body: &[u8]) {
        let admin = self.world.administrator(ACCOUNT);
        self.world.send(&admin, operation, input, body).unwrap_or_else(|e| panic!("{operation}: {e}"));
    }

    pub fn now(&self) -> i64 {
        base::Clock::now(&*self.world.clock).0
    }

    pub fn under_way(&self) -> Vec<String> {
        let account: AccountId = ACCOUNT.parse().unwrap();
        Engine::under_way(&self.world.gate, Some(account)).unwrap().into_iter().map(|under| under.workflow).collect()
    }

    /// What failed, was left or given up.
    pub fn troubles(&self) -> Vec<String> {
        let answer = self.world.call(Some(self.world.operator()), "operator:DescribeWork", json!({})).unwrap();
        let work = answer["Work"].as_array().unwrap().iter();
        let trouble = |one: &&Value| one["Failures"] != 0 || one["Status"] != "Running" || one["Left"].is_string();
        let commands = answer["Commands"].as_array().unwrap().iter();
        work.filter(trouble).chain(commands).map(Value::to_string).collect()
    }

    /// All calls that were recorded, but those of the test itself: how often each.
    pub fn calls(&self) -> BTreeMap<String, usize> {
        let mut calls = BTreeMap::new();
        for record in self.world.records() {
            let own =
                record.principal.ends_with("assumed-role/OrganizationAccountAccessRole/test") || record.principal.contains(MANAGEMENT);
            if own && record.event["userIdentity"]["invokedBy"].is_null() {
                continue;
            }
            let who = record.principal.rsplit_once('/').map_or(record.principal.as_str(), |(who, _)| who);
            *calls.entry(format!("{who} {} {:?}", record.action, record.kind)).or_default() += 1;
        }
        calls
    }
}
