use crate::{
    Error, Gate, Mender, Registration, assumptions::Assumptions, authenticate::Sessions, compiled::PolicyCache, decided::DecisionWatchers,
    decoded::Decoded, facts::Registry, flood::Floods, gate::Inner, organization, seal::Sealer,
};
use base::{AccountId, Clock, Entropy, Region};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, RwLock, atomic::AtomicBool},
};

/// Signing keys that are kept derived: one for each access key, day, region and service.
const SIGNING_KEYS: usize = 4096;

/// Puts a gate together.
pub struct GateBuilder {
    inner: Inner,
}

impl GateBuilder {
    /// A gate over a store. `sealing_key` seals session tokens and services' secrets.
    pub fn new(store: store::Store, blobs: store::Blobs, sealing_key: &[u8; 32], region: Region, management_account: AccountId) -> Self {
        Self {
            inner: Inner {
                store,
                blobs,
                clock: Arc::new(base::SystemClock),
                entropy: Arc::new(base::SystemEntropy),
                region,
                management_account,
                options: policy::Options::default(),
                policies: PolicyCache::default(),
                places: organization::Cache::default(),
                sealer: Sealer::new(sealing_key),
                signing_keys: wire::sigv4::KeyCache::new(SIGNING_KEYS),
                sessions: Sessions::default(),
                registry: Registry::default(),
                resource_types: BTreeMap::new(),
                unknown_resource_types: None,
                operations: BTreeMap::new(),
                services: BTreeMap::new(),
                watchers: RwLock::default(),
                floods: Floods::default(),
                retention_changed: AtomicBool::new(false),
                endpoint: OnceLock::new(),
                decisions: DecisionWatchers::default(),
                decoded: Decoded::default(),
                assumptions: None,
            },
        }
    }
    /// With a key that services' secrets were sealed under before.
    pub fn older_sealing_key(mut self, key: &[u8; 32]) -> Self {
        self.inner.sealer.older(key);
        self
    }
    /// With another clock: tests, rehearsals.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.inner.clock = clock;
        self
    }
    /// With another source of random bytes: memory worlds only.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.inner.entropy = entropy;
        self
    }
    /// With a mender: what goes on over denials, in a world in memory alone.
    ///
    /// # Errors
    /// The store is on a disk: what it holds is decided by its policies, and by nothing besides.
    pub fn mender(mut self, mender: Box<Mender>) -> Result<Self, String> {
        if !self.inner.store.is_memory() {
            return Err("only a world in memory can be mended".into());
        }
        self.inner.assumptions = Some(Assumptions::new(mender));
        Ok(self)
    }
    /// With a service.
    ///
    /// # Errors
    /// Two services claim the same operation, ARNs or resource type; or one would stand for what is not there, over a store on disk.
    pub fn register(mut self, service: Registration) -> Result<Self, String> {
        let inner = &mut self.inner;
        if inner.services.insert(service.service, (service.protocol, service.principal)).is_some() {
            return Err(format!("two services are called '{}'", service.service));
        }
        let operations = inner.operations.entry(service.service).or_default();
        for operation in service.operations {
            let name = operation.info().name;
            if operations.insert(name, operation).is_some() {
                return Err(format!("{}:{name} is registered twice", service.service));
            }
        }
        for kind in service.resource_types {
            let name = kind.name();
            if inner.resource_types.insert(name, kind).is_some() {
                return Err(format!("the resource type {name} is registered twice"));
            }
        }
        if let Some(make) = service.unknown_resource_types {
            if !inner.store.is_memory() {
                return Err("only a world in memory can have resource types that are not known".into());
            }
            inner.unknown_resource_types = Some(make);
        }
        inner.registry.merge(service.registry)?;
        Ok(self)
    }
    /// The gate. Uploads that a crash cut off are closed as failed, and files that belong to no row are removed.
    ///
    /// # Errors
    /// The store failed.
    pub fn build(self) -> Result<Gate, Error> {
        let gate = Gate(Arc::new(self.inner));
        gate.sweep()?;
        Ok(gate)
    }
}
