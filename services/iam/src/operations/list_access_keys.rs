use crate::{
    Iam, entity,
    examples::user,
    own::own_user,
    pages::page,
    shapes::AccessKeyMetadata,
    state::{KEYS, UserRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The access keys of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html>
pub struct ListAccessKeys;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    access_key_metadata: Vec<AccessKeyMetadata>,
}

impl Operation for ListAccessKeys {
    type Service = Iam;
    const NAME: &'static str = "ListAccessKeys";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:ListAccessKeys", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        let mut ids = entity::load::<UserRow>(call, &name)?.keys;
        ids.sort();
        let page = page(ids, String::clone, input.marker.as_deref(), input.max_items)?;
        let mut access_key_metadata = Vec::with_capacity(page.items.len());
        for id in page.items {
            if let Some(row) = call.get(&KEYS, id.as_str())? {
                access_key_metadata.push(AccessKeyMetadata::of(id, row));
            }
        }
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, access_key_metadata })
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
