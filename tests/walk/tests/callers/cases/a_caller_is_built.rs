// E0603
// A caller is not built from an identity.
pub fn forge(identity: gate::Identity) -> gate::Caller {
    gate::Caller(panic!("{}", matches!(identity, gate::Identity::Anonymous)))
}
