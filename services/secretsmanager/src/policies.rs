//! Resource policies of secrets.
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html>

use crate::Secretsmanager;
use gate::{Error, Scope};
use policy::{Policy, PolicyKind};

/// Characters.
const LONGEST: usize = 20_480;

fn malformed(message: impl std::fmt::Display) -> Error {
    Error::new("MalformedPolicyDocumentException", format!("This resource policy contains a syntax error. {message}"))
}

/// Checks a policy; gives it as it is kept.
pub(crate) fn checked(scope: &mut Scope<'_, Secretsmanager>, document: &str, block_public: bool) -> Result<String, Error> {
    if document.is_empty() || document.len() > LONGEST {
        return Err(malformed(format_args!("It has 1 to {LONGEST} characters.")));
    }
    let parsed = Policy::parse(document, PolicyKind::Resource).map_err(malformed)?;
    if block_public && parsed.is_public() {
        return Err(Error::new(
            "PublicPolicyException",
            "You can't attach a resource policy that allows broad access to the secret: BlockPublicPolicy is set.",
        ));
    }
    scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(principal) => malformed(format_args!("It names a principal that does not exist: {principal}")),
        Err(error) => error,
    })
}
