// E0308
// A scope opens its own service's tables.
use gate::Table;
static ROLES: Table<iam::Iam, String> = Table::new("roles");
pub fn forge(scope: &mut gate::Scope<'_, s3::S3>) {
    let _ = scope.get(&ROLES, "Administrator");
}
