// E0308
// An effect takes a call that was allowed.
use gate::Operation;
pub fn forge(scope: &mut gate::Scope<'_, s3::S3>, input: s3::PutObjectInput) {
    let _ = s3::PutObject::execute(scope, input);
}
