// E0624
// So is a view.
pub fn forge() {
    let _ = gate::View::<'_, s3::S3>::new;
}
