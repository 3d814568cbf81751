use crate::{CodeCommit, state::REPOSITORIES};
use base::Arn;
use gate::{Error, ResourceFacts, View};

/// What decisions need to know of `arn:aws:codecommit:REGION:ACCOUNT:NAME`.
pub(crate) fn facts(view: &mut View<'_, CodeCommit>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(account) = arn.account() else { return Ok(None) };
    let row = view.get(&REPOSITORIES, &[account.as_str(), arn.resource()])?;
    Ok(row
        .filter(|row| row.region.as_str() == arn.region())
        .map(|row| ResourceFacts { tags: row.tags, ..ResourceFacts::owned_by(row.account) }))
}
