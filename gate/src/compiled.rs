use crate::{Document, Error, core::Core};
use policy::{Named, Policy, PolicyKind};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// Compiled policies by their content, never by name.
#[derive(Default)]
pub(crate) struct PolicyCache(RwLock<HashMap<PolicyKind, HashMap<String, Arc<Policy>>>>);

/// Above this the cache begins anew; a delivery's estate has a few hundred.
const MAX_CACHED: usize = 10_000;

impl PolicyCache {
    pub(crate) fn compiled(&self, kind: PolicyKind, document: &Document) -> Result<Arc<Policy>, Error> {
        if let Some(found) = self.0.read().unwrap_or_else(|e| e.into_inner()).get(&kind).and_then(|known| known.get(&document.text)) {
            return Ok(found.clone());
        }
        let parsed =
            Policy::parse(&document.text, kind).map_err(|e| Error::internal(format_args!("{} is not readable: {e}", document.name)))?;
        let policy = Arc::new(parsed);
        let mut cache = self.0.write().unwrap_or_else(|e| e.into_inner());
        let known = cache.entry(kind).or_default();
        if known.len() >= MAX_CACHED {
            known.clear();
        }
        known.insert(document.text.clone(), policy.clone());
        Ok(policy)
    }
}

/// A policy that a decision reads.
pub(crate) struct Compiled {
    pub(crate) name: String,
    pub(crate) text: String,
    policy: Arc<Policy>,
}

impl Compiled {
    pub(crate) fn named(&self) -> Named<'_> {
        Named { name: &self.name, policy: &self.policy }
    }
}

pub(crate) fn compile(core: &Core, kind: PolicyKind, document: Document) -> Result<Compiled, Error> {
    let policy = core.gate.0.policies.compiled(kind, &document)?;
    Ok(Compiled { name: document.name, text: document.text, policy })
}
