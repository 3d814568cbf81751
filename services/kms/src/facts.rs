//! What the gate asks of KMS.

use crate::{Kms, grants, keys::Rows, managed, policies::default_policy, tags};
use base::Arn;
use gate::{Document, Error, ResourceFacts, View};

/// Key policy, tags and grants of a key. A key that does not exist is decided on as if it had the default policy, so that
/// only those who may look learn that it is not there.
pub(crate) fn resources(view: &mut View<'_, Kms>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(account) = arn.account() else { return Ok(None) };
    let Some(id) = arn.resource_of("key") else { return Ok(Some(ResourceFacts::owned_by(account))) };
    let document = |text| Some(Document { name: format!("key policy of {id}"), text });
    let Some(key) = view.key_row(id)?.filter(|key| key.arn == *arn) else {
        // The managed key that a service asks for is made once its use was allowed.
        let policy = match managed::service_of(arn) {
            Some(service) => managed::policy(account, arn.region(), service),
            None => default_policy(account),
        };
        let managed = managed::service_of(arn).is_some();
        return Ok(Some(ResourceFacts { policy: document(policy), beyond_resource_control: managed, ..ResourceFacts::owned_by(account) }));
    };
    Ok(Some(ResourceFacts {
        grants: grants::for_decisions(&key),
        tags: tags::pairs(&key.tags).map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        beyond_resource_control: key.managed_by.is_some(),
        policy: document(key.policy),
        ..ResourceFacts::owned_by(account)
    }))
}
