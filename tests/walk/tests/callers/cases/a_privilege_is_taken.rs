// E0117
// A privilege is not given to another crate's service.
impl gate::ReadsTrail for s3::S3 {}
