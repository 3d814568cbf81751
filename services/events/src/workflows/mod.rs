//! EventBridge's long work: it hears, it watches the clock, and it delivers.

pub(crate) mod delivery;
pub(crate) mod listener;
pub(crate) mod schedule;

/// The service's long work.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<delivery::Delivery>().workflow::<listener::Listener>().workflow::<schedule::Clock>();
}
