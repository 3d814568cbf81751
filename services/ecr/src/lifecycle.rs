//! Lifecycle policies: rules by which images expire. They are checked when they are written; there are no images for them yet.
//! Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html>

use crate::error::{clipped, invalid};
use gate::Error;
use serde::Deserialize;
use std::collections::BTreeSet;

const LENGTHS: std::ops::RangeInclusive<usize> = 100..=30_720;
const MOST_RULES: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    rule_priority: u32,
    #[serde(default, rename = "description")]
    _description: Option<String>,
    selection: Selection,
    action: Action,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Selection {
    tag_status: String,
    #[serde(default)]
    tag_prefix_list: Vec<String>,
    #[serde(default)]
    tag_pattern_list: Vec<String>,
    storage_class: Option<String>,
    count_type: String,
    count_unit: Option<String>,
    count_number: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Action {
    #[serde(rename = "type")]
    kind: String,
    target_storage_class: Option<String>,
}

fn refused(why: impl std::fmt::Display) -> Error {
    invalid("LifecyclePolicyText", &format!("Lifecycle policy validation failure: {why}"))
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        if self.rule_priority == 0 {
            return Err("rulePriority is at least 1".into());
        }
        if self.selection.count_number == 0 {
            return Err("countNumber is at least 1".into());
        }
        self.tags()?;
        self.counts()?;
        match (self.action.kind.as_str(), self.action.target_storage_class.as_deref()) {
            ("expire", None) | ("transition", Some("archive")) => Ok(()),
            ("expire", Some(_)) => Err("targetStorageClass is for the action transition".into()),
            ("transition", _) => Err("the action transition has the targetStorageClass archive".into()),
            (other, _) => Err(format!("'{}' is no action; expire and transition are", clipped(other))),
        }
    }

    fn tags(&self) -> Result<(), String> {
        let Selection { tag_status, tag_prefix_list: prefixes, tag_pattern_list: patterns, .. } = &self.selection;
        match tag_status.as_str() {
            "tagged" if prefixes.is_empty() == patterns.is_empty() => {
                Err("tagStatus tagged has either tagPrefixList or tagPatternList".into())
            }
            "tagged" => Ok(()),
            "untagged" | "any" if prefixes.is_empty() && patterns.is_empty() => Ok(()),
            "untagged" | "any" => Err(format!("tagStatus {tag_status} has neither tagPrefixList nor tagPatternList")),
            other => Err(format!("'{}' is no tagStatus; tagged, untagged and any are", clipped(other))),
        }
    }

    fn counts(&self) -> Result<(), String> {
        let Selection { count_type, count_unit, storage_class, .. } = &self.selection;
        if storage_class.as_deref().is_some_and(|class| !["standard", "archive"].contains(&class)) {
            return Err("storageClass is standard or archive".into());
        }
        match (count_type.as_str(), count_unit.as_deref()) {
            ("imageCountMoreThan", None) => Ok(()),
            ("imageCountMoreThan", Some(_)) => Err("countUnit is not given with imageCountMoreThan".into()),
            ("sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned", Some("days")) => Ok(()),
            ("sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned", _) => Err(format!("{count_type} has the countUnit days")),
            (other, _) => Err(format!("'{}' is no countType", clipped(other))),
        }
    }
}

/// Checks a policy.
pub(crate) fn check(text: &str) -> Result<(), Error> {
    if !LENGTHS.contains(&text.len()) {
        let (least, most) = (LENGTHS.start(), LENGTHS.end());
        return Err(invalid("lifecyclePolicyText", &format!("Member must have length between {least} and {most}, not {}", text.len())));
    }
    let document: Document = serde_json::from_str(text).map_err(refused)?;
    if !(1..=MOST_RULES).contains(&document.rules.len()) {
        return Err(refused(format_args!("a policy has 1 to {MOST_RULES} rules")));
    }
    let mut priorities = BTreeSet::new();
    for (index, rule) in document.rules.iter().enumerate() {
        rule.check().map_err(|why| refused(format_args!("rules[{index}]: {why}")))?;
        if !priorities.insert(rule.rule_priority) {
            return Err(refused(format_args!("rules[{index}]: rulePriority {} is another rule's already", rule.rule_priority)));
        }
    }
    let last = priorities.last();
    if document.rules.iter().any(|rule| rule.selection.tag_status == "any" && Some(&rule.rule_priority) != last) {
        return Err(refused("a rule with tagStatus any has the highest rulePriority"));
    }
    Ok(())
}
