use crate::{
    names::{Kind, Named, check_endpoint, check_name, check_provider},
    prefix::Prefix,
    prefix::action,
    state::{HostRow, PENDING},
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::marker::PhantomData;

/// Makes a git host of one's own known.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateHost.html>
pub struct CreateHost<P>(PhantomData<fn() -> P>);

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateHostInput {
    name: String,
    provider_type: String,
    provider_endpoint: String,
    vpc_configuration: Option<Value>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateHostOutput {
    /// Its ARN.
    pub host_arn: Arn,
    tags: Vec<Tag>,
}

impl<P: Prefix> Operation for CreateHost<P> {
    type Service = P;
    const NAME: &'static str = "CreateHost";
    const READ_ONLY: bool = false;
    type Input = CreateHostInput;
    type Output = CreateHostOutput;

    fn demands(input: &CreateHostInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        check_name(&input.name, "name", 64)?;
        check_provider(&input.provider_type)?;
        let create = Demand::any(action(P::NAME, "CreateHost"))
            .with(format!("{}:ProviderType", P::NAME), &input.provider_type)
            .with_tags(tags::pairs(&input.tags));
        Ok(create.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateHostInput) -> Result<CreateHostOutput, Error> {
        if input.vpc_configuration.is_some() {
            return Err(Error::not_implemented(&format!("{}:CreateHost with VpcConfiguration", P::NAME)));
        }
        if !["GitHubEnterpriseServer", "GitLabSelfManaged"].contains(&input.provider_type.as_str()) {
            return Err(Error::validation(format!(
                "A host is of GitHubEnterpriseServer or GitLabSelfManaged, not of {}.",
                input.provider_type
            )));
        }
        check_endpoint(&input.provider_endpoint)?;
        let arn = call.arn(&format!("host/{}-{}", input.name, &base::uuid(call.entropy())[..8]))?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let row = HostRow {
            account: call.account()?,
            arn: arn.clone(),
            name: input.name,
            provider: input.provider_type,
            endpoint: input.provider_endpoint,
            created: call.now(),
            status: PENDING.into(),
            tags: tags.clone(),
        };
        Named::read(arn.as_str(), Kind::Host, "hostArn")?.put_host(call, Some(row))?;
        Ok(CreateHostOutput { host_arn: arn, tags })
    }

    fn example() -> Example {
        let input = json!({"Name": "example", "ProviderType": "GitLabSelfManaged", "ProviderEndpoint": "https://git.example"});
        Example::of(input)
    }
}
