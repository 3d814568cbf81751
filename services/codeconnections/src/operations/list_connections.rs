use crate::{
    examples::with_connection, listing, names::check_provider, prefix::Prefix, prefix::action, shapes::ConnectionInfo, state::ConnectionRow,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// The account's connections that were made under the name that is called.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_ListConnections.html>
pub struct ListConnections<P>(PhantomData<fn() -> P>);

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListConnectionsInput {
    provider_type_filter: Option<String>,
    host_arn_filter: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListConnectionsOutput {
    connections: Vec<ConnectionInfo>,
    next_token: Option<String>,
}

impl<P: Prefix> Operation for ListConnections<P> {
    type Service = P;
    const NAME: &'static str = "ListConnections";
    const READ_ONLY: bool = true;
    type Input = ListConnectionsInput;
    type Output = ListConnectionsOutput;

    fn demands(input: &ListConnectionsInput, view: &mut View<'_, P>) -> Result<Demands, Error> {
        let mut list = Demand::new(action(P::NAME, "ListConnections"), view.arn("connection/*")?);
        if let Some(provider) = &input.provider_type_filter {
            check_provider(provider)?;
            list = list.with(format!("{}:ProviderTypeFilter", P::NAME), provider);
        }
        Ok(list.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListConnectionsInput) -> Result<ListConnectionsOutput, Error> {
        let (account, region) = (call.account()?, call.region().clone());
        let wanted = |row: &ConnectionRow| {
            let provider = input.provider_type_filter.as_ref().is_none_or(|provider| *provider == row.provider);
            let host = input.host_arn_filter.as_deref().is_none_or(|host| row.host.as_ref().is_some_and(|own| own.as_str() == host));
            provider && host
        };
        let rows = call.scan(P::connections(), &[account.as_str(), region.as_str()])?.into_iter().map(|(_, row)| row);
        let all: Vec<_> = rows.filter(wanted).map(ConnectionInfo::of).collect();
        let (connections, next_token) =
            listing::page(all, |one| one.connection_arn.as_str(), input.next_token.as_deref(), input.max_results)?;
        Ok(ListConnectionsOutput { connections, next_token })
    }

    fn example() -> Example {
        with_connection::<P>(json!({"ProviderTypeFilter": "GitHub"}))
    }
}
