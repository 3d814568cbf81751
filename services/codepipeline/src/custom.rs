//! Custom action types: what an account's own job workers do.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-custom-action.html>

use crate::{
    CodePipeline,
    declaration::{ActionTypeId, PipelineDeclaration},
    error,
};
use base::{AccountId, Arn};
use gate::{Error, Scope, Table, View};
use serde::{Deserialize, Serialize};

/// Links of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionTypeSettings {
    /// Where a third party's action is set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_configuration_url: Option<String>,
    /// What an action works on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_url_template: Option<String>,
    /// One run of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_url_template: Option<String>,
    /// Where its settings are changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_url_template: Option<String>,
}

/// A setting of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionConfigurationProperty {
    /// Its name.
    pub name: String,
    /// Whether an action must have it.
    pub required: bool,
    /// Whether it is a key.
    pub key: bool,
    /// Refused, not ignored.
    pub secret: bool,
    /// Whether workers may ask for jobs by its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queryable: Option<bool>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `String`, `Number` or `Boolean`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PropertyType>,
}

/// What a setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PropertyType {
    /// Any text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// How many artifacts an action takes or makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArtifactDetails {
    /// At least.
    pub minimum_count: usize,
    /// At most.
    pub maximum_count: usize,
}

/// A custom action type.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionType.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionType {
    /// Which one.
    pub id: ActionTypeId,
    /// Its links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<ActionTypeSettings>,
    /// Its settings.
    #[serde(default)]
    pub action_configuration_properties: Vec<ActionConfigurationProperty>,
    /// The artifacts it takes.
    pub input_artifact_details: ArtifactDetails,
    /// The artifacts it makes.
    pub output_artifact_details: ArtifactDetails,
}

/// A type as it is kept. A deleted one stays: its version may not be used for another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CustomTypeRow {
    pub(crate) declared: ActionType,
    pub(crate) deleted: bool,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
}

/// Account, category, provider, version.
pub(crate) static CUSTOM_TYPES: Table<CodePipeline, CustomTypeRow> = Table::regional("custom-types");

/// AWS's limits.
const MAX_TYPES: usize = 50;
const MAX_PROPERTIES: usize = 10;
const MAX_ARTIFACTS: usize = 5;
/// The categories that custom actions may have.
const CATEGORIES: [&str; 4] = ["Build", "Deploy", "Invoke", "Test"];

/// The ARN of a custom type.
pub(crate) fn arn(view: &View<'_, CodePipeline>, category: &str, provider: &str, version: &str) -> Result<Arn, Error> {
    view.arn(&format!("actiontype:Custom/{category}/{provider}/{version}"))
}

/// Checks the parts of a type's id.
pub(crate) fn check_id(category: &str, provider: &str, version: &str) -> Result<(), Error> {
    let word =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if !CATEGORIES.contains(&category) {
        return Err(Error::validation(format!("Custom actions may be of the categories {}, not of '{category}'", CATEGORIES.join(", "))));
    }
    if !word(provider, 35) || !word(version, 9) {
        return Err(Error::validation(format!(
            "The provider '{provider}' or the version '{version}' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z_-]+ and have at most 35 and 9 characters"
        )));
    }
    Ok(())
}

/// Checks a type that is declared.
pub(crate) fn check(declared: &ActionType) -> Result<(), Error> {
    let properties = &declared.action_configuration_properties;
    if properties.len() > MAX_PROPERTIES {
        return Err(Error::validation(format!("An action type has at most {MAX_PROPERTIES} configuration properties")));
    }
    if let Some(secret) = properties.iter().find(|p| p.secret) {
        return Err(Error::not_implemented(&format!("A secret configuration property ('{}')", secret.name)));
    }
    let mut queryable = properties.iter().filter(|p| p.queryable == Some(true));
    if queryable.next().is_some_and(|p| !p.required) || queryable.next().is_some() {
        return Err(Error::validation("An action type has at most one queryable property, which must be required and not secret"));
    }
    for (index, property) in properties.iter().enumerate() {
        let named = (1..=50).contains(&property.name.chars().count()) && properties[..index].iter().all(|p| p.name != property.name);
        if !named || property.description.as_ref().is_some_and(|d| d.chars().count() > 160) {
            return Err(Error::validation(format!(
                "The configuration property '{}' has no name of its own, or too long a description",
                property.name
            )));
        }
    }
    for details in [&declared.input_artifact_details, &declared.output_artifact_details] {
        if details.minimum_count > details.maximum_count || details.maximum_count > MAX_ARTIFACTS {
            return Err(Error::validation(format!("Artifact counts go from a minimum to a maximum of at most {MAX_ARTIFACTS}")));
        }
    }
    Ok(())
}

/// Keeps a new type. One that was deleted comes back if it is the same.
pub(crate) fn keep(scope: &mut Scope<'_, CodePipeline>, account: AccountId, row: &CustomTypeRow) -> Result<(), Error> {
    let ActionTypeId { category, provider, version, .. } = &row.declared.id;
    let key = [account.as_str(), category, provider, version];
    match scope.get(&CUSTOM_TYPES, &key)? {
        Some(found) if !found.deleted => {
            return Err(Error::validation(format!("The action type {category}/Custom/{provider}/{version} already exists")));
        }
        Some(found) if found.declared != row.declared => {
            return Err(Error::validation(format!(
                "The version '{version}' of the action type {category}/Custom/{provider} was used before; use another one"
            )));
        }
        _ => {}
    }
    let live = scope.scan(&CUSTOM_TYPES, account.as_str())?.iter().filter(|(_, t)| !t.deleted).count();
    if live >= MAX_TYPES {
        return Err(Error::new("LimitExceededException", format!("An account has at most {MAX_TYPES} custom action types")));
    }
    scope.put(&CUSTOM_TYPES, &key, row)
}

/// A type that is there.
pub(crate) fn found(scope: &mut Scope<'_, CodePipeline>, account: AccountId, id: &ActionTypeId) -> Result<Option<CustomTypeRow>, Error> {
    let key = [account.as_str(), &id.category, &id.provider, &id.version];
    Ok(scope.get(&CUSTOM_TYPES, &key)?.filter(|t| !t.deleted))
}

/// The custom types that a pipeline's actions are of.
pub(crate) fn of(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    pipeline: &PipelineDeclaration,
) -> Result<Vec<ActionType>, Error> {
    let mut types: Vec<ActionType> = Vec::new();
    for (_, action) in pipeline.actions().filter(|(_, a)| a.action_type_id.owner == "Custom") {
        if !types.iter().any(|t| t.id == action.action_type_id) {
            types.extend(found(scope, account, &action.action_type_id)?.map(|t| t.declared));
        }
    }
    Ok(types)
}

/// A type that is not there.
pub(crate) fn missing(id: &ActionTypeId, action: &str) -> Error {
    let ActionTypeId { category, owner, provider, version } = id;
    error::action(format!(
        "ActionType (Category: '{category}', Provider: '{provider}', Owner: '{owner}', Version: '{version}') in action '{action}' is not available in this region"
    ))
}
