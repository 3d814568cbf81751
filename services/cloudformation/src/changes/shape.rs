//! What a change set says of a resource.

use base::Arn;
use serde::{Deserialize, Serialize};

/// One change of a change set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    r#type: String,
    /// What happens to a resource.
    pub resource_change: ResourceChange,
}

/// What happens to a resource.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html>
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceChange {
    /// What becomes of the resource that goes, where one goes.
    pub policy_action: Option<String>,
    /// `Add`, `Modify` or `Remove`.
    pub action: String,
    /// Its name in the template.
    pub logical_resource_id: String,
    /// Its present id.
    pub physical_resource_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// `True`, `False` or `Conditional`, for `Modify`.
    pub replacement: Option<String>,
    /// Which parts of it change.
    pub scope: Vec<String>,
    /// Each part that changes.
    pub details: Vec<Detail>,
    /// The change set of a nested stack.
    pub change_set_id: Option<Arn>,
    /// The resource as it is, as JSON text.
    pub before_context: Option<String>,
    /// The resource as it will be, as JSON text.
    pub after_context: Option<String>,
}

/// A part of a resource that changes.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Detail {
    /// Which part.
    pub target: Target,
    /// `Static`: it is known that it changes; `Dynamic`: it depends on what becomes of another resource.
    pub evaluation: String,
    /// Why it changes.
    pub change_source: Option<String>,
    /// The parameter, resource or attribute because of which it changes.
    pub causing_entity: Option<String>,
}

/// Which part of a resource changes.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceTargetDefinition.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Target {
    /// `Properties`, `Tags`, `Metadata`, `DeletionPolicy`, `UpdateReplacePolicy`.
    pub attribute: String,
    /// The property's name.
    pub name: Option<String>,
    /// `Never`, `Conditionally` or `Always`.
    pub requires_recreation: String,
    /// Where in the resource, as a JSON pointer.
    pub path: Option<String>,
    /// What stands there.
    pub before_value: Option<String>,
    /// What will stand there.
    pub after_value: Option<String>,
    /// `Add`, `Remove` or `Modify`.
    pub attribute_change_type: Option<String>,
}

impl Change {
    pub(crate) fn of(resource_change: ResourceChange) -> Self {
        Self { r#type: "Resource".into(), resource_change }
    }

    /// As it is shown to one who did not ask for values: one detail for each property and reason.
    pub(crate) fn without_values(mut self) -> Self {
        let change = &mut self.resource_change;
        (change.before_context, change.after_context) = (None, None);
        let mut details: Vec<Detail> = Vec::new();
        for mut detail in std::mem::take(&mut change.details) {
            let target = &mut detail.target;
            (target.path, target.before_value, target.after_value, target.attribute_change_type) = (None, None, None, None);
            if !details.contains(&detail) {
                details.push(detail);
            }
        }
        // That a value follows from another resource says it all: it stands beside only where values are shown.
        let follows: Vec<Target> = details
            .iter()
            .filter(|d| matches!(d.change_source.as_deref(), Some("ResourceReference" | "ResourceAttribute")))
            .map(|d| d.target.clone())
            .collect();
        let beside = |d: &Detail| d.evaluation == "Dynamic" && d.change_source.as_deref() == Some("DirectModification");
        details.retain(|detail| !(beside(detail) && follows.contains(&detail.target)));
        change.details = details;
        self
    }

    /// As it is shown to one who asked for values.
    pub(crate) fn with_values(mut self) -> Self {
        if self.resource_change.action == "Add" {
            self.resource_change.replacement = Some("True".into());
        }
        self
    }
}
