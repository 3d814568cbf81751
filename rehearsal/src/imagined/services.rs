//! The services that are imagined, and what is known of their resources.

use super::state::{Thing, found};
use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

macro_rules! services {
    ($($(#[$doc:meta])* $token:ident = $name:literal, $principal:literal, $protocol:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $token(pub(super) ());

        impl Service for $token {
            const NAME: &'static str = $name;
            const PRINCIPAL: &'static str = $principal;
            const PROTOCOL: Protocol = Protocol::$protocol;
        }
    )*};
}

services! {
    /// Amazon ECS.
    Ecs = "ecs", "ecs.amazonaws.com", Json;
    /// What runs the tasks of Amazon ECS: a principal of its own.
    EcsTasks = "ecs-tasks", "ecs-tasks.amazonaws.com", Json;
    /// AWS CodeDeploy.
    CodeDeploy = "codedeploy", "codedeploy.amazonaws.com", Json;
    /// AWS Lambda.
    Lambda = "lambda", "lambda.amazonaws.com", Json;
    /// Amazon SNS.
    Sns = "sns", "sns.amazonaws.com", Query;
    /// Amazon SQS.
    Sqs = "sqs", "sqs.amazonaws.com", Json;
    /// AWS Step Functions.
    States = "states", "states.amazonaws.com", Json;
    /// What AWS CloudTrail checks when a trail is made: it is beside the service itself.
    Trails = "imagined-cloudtrail", "cloudtrail.amazonaws.com", Json;
    /// All other services: what they keep is kept together.
    Elsewhere = "imagined", "imagined.amazonaws.com", Json;
}

/// A service whose resources are known by their ARNs.
pub(super) fn known<S: Service>() -> Registration {
    Registration::new::<S>().resources::<S>(facts::<S>)
}

fn facts<S: Service>(view: &mut View<'_, S>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(account) = arn.account() else { return Ok(None) };
    let thing: Option<Thing> = found(view, arn.as_str())?;
    Ok(thing.map(|thing| {
        let policy = thing.policy.map(|text| gate::Document { name: format!("policy of {}", arn.resource()), text });
        ResourceFacts { policy, tags: thing.tags, ..ResourceFacts::owned_by(account) }
    }))
}
