//! Policies of repositories. They have no Resource: a statement is about the repository that it hangs on.
//! Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>

use crate::{Ecr, error::invalid};
use base::Arn;
use gate::{Error, Scope};
use policy::{Policy, PolicyKind};

/// Bytes.
const LONGEST: usize = 10_240;

fn refused(why: impl std::fmt::Display) -> Error {
    invalid("PolicyText", &format!("Invalid repository policy provided: {why}"))
}

/// Checks a repository's policy; gives it as it is kept. Unless `force`, the caller must be able to set another one.
pub(crate) fn checked(scope: &mut Scope<'_, Ecr>, repository: &Arn, document: &str, force: bool) -> Result<String, Error> {
    if document.is_empty() || document.len() > LONGEST {
        return Err(refused(format_args!("it has 1 to {LONGEST} characters")));
    }
    let parsed = Policy::parse(document, PolicyKind::Resource).map_err(refused)?;
    let statements = (0..parsed.statements()).filter_map(|index| parsed.statement(index));
    if let Some(statement) = statements.into_iter().find(|statement| statement.resources.is_some()) {
        return Err(refused(format_args!(
            "line {}, column {}: a statement of a repository policy has no Resource; it is about the repository itself",
            statement.line, statement.column
        )));
    }
    let kept = scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(principal) => refused(format_args!("it names a principal that does not exist: {principal}")),
        Err(error) => error,
    })?;
    let parsed = Policy::parse(&kept, PolicyKind::Resource).map_err(Error::internal)?;
    if !force && scope.would_deny(&parsed, "ecr:SetRepositoryPolicy", repository) {
        return Err(refused("it would keep you from setting another policy in the future; set force to do so nevertheless"));
    }
    Ok(kept)
}
