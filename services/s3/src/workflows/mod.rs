pub(crate) mod lifecycle;

/// Registers the service's long work.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<lifecycle::Lifecycle>();
}
