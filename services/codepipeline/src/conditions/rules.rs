//! What rules check. Those that are checked elsewhere are actions of the same provider, made as the rule's role.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html>

use super::{RuleDeclaration, cron::Window};
use crate::{
    declaration::{ActionDeclaration, ActionTypeId},
    providers,
};
use base::Timestamp;
use gate::Error;
use std::collections::BTreeMap;

/// A kind of rule.
pub(crate) struct RuleKind {
    pub(crate) provider: &'static str,
    /// The settings: name, and whether it is required.
    pub(crate) settings: &'static [(&'static str, bool)],
    pub(crate) inputs: (usize, usize),
    /// The category of the action that checks it; none for rules that are checked here.
    pub(crate) category: Option<&'static str>,
}

/// The rules that there are.
pub(crate) const KINDS: [RuleKind; 4] = [
    RuleKind {
        provider: "CodeBuild",
        settings: &[("ProjectName", true), ("PrimarySource", false), ("EnvironmentVariables", false)],
        inputs: (1, 5),
        category: Some("Build"),
    },
    RuleKind { provider: "DeploymentWindow", settings: &[("Cron", true), ("TimeZone", false)], inputs: (0, 0), category: None },
    // Not AWS's: see `provenance`.
    RuleKind {
        provider: PROVENANCE,
        settings: &[("ApprovedBy", false), ("Branch", false), ("Repository", false), ("BuildProject", false)],
        inputs: (1, 5),
        category: None,
    },
    RuleKind {
        provider: "VariableCheck",
        settings: &[("Variable", true), ("Value", true), ("Operator", true)],
        inputs: (0, 0),
        category: None,
    },
];

/// AWS's rules that are not here, each for the lack of its service.
const NOT_HERE: [&str; 3] = ["CloudWatchAlarm", "Commands", "LambdaInvoke"];
const OPERATORS: [&str; 4] = ["EQ", "NE", "CONTAINS", "MATCHES"];

/// The rule that demands where artifacts come from.
pub(crate) const PROVENANCE: &str = "Provenance";

/// Why a rule is refused.
pub(crate) enum Wrong {
    /// What the rule says makes no sense.
    Rule(String),
    /// Another error.
    Other(Box<Error>),
}

impl From<Error> for Wrong {
    fn from(e: Error) -> Self {
        Self::Other(Box::new(e))
    }
}

/// The kind of a rule.
pub(crate) fn kind(provider: &str) -> Option<&'static RuleKind> {
    KINDS.iter().find(|k| k.provider == provider)
}

/// Checks a rule's declaration.
pub(crate) fn check(rule: &RuleDeclaration) -> Result<(), Wrong> {
    let provider = rule.rule_type_id.provider.as_str();
    let Some(kind) = kind(provider) else {
        return Err(if NOT_HERE.contains(&provider) {
            Error::not_implemented(&format!("A rule of type Rule/AWS/{provider}/1 (rule '{}')", rule.name)).into()
        } else {
            Wrong::Rule(format!("has the provider '{provider}', which is not available in this region"))
        });
    };
    if !rule.commands.is_empty() {
        return Err(Wrong::Rule(format!("has commands, which the provider {provider} does not take")));
    }
    if let Some((missing, _)) = kind.settings.iter().find(|(name, required)| *required && !rule.configuration.contains_key(*name)) {
        return Err(Wrong::Rule(format!("is missing required configuration '{missing}'")));
    }
    if let Some(unknown) = rule.configuration.keys().find(|name| !kind.settings.iter().any(|(known, _)| known == name)) {
        return Err(Wrong::Rule(format!("contains unknown configuration '{unknown}'")));
    }
    let (least, most) = kind.inputs;
    if !(least..=most).contains(&rule.input_artifacts.len()) {
        return Err(Wrong::Rule(format!("has {} input artifacts; {provider} takes {least} to {most}", rule.input_artifacts.len())));
    }
    let setting = |name: &str| rule.configuration.get(name).map(String::as_str);
    match provider {
        // A reference is checked when its value is known.
        "DeploymentWindow" if !rule.configuration.values().any(|v| v.contains("#{")) => {
            Window::parse(setting("Cron").unwrap_or_default(), setting("TimeZone")).map(|_| ()).map_err(Wrong::Rule)
        }
        "VariableCheck" if !OPERATORS.contains(&setting("Operator").unwrap_or_default()) => {
            Err(Wrong::Rule(format!("has an Operator that is none of {}", OPERATORS.join(", "))))
        }
        _ => match action(rule) {
            Some(action) => Ok(providers::provider(&action.action_type_id, &rule.name)?.check(&action)?),
            None => Ok(()),
        },
    }
}

