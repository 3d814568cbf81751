// E0599
// Sessions are sealed by the service that has that privilege.
pub fn forge(scope: &mut gate::Scope<'_, s3::S3>, session: &gate::Session) {
    let _ = scope.session_token(session);
}
