//! What a resource's new policy would mean for who writes it.

use crate::{Scope, Service, authorize::engine_principal, keys};
use base::Arn;
use policy::{Context, Named, Options, Policies, Policy, Request, Verdict};

impl<S: Service> Scope<'_, S> {
    /// Whether `policy` on `resource` would deny the caller `action`, whatever its own policies say.
    pub fn would_deny(&self, policy: &Policy, action: &str, resource: &Arn) -> bool {
        let caller = self.caller();
        let (Some(own), Some(owner)) = (caller.account(), resource.account()) else { return false };
        let mut context = Context::new();
        keys::principal(&mut context, caller, &[]);
        let name = caller.name();
        let request = Request {
            principal: engine_principal(caller, &name),
            principal_account: Some(own.as_str()),
            action,
            resource: resource.as_str(),
            resource_account: owner.as_str(),
            context: &context,
        };
        let policies = Policies { resource: Some(Named { name: "the new policy", policy }), ..Policies::default() };
        policy::decide(&request, &policies, &Options::default()).verdict == Verdict::ExplicitDeny
    }
}