/// The action that checks a rule elsewhere.
pub(crate) fn action(rule: &RuleDeclaration) -> Option<ActionDeclaration> {
    let category = kind(&rule.rule_type_id.provider)?.category?;
    Some(ActionDeclaration {
        name: rule.name.clone(),
        action_type_id: ActionTypeId {
            category: category.into(),
            owner: "AWS".into(),
            provider: rule.rule_type_id.provider.clone(),
            version: "1".into(),
        },
        run_order: 1,
        configuration: rule.configuration.clone(),
        commands: rule.commands.clone(),
        output_artifacts: Vec::new(),
        input_artifacts: rule.input_artifacts.clone(),
        output_variables: Vec::new(),
        role_arn: rule.role_arn.clone(),
        region: rule.region.clone(),
        namespace: None,
        timeout_in_minutes: rule.timeout_in_minutes,
        environment_variables: Vec::new(),
    })
}

/// What a rule that is checked here found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed(String),
    Failed(String),
    /// It is looked at again then.
    Later(Timestamp, String),
}

/// Checks a rule here.
pub(crate) fn evaluate(provider: &str, configuration: &BTreeMap<String, String>, now: Timestamp) -> Verdict {
    let setting = |name: &str| configuration.get(name).map_or("", String::as_str);
    match provider {
        "DeploymentWindow" => match Window::parse(setting("Cron"), configuration.get("TimeZone").map(String::as_str)) {
            Err(wrong) => Verdict::Failed(wrong),
            Ok(window) => match window.opens(now) {
                Some(opens) if opens <= now => Verdict::Passed("The deployment window is open".into()),
                Some(opens) => Verdict::Later(opens, format!("The deployment window opens at {}", opens.iso())),
                None => Verdict::Failed("The deployment window never opens again".into()),
            },
        },
        _ => compare(setting("Variable"), setting("Operator"), setting("Value")),
    }
}

fn compare(variable: &str, operator: &str, value: &str) -> Verdict {
    let holds = match operator {
        "EQ" => variable == value,
        "NE" => variable != value,
        "CONTAINS" => variable.contains(value),
        _ => match regex_lite::Regex::new(&format!("^(?:{value})$")) {
            Ok(expression) => expression.is_match(variable),
            Err(e) => return Verdict::Failed(format!("'{value}' is not a regular expression: {e}")),
        },
    };
    let said = format!("Variable '{variable}' {operator} '{value}'");
    if holds { Verdict::Passed(said) } else { Verdict::Failed(format!("{said} does not hold")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_compared_by_four_operators() {
        let passes = |variable: &str, operator: &str, value: &str| matches!(compare(variable, operator, value), Verdict::Passed(_));
        assert!(passes("main", "EQ", "main") && !passes("main", "EQ", "mai"));
        assert!(passes("main", "NE", "dev") && !passes("main", "NE", "main"));
        assert!(passes("fix: update", "CONTAINS", "update") && !passes("fix", "CONTAINS", "update"));
        // The whole text, as Java's `matches`.
        assert!(passes("release/12", "MATCHES", r"release/\d+|main") && !passes("release/12x", "MATCHES", r"release/\d+|main"));
        assert!(matches!(compare("a", "MATCHES", "("), Verdict::Failed(why) if why.contains("regular expression")));
    }
}
