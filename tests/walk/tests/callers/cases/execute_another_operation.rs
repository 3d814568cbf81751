// E0308
// The decision on one call is none on another.
use gate::{Authorized, Operation};
pub fn forge(call: &mut Authorized<'_, s3::GetObject>, input: s3::PutObjectInput) {
    let _ = s3::PutObject::execute(call, input);
}
