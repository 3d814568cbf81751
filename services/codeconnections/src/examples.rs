//! The worlds of the operations' examples.

use crate::prefix::Prefix;
use gate::Example;
use serde_json::{Value, json};

/// A call after a connection was made; `$0` is the answer.
pub(crate) fn with_connection<P: Prefix>(input: Value) -> Example {
    let tags = json!([{"Key": "team", "Value": "shop"}]);
    Example::of(input).after(P::CREATE_CONNECTION, json!({"ConnectionName": "example", "ProviderType": "GitHub", "Tags": tags}))
}

/// A call after a connection was made and connected; `$0` is the first answer.
pub(crate) fn with_connected<P: Prefix>(input: Value) -> Example {
    let connect = json!({"ConnectionArn": "$0/ConnectionArn", "Endpoint": "https://git.example"});
    with_connection::<P>(input).after(P::CONNECT, connect)
}

/// A call after a host was made; `$0` is the answer.
pub(crate) fn with_host<P: Prefix>(input: Value) -> Example {
    let host = json!({"Name": "example", "ProviderType": "GitLabSelfManaged", "ProviderEndpoint": "https://git.example"});
    Example::of(input).after(P::CREATE_HOST, host)
}
