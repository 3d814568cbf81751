// E0616
// The proof of an allow is not taken out of a call that was allowed.
pub fn forge(call: gate::Authorized<'_, s3::PutObject>) {
    let _ = &call.allowed;
}
