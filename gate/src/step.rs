use crate::{
    Actor, Caller, Client, Error, Gate, Identity, RequestContext, Scope, Service,
    core::{Core, Frame},
};
use base::{AccountId, Region};
use std::sync::Arc;

/// Whose work a step does, and where.
#[derive(Debug, Clone)]
pub struct StepContext {
    /// The account whose work it is.
    pub account: AccountId,
    /// The region it is done in.
    pub region: Region,
}

impl Gate {
    /// Runs a step of work that was accepted before: one transaction over the service's own tables and the calls it makes,
    /// each of them authorized anew. Tried again on a conflict, so `work` may run several times. Blocks.
    ///
    /// # Errors
    /// What `work` fails with: its writes are dropped then, the records of its calls stay.
    pub fn step<S: Service, T>(
        &self,
        _service: &S,
        context: &StepContext,
        mut work: impl FnMut(&mut Scope<'_, S>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let frame = service_frame::<S>(self, context);
        self.settle(|core: &mut Core| {
            let mark = core.mark();
            let result = work(&mut Scope::new(core, &frame, ""));
            if result.is_err() {
                core.undo(mark);
            }
            result
        })
        .unwrap_or_else(Err)
    }

    /// Calls as `actor`, each in a transaction of its own: for a service's agents that run beside long work.
    pub fn client<S: Service>(&self, _service: &S, actor: &Actor, region: &Region) -> Client {
        Client::new(self.clone(), actor.caller().clone(), S::PRINCIPAL, region.clone())
    }
}

fn service_frame<S: Service>(gate: &Gate, context: &StepContext) -> Frame {
    let caller =
        Caller::new(Identity::Service { name: S::PRINCIPAL.into(), source_arn: None, source_account: None, account: context.account });
    let request = RequestContext {
        request_id: base::uuid(&*gate.0.entropy),
        source_ip: S::PRINCIPAL.into(),
        user_agent: S::PRINCIPAL.into(),
        secure_transport: true,
        region: context.region.clone(),
        source_arn: None,
        transport: crate::Transport::default(),
    };
    Frame { caller, context: Arc::new(request), parent: None, event: None, about: None }
}
