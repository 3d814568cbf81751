pub(crate) mod forget_key;
pub(crate) mod purge;
pub(crate) mod upkeep;

use durable::Engine;

/// Registers the service's long work.
pub fn workflows(engine: &mut Engine) {
    engine.workflow::<forget_key::ForgetKey>().workflow::<purge::Purge>().workflow::<upkeep::Upkeep>();
}
