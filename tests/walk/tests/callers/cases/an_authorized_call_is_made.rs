// E0624
// Nor made by the gate's own function.
pub fn forge() {
    let _ = gate::Authorized::<'_, s3::PutObject>::new;
}
