//! Webhooks of connections. A webhook brings no AWS signature: who knows the connection's secret may deliver. The connection's own
//! policy allows that, and the gate decides by it.

use crate::{
    names::Named,
    prefix::{Prefix, Under, under},
};
use base::{Blob, Secret};
use gate::{Document, Error, Scope, View};
use wire::webhook::Delivery;

/// Whoever proves the secret may deliver.
pub(crate) fn policy(service: &str) -> Document {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"{service}:ReceiveWebhook","Resource":"*","Condition":{{"StringEquals":{{"{service}:WebhookSigned":"true"}}}}}}}}"#
    );
    Document { name: "policy of the connection's webhook".into(), text }
}

/// What binds a sealed secret to its connection.
fn place(named: &Named) -> String {
    format!("webhook of {}", named.arn)
}

struct Seal<'a>(&'a Named, &'a Secret<String>);
impl Under<Result<Vec<u8>, Error>> for Seal<'_> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> Result<Vec<u8>, Error> {
        scope.seal(&place(self.0), self.1.expose().as_bytes())
    }
}

/// Seals the secret of a connection's webhook.
pub(crate) fn seal<P: Prefix>(scope: &mut Scope<'_, P>, named: &Named, secret: &Secret<String>) -> Result<Blob, Error> {
    wire::webhook::check_secret(secret.expose()).map_err(Error::validation)?;
    under(scope, named.arn.service(), Seal(named, secret)).map(Blob)
}

/// Whether the body is signed with the connection's secret. One that has none takes no webhooks.
pub(crate) fn is_signed<P: Prefix>(view: &mut View<'_, P>, named: &Named, delivery: &Delivery) -> Result<bool, Error> {
    let row = view.get(P::connections(), &named.key())?;
    let sealed = row.and_then(|row| row.webhook_secret);
    let secret = sealed.and_then(|sealed| view.unseal(&place(named), &sealed.0));
    Ok(secret.is_some_and(|secret| delivery.is_signed(secret.expose())))
}
