use crate::{
    CodeConnections,
    examples::with_connected,
    names::{Kind, Named},
    prefix::{Prefix, action},
    shapes::Nothing,
    state::DELIVERIES,
    webhook::{self, Provider},
};
use base::{Secret, Timestamp};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{marker::PhantomData, time::Duration};

/// Takes a webhook of a connection's git host: pushes and pull requests go to the feed. On AWS the provider's app delivers them,
/// which no API shows; name and input are ours. Nobody needs to sign it who proves the connection's secret.
/// Source: <https://docs.aws.amazon.com/dtconsole/latest/userguide/welcome-connections.html>
pub struct ReceiveWebhook<P>(PhantomData<fn() -> P>);

/// What came.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiveWebhookInput {
    connection_arn: String,
    provider: Provider,
    /// In the provider's words.
    event: String,
    /// What a delivery that is sent again has again; the body's digest if it is not given.
    delivery: Option<String>,
    signature: Option<Secret<String>>,
    /// JSON. It is not kept.
    body: Secret<String>,
}

/// For how long a delivery is known again, and how many are of a connection.
const KNOWN: Duration = Duration::from_secs(3 * 24 * 3600);
const MOST_KNOWN: usize = 1000;

impl<P: Prefix> Operation for ReceiveWebhook<P> {
    type Service = P;
    const NAME: &'static str = "ReceiveWebhook";
    const READ_ONLY: bool = false;
    type Input = ReceiveWebhookInput;
    type Output = Nothing;

    fn demands(input: &ReceiveWebhookInput, view: &mut View<'_, P>) -> Result<Demands, Error> {
        let named = own::<P>(input)?;
        let signature = input.signature.as_ref().map_or("", |text| text.expose());
        let signed = webhook::is_signed(view, &named, input.provider, signature, input.body.expose())?;
        let right = Demand::new(action(P::NAME, "ReceiveWebhook"), named.arn);
        Ok(right.with(action(P::NAME, "WebhookSigned"), signed.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ReceiveWebhookInput) -> Result<Nothing, Error> {
        let named = own::<P>(&input)?;
        let row = named.connection(call)?;
        let body: Value = serde_json::from_str(input.body.expose())
            .map_err(|_| Error::validation("The webhook's body is no JSON: let the host send application/json."))?;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, input.body.expose().as_bytes());
        let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let delivery = input.delivery.filter(|id| !id.is_empty()).unwrap_or_else(|| digits(digest.as_ref()));
        if delivery.len() > 128 || !delivery.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::validation("The delivery's id has 128 visible characters at most."));
        }
        let scope = &mut call.beside(&CodeConnections(()));
        let [account, region, id] = named.key();
        let key = [account, region, id, delivery.as_str()];
        if scope.get(&DELIVERIES, &key)?.is_some() {
            return Ok(Nothing {});
        }
        let now = scope.now();
        let mut known: Vec<(Vec<String>, Timestamp)> = scope.scan(&DELIVERIES, &[account, region, id])?;
        known.sort_by_key(|(_, came)| *came);
        let surplus = (known.len() + 1).saturating_sub(MOST_KNOWN);
        for (at, (old, came)) in known.iter().enumerate() {
            if let Some(last) = old.last().filter(|_| at < surplus || came.plus(KNOWN) < now) {
                scope.delete(&DELIVERIES, &[account, region, id, last.as_str()]);
            }
        }
        scope.put(&DELIVERIES, &key, &now)?;
        for change in webhook::changes(input.provider, &input.event, &body) {
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
