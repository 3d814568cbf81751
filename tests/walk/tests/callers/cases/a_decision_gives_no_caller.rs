// E0308
// A decision that is watched is data.
pub fn forge(scope: &mut gate::Scope<'_, s3::S3>, decided: &gate::Decided) {
    let _ = scope.invoke_named(&decided.caller, "iam:ListRoles", serde_json::Value::Null);
}
