//! The services that are imagined, and what is known of their resources.

use super::state::{Thing, found};
use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

/// Amazon ECS.
pub(crate) struct Ecs;

impl Service for Ecs {
    const NAME: &'static str = "ecs";
    const PRINCIPAL: &'static str = "ecs.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// What runs the tasks of Amazon ECS: a principal of its own.
pub(crate) struct EcsTasks;

impl Service for EcsTasks {
    const NAME: &'static str = "ecs-tasks";
    const PRINCIPAL: &'static str = "ecs-tasks.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// AWS CodeDeploy.
pub(crate) struct CodeDeploy;

impl Service for CodeDeploy {
    const NAME: &'static str = "codedeploy";
    const PRINCIPAL: &'static str = "codedeploy.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// AWS Lambda.
pub(crate) struct Lambda;

impl Service for Lambda {
    const NAME: &'static str = "lambda";
    const PRINCIPAL: &'static str = "lambda.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// Amazon SNS.
pub(crate) struct Sns;

impl Service for Sns {
    const NAME: &'static str = "sns";
    const PRINCIPAL: &'static str = "sns.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

/// Amazon SQS.
pub(crate) struct Sqs;

impl Service for Sqs {
    const NAME: &'static str = "sqs";
    const PRINCIPAL: &'static str = "sqs.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// AWS Step Functions.
pub(crate) struct States;

impl Service for States {
    const NAME: &'static str = "states";
    const PRINCIPAL: &'static str = "states.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// What AWS CloudTrail checks when a trail is made: it is beside the service itself.
pub(crate) struct Trails;

impl Service for Trails {
    const NAME: &'static str = "imagined-cloudtrail";
    const PRINCIPAL: &'static str = "cloudtrail.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// All other services: what they keep is kept together.
pub(crate) struct Imaginary;

impl Service for Imaginary {
    const NAME: &'static str = "imagined";
    const PRINCIPAL: &'static str = "imagined.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
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
