// E0624
// Nor made by the gate's own function.
pub fn forge(identity: gate::Identity) -> gate::Caller {
    gate::Caller::new(identity)
}
