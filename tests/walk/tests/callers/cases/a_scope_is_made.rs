// E0624
// A scope is given by the gate.
pub fn forge() {
    let _ = gate::Scope::<'_, s3::S3>::new;
}
