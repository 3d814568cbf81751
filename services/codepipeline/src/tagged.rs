//! What bears tags: pipelines and webhooks, named by their ARNs.

use crate::{
    CodePipeline, error,
    state::{PIPELINES, PipelineRow},
    webhooks::{self, WEBHOOKS, WebhookRow},
};
use base::{AccountId, Arn};
use gate::{Error, Scope};

enum Row {
    Pipeline(PipelineRow),
    Webhook(WebhookRow),
}

/// Something with tags.
pub(crate) struct Tagged {
    account: AccountId,
    name: String,
    row: Row,
}

impl Tagged {
    /// What an ARN names.
    pub(crate) fn named(scope: &mut Scope<'_, CodePipeline>, arn: &Arn) -> Result<Self, Error> {
        let missing = || error::no_resource(arn.as_str());
        let account = arn.account().filter(|_| arn.service() == "codepipeline").ok_or_else(missing)?;
        let name = webhooks::name_in(arn).unwrap_or_else(|| arn.resource()).to_owned();
        let key = [account.as_str(), name.as_str()];
        let row = match webhooks::name_in(arn) {
            Some(_) => scope.get(&WEBHOOKS, &key)?.map(Row::Webhook),
            None => scope.get(&PIPELINES, &key)?.map(Row::Pipeline),
        };
        Ok(Self { account, row: row.ok_or_else(missing)?, name })
    }

    /// Its tags.
    pub(crate) fn tags(&mut self) -> &mut Vec<(String, String)> {
        match &mut self.row {
            Row::Pipeline(row) => &mut row.tags,
            Row::Webhook(row) => &mut row.tags,
        }
    }

    pub(crate) fn save(&self, scope: &mut Scope<'_, CodePipeline>) -> Result<(), Error> {
        let key = [self.account.as_str(), self.name.as_str()];
        match &self.row {
            Row::Pipeline(row) => scope.put(&PIPELINES, &key, row),
            Row::Webhook(row) => scope.put(&WEBHOOKS, &key, row),
        }
    }
}
