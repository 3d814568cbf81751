// E0599
// The trail is read by the service that has that privilege.
pub fn forge(scope: &mut gate::Scope<'_, s3::S3>, account: gate::Record) {
    let _ = scope.trail(account.account, None, 10);
}
