// E0308
// A caller that is known is none that acts.
pub fn forge(scope: &mut gate::Scope<'_, s3::S3>, caller: &gate::Caller) {
    let _ = scope.invoke_named(caller, "iam:ListRoles", serde_json::Value::Null);
}
