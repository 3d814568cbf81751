use crate::{
    CodePipeline, examples,
    pipelines::{self, page_size},
    webhooks::{self, ListWebhookItem, WEBHOOKS},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The account's webhooks in the region.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListWebhooks.html>
pub struct ListWebhooks;

/// Which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListWebhooksInput {
    /// The page before gave it.
    pub next_token: Option<String>,
    /// How many: 1 to 100.
    pub max_results: Option<usize>,
}

/// One page.
#[derive(Debug, Serialize)]
pub struct ListWebhooksOutput {
    /// The webhooks, without their secrets.
    pub webhooks: Vec<ListWebhookItem>,
    #[serde(rename = "NextToken")]
    next_token: Option<String>,
}

impl Operation for ListWebhooks {
    type Service = CodePipeline;
    const NAME: &'static str = "ListWebhooks";
    const READ_ONLY: bool = true;
    type Input = ListWebhooksInput;
    type Output = ListWebhooksOutput;

    fn demands(_input: &ListWebhooksInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::new("codepipeline:ListWebhooks", webhooks::arn(facts, "*")?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListWebhooksInput) -> Result<ListWebhooksOutput, Error> {
        let account = call.account()?;
        let size = page_size(input.max_results, 100)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let from = after.as_deref().map(|name| [name]);
        let rows = call.page(&WEBHOOKS, &[account.as_str()], from.as_ref().map(|f| f.as_slice()), size, false)?;
        let next_token = if rows.len() == size { rows.last().map(|(key, _)| base::list_token(&key[1])) } else { None };
        let mut webhooks = Vec::new();
        for (key, row) in rows {
            webhooks.push(row.item(call.server_url(), webhooks::arn(call, &key[1])?));
        }
        Ok(ListWebhooksOutput { webhooks, next_token })
    }

    fn example() -> Example {
        examples::with_webhook(json!({}))
    }
}
