use crate::{
    names::{Kind, Named, check_name, check_provider},
    prefix::Prefix,
    prefix::action,
    state::{ConnectionRow, PENDING},
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Makes a connection to a git host. Nobody has connected it yet.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html>
pub struct CreateConnection<P>(PhantomData<fn() -> P>);

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateConnectionInput {
    connection_name: String,
    provider_type: Option<String>,
    host_arn: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateConnectionOutput {
    /// Its ARN.
    pub connection_arn: Arn,
    tags: Vec<Tag>,
}

impl<P: Prefix> Operation for CreateConnection<P> {
    type Service = P;
    const NAME: &'static str = "CreateConnection";
    const READ_ONLY: bool = false;
    type Input = CreateConnectionInput;
    type Output = CreateConnectionOutput;

    fn demands(input: &CreateConnectionInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        check_name(&input.connection_name, "connectionName", 32)?;
        let mut create = Demand::any(action(P::NAME, "CreateConnection")).with_tags(tags::pairs(&input.tags));
        if let Some(provider) = &input.provider_type {
            check_provider(provider)?;
            create = create.with(format!("{}:ProviderType", P::NAME), provider);
        }
        Ok(create.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateConnectionInput) -> Result<CreateConnectionOutput, Error> {
        let host = input.host_arn.as_deref().map(|text| Named::read(text, Kind::Host, "hostArn")).transpose()?;
        let (host, provider) = match (host, input.provider_type) {
            (Some(_), Some(_)) => return Err(Error::validation("Either ProviderType or HostArn is given, not both.")),
            (None, Some(provider)) => (None, provider),
            (None, None) => return Err(Error::validation("Either ProviderType or HostArn must be given.")),
            (Some(named), None) => {
                let row = named.host(call)?;
                (Some(row.arn), row.provider)
            }
        };
        let arn = call.arn(&format!("connection/{}", base::uuid(call.entropy())))?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let row = ConnectionRow {
            account: call.account()?,
            arn: arn.clone(),
            name: input.connection_name,
            provider,
            host,
            created: call.now(),
            status: PENDING.into(),
            endpoint: None,
            credential: None,
            host_keys: None,
            webhook_secret: None,
            tags: tags.clone(),
        };
        Named::read(arn.as_str(), Kind::Connection, "connectionArn")?.put_connection(call, Some(row))?;
        Ok(CreateConnectionOutput { connection_arn: arn, tags })
    }

    fn example() -> Example {
        Example::of(json!({"ConnectionName": "example", "ProviderType": "GitHub", "Tags": [{"Key": "team", "Value": "shop"}]}))
    }
}
