// E0277
// Accounts are founded by the service that has that privilege.
pub fn forge(registration: gate::Registration) -> gate::Registration {
    registration.founding::<s3::S3>(|_, _, _| Ok(true))
}
