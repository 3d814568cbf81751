use crate::{examples::with_host, listing, prefix::Prefix, prefix::action, shapes::HostInfo};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// The account's hosts that were made under the name that is called.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_ListHosts.html>
pub struct ListHosts<P>(PhantomData<fn() -> P>);

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListHostsInput {
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListHostsOutput {
    hosts: Vec<HostInfo>,
    next_token: Option<String>,
}

impl<P: Prefix> Operation for ListHosts<P> {
    type Service = P;
    const NAME: &'static str = "ListHosts";
    const READ_ONLY: bool = true;
    type Input = ListHostsInput;
    type Output = ListHostsOutput;

    fn demands(_input: &ListHostsInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Demand::any(action(P::NAME, "ListHosts")).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListHostsInput) -> Result<ListHostsOutput, Error> {
        let (account, region) = (call.account()?, call.region().clone());
        let rows = call.scan(P::hosts(), &[account.as_str(), region.as_str()])?.into_iter().map(|(_, row)| HostInfo::of(row));
        let (hosts, next_token) =
            listing::page(rows.collect(), |one: &HostInfo| one.host_arn.as_str(), input.next_token.as_deref(), input.max_results)?;
        Ok(ListHostsOutput { hosts, next_token })
    }

    fn example() -> Example {
        with_host::<P>(json!({"MaxResults": 10}))
    }
}
