use crate::{
    CodeConnections,
    examples::with_connected,
    names::{Kind, Named},
    prefix::{Prefix, action},
    shapes::Nothing,
    state::DELIVERIES,
    webhook,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;
use wire::webhook::Delivery;

/// Takes a webhook of a connection's git host: pushes and pull requests go to the feed. On AWS the provider's app delivers them,
/// which no API shows; name and input are ours. Nobody needs to sign it who proves the connection's secret.
/// Source: <https://docs.aws.amazon.com/dtconsole/latest/userguide/welcome-connections.html>
pub struct ReceiveWebhook<P>(PhantomData<fn() -> P>);

/// What came.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiveWebhookInput {
    connection_arn: String,
    #[serde(flatten)]
    delivery: Delivery,
}

impl<P: Prefix> Operation for ReceiveWebhook<P> {
    type Service = P;
    const NAME: &'static str = "ReceiveWebhook";
    const READ_ONLY: bool = false;
    type Input = ReceiveWebhookInput;
    type Output = Nothing;

    fn demands(input: &ReceiveWebhookInput, view: &mut View<'_, P>) -> Result<Demands, Error> {
        let named = own::<P>(input)?;
        let signed = webhook::is_signed(view, &named, &input.delivery)?;
        let right = Demand::new(action(P::NAME, "ReceiveWebhook"), named.arn);
        Ok(right.with(action(P::NAME, "WebhookSigned"), signed.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ReceiveWebhookInput) -> Result<Nothing, Error> {
        let named = own::<P>(&input)?;
        let row = named.connection(call)?;
        let changes = input.delivery.changes().map_err(Error::validation)?;
        let id = input.delivery.id().map_err(Error::validation)?;
        let scope = &mut call.beside(&CodeConnections(()));
        if !durable::is_first(scope, &DELIVERIES, named.key(), &id)? {
            return Ok(Nothing {});
        }
        for change in changes {
            let mut told = serde_json::to_value(&change).map_err(Error::internal)?;
            told["connection"] = json!(named.arn);
            told["provider"] = json!(row.provider);
            durable::publish(scope, &format!("webhook/{}", named.arn), told)?;
        }
        Ok(Nothing {})
    }

    fn example() -> Example {
        let body = json!({"ref": "refs/heads/main", "after": "1".repeat(40), "repository": {"full_name": "shop/site"}});
        with_connected::<P>(json!({
            "ConnectionArn": "$0/ConnectionArn", "Provider": "GitHub", "Event": "push", "Delivery": "one", "Body": body.to_string(),
        }))
    }
}

/// The connection, which is one of this name of the service.
fn own<P: Prefix>(input: &ReceiveWebhookInput) -> Result<Named, Error> {
    let named = Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?;
    let own = named.arn.service() == P::NAME;
    if own { Ok(named) } else { Err(Error::validation(format!("A webhook of {} comes under the name that its ARN has.", named.arn))) }
}
