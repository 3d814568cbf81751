use crate::{Iam, examples::provider, oidc, pages::page, tags::Tag};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a provider.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviderTags.html>
pub struct ListOpenIDConnectProviderTags;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    open_id_connect_provider_arn: Arn,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    tags: Vec<Tag>,
}

impl Operation for ListOpenIDConnectProviderTags {
    type Service = Iam;
    const NAME: &'static str = "ListOpenIDConnectProviderTags";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(oidc::demand("iam:ListOpenIDConnectProviderTags", &input.open_id_connect_provider_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut tags = oidc::load(call, &input.open_id_connect_provider_arn)?.tags;
        tags.sort_by(|a, b| a.key.cmp(&b.key));
        let page = page(tags, |tag| tag.key.clone(), input.marker.as_deref(), input.max_items)?;
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, tags: page.items })
    }

    fn example() -> Example {
        provider().then(json!({"OpenIDConnectProviderArn": "$0/OpenIDConnectProviderArn"}))
    }
}
