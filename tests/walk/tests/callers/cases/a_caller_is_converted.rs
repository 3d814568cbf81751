// E0277
// Nor converted from one.
pub fn forge(identity: gate::Identity) -> gate::Caller {
    identity.into()
}
