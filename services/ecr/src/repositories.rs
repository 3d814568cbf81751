//! Repositories as callers name them: by registry, which is an account, and name.

use crate::{
    Ecr,
    error::{clipped, invalid, no_repository},
    state::{REPOSITORIES, RepositoryRow},
    tags,
};
use base::{AccountId, Arn};
use gate::{Demand, Document, Error, ResourceFacts, Scope, View};

const LENGTHS: std::ops::RangeInclusive<usize> = 2..=256;

/// Words of small letters and digits, separated by `.`, `_`, `__` or dashes, in parts between slashes.
fn is_name(name: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let part = |part: &str| {
        let ends = part.bytes().next().zip(part.bytes().last()).is_some_and(|(first, last)| word(first) && word(last));
        let between = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends && between.filter(|text| !text.is_empty()).all(|text| matches!(text, "." | "_" | "__") || text.bytes().all(|b| b == b'-'))
    };
    LENGTHS.contains(&name.len()) && name.split('/').all(part)
}

/// Checks the name of a repository.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    if is_name(name) {
        return Ok(());
    }
    let pattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";
    let what = format!("must satisfy regular expression '{pattern}' and have 2 to 256 characters, not {}", clipped(name));
    Err(invalid("repositoryName", &what))
}

/// The registry that a call is about: the caller's own, where none is named.
pub(crate) fn registry(view: &View<'_, Ecr>, id: Option<&str>) -> Result<AccountId, Error> {
    match id {
        Some(id) => id.parse().map_err(|_| invalid("registryId", "must satisfy regular expression '[0-9]{12}'")),
        None => view.account(),
    }
}

/// The ARN of a repository, whether there is one or not.
pub(crate) fn arn(view: &View<'_, Ecr>, registry: AccountId, name: &str) -> Arn {
    Arn::new("ecr", view.region().as_str(), registry.as_str(), &format!("repository/{name}"))
}

/// The repository of an ARN, if there is one.
pub(crate) fn find(view: &mut View<'_, Ecr>, arn: &Arn) -> Result<Option<RepositoryRow>, Error> {
    match (arn.account(), arn.resource_of("repository")) {
        (Some(account), Some(name)) => view.get(&REPOSITORIES, &[account.as_str(), arn.region(), name]),
        _ => Ok(None),
    }
}

/// The right to an action on a repository.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html>
pub(crate) fn demand(view: &mut View<'_, Ecr>, action: &'static str, registry_id: Option<&str>, name: &str) -> Result<Demand, Error> {
    check_name(name)?;
    let registry = registry(view, registry_id)?;
    let arn = arn(view, registry, name);
    demand_on(view, action, arn)
}

/// The same for a repository's ARN, with its tags under ECR's own key.
pub(crate) fn demand_on(view: &mut View<'_, Ecr>, action: &'static str, arn: Arn) -> Result<Demand, Error> {
    let row = find(view, &arn)?;
    let demand = Demand::new(action, arn);
    let tags = row.iter().flat_map(|row| tags::pairs(&row.tags));
    Ok(tags.fold(demand, |demand, (key, value)| demand.with(format!("ecr:ResourceTag/{key}"), value)))
}

/// The ARN of a repository, as the operations on tags name it.
pub(crate) fn read_arn(text: &str) -> Result<Arn, Error> {
    let arn = text.parse::<Arn>().ok().filter(|arn| arn.service() == "ecr" && arn.account().is_some());
    arn.filter(|arn| arn.resource_of("repository").is_some()).ok_or_else(|| {
        invalid("resourceArn", &format!("Invalid ARN: a repository's is arn:aws:ecr:REGION:ACCOUNT:repository/NAME, not {}", clipped(text)))
    })
}

/// The repository of an ARN, after the call was allowed.
pub(crate) fn load_arn(view: &mut View<'_, Ecr>, arn: &Arn) -> Result<RepositoryRow, Error> {
    let account = arn.account();
    let name = arn.resource_of("repository").unwrap_or_default();
    match (find(view, arn)?, account) {
        (Some(row), _) => Ok(row),
        (None, Some(account)) => Err(no_repository(name, account)),
        (None, None) => Err(Error::internal("a repository's ARN has an account")),
    }
}

/// The repository of a name, after the call was allowed.
pub(crate) fn load(view: &mut View<'_, Ecr>, registry_id: Option<&str>, name: &str) -> Result<RepositoryRow, Error> {
    let registry = registry(view, registry_id)?;
    let arn = arn(view, registry, name);
    load_arn(view, &arn)
}

fn row_key(row: &RepositoryRow) -> [&str; 3] {
    [row.account.as_str(), row.arn.region(), &row.name]
}

/// Keeps a repository.
pub(crate) fn save(scope: &mut Scope<'_, Ecr>, row: &RepositoryRow) -> Result<(), Error> {
    scope.put(&REPOSITORIES, &row_key(row), row)
}

/// Takes a repository away.
pub(crate) fn remove(scope: &mut Scope<'_, Ecr>, row: &RepositoryRow) {
    scope.delete(&REPOSITORIES, &row_key(row));
}

/// What the gate asks of repositories.
pub(crate) fn resources(view: &mut View<'_, Ecr>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(row) = find(view, arn)? else { return Ok(arn.account().map(ResourceFacts::owned_by)) };
    Ok(Some(ResourceFacts {
        policy: row.policy.map(|text| Document { name: format!("repository policy of {}", row.name), text }),
        tags: row.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        ..ResourceFacts::owned_by(row.account)
    }))
}
