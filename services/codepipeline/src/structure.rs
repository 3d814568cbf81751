//! AWS's checks of a pipeline's structure, before anything is kept.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html>

use crate::{
    conditions::{
        ConditionType,
        check::{self as conditions, Surroundings},
        rules,
    },
    custom::{self, ActionType, ArtifactDetails},
    declaration::{ActionDeclaration, ArtifactStore, PipelineDeclaration, StageDeclaration},
    error::{action, stage, structure},
    providers::{self, Kind},
    state::Mode,
    triggers, variables,
};
use base::Region;
use gate::Error;
use std::{collections::BTreeSet, ops::RangeInclusive};

/// AWS's limits.
const MAX_STAGES: usize = 50;
const MAX_ACTIONS_IN_STAGE: usize = 50;
const MAX_ACTIONS: usize = 500;
const MAX_RUN_ORDER: u32 = 999;
const MAX_VARIABLES: usize = 50;
const MAX_SETTINGS: usize = 50;
const MAX_SETTING: usize = 50_000;
const MAX_QUERYABLE: usize = 20;

fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || ".@-_".contains(c))
}

/// Pipelines, stages and actions share their pattern of names.
pub(crate) fn check_name(member: &str, text: &str) -> Result<(), Error> {
    if is_name(text, 100) {
        return Ok(());
    }
    Err(Error::validation(format!(
        "1 validation error detected: Value '{text}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+ and have 1 to 100 characters"
    )))
}

/// Checks a declaration for a region.
/// `rehearsed`: providers that are not here are taken as they are declared.
pub(crate) fn check(pipeline: &PipelineDeclaration, region: &str, customs: &[ActionType], rehearsed: bool) -> Result<(), Error> {
    check_name("pipeline.name", &pipeline.name)?;
    refuse_unsupported(pipeline)?;
    if pipeline.role_arn.resource_of("role").is_none() {
        return Err(structure(format!("{} is not the ARN of a role", pipeline.role_arn)));
    }
    check_stores(pipeline, region)?;
    let count = pipeline.stages.len();
    if count < 2 {
        return Err(structure(format!("Pipeline has only {count} stage(s). There should be a minimum of 2 stages in a pipeline")));
    }
    if count > MAX_STAGES || pipeline.actions().count() > MAX_ACTIONS {
        return Err(Error::new("LimitExceededException", format!("A pipeline has at most {MAX_STAGES} stages and {MAX_ACTIONS} actions")));
    }
    let v2 = pipeline.pipeline_type.as_deref() == Some("V2");
    triggers::check(pipeline, v2)?;
    pipeline.actions().try_for_each(|(_, one)| check_commands(pipeline, one, v2))?;
    let mut known = Known::new(pipeline, customs, rehearsed);
    let mut stages = BTreeSet::new();
    for (index, declared) in pipeline.stages.iter().enumerate() {
        check_name("pipeline.stages.member.name", &declared.name)?;
        if !stages.insert(&declared.name) {
            return Err(stage(format!(
                "Stage name '{}' is used more than once. Stage names must be unique within the pipeline",
                declared.name
            )));
        }
        let around = Surroundings { v2, parallel: pipeline.mode() == Mode::Parallel, first: index == 0 };
        conditions::check(declared, &around)?;
        check_rules(declared, ConditionType::BeforeEntry, &known)?;
        check_stage(declared, index == 0, &mut known)?;
        declared.actions.iter().try_for_each(|one| check_region("Action", one, pipeline, region))?;
        let mut rules = declared.conditions().flat_map(|(_, condition)| &condition.rules).filter_map(rules::action);
        rules.try_for_each(|one| check_region("Rule", &one, pipeline, region))?;
        check_rules(declared, ConditionType::OnSuccess, &known)?;
        check_rules(declared, ConditionType::OnFailure, &known)?;
    }
    Ok(())
}

/// Commands run in the pipeline's own account.
fn check_commands(pipeline: &PipelineDeclaration, one: &ActionDeclaration, v2: bool) -> Result<(), Error> {
    if one.action_type_id.category != "Compute" {
        return Ok(());
    }
    let name = &one.name;
    if !v2 {
        return Err(action(format!("Action '{name}' is of the category Compute, which is only supported for pipelines of type V2")));
    }
    match &one.role_arn {
        Some(role) if role.account() != pipeline.role_arn.account() => {
            Err(action(format!("Action '{name}' has the role {role} of another account, which Commands do not support")))
        }
        _ => Ok(()),
    }
}

fn refuse_unsupported(pipeline: &PipelineDeclaration) -> Result<(), Error> {
    let v2 = match pipeline.pipeline_type.as_deref() {
        None | Some("V1") => false,
        Some("V2") => true,
        Some(other) => {
            return Err(Error::validation(format!(
                "Value '{other}' at 'pipeline.pipelineType' failed to satisfy constraint: Member must satisfy enum value set: [V1, V2]"
            )));
        }
    };
    match pipeline.execution_mode.as_deref() {
        None | Some("SUPERSEDED") => {}
        Some("QUEUED" | "PARALLEL") if v2 => {}
        Some(mode @ ("QUEUED" | "PARALLEL")) => {
            return Err(structure(format!("The execution mode {mode} is only supported for pipelines of type V2")));
        }
        Some(other) => {
            return Err(Error::validation(format!(
                "Value '{other}' at 'pipeline.executionMode' failed to satisfy constraint: Member must satisfy enum value set: [PARALLEL, QUEUED, SUPERSEDED]"
            )));
        }
    }
    if !v2 && !pipeline.variables.is_empty() {
        return Err(structure("Pipeline variables are only supported for pipelines of type V2"));
    }
    if pipeline.variables.len() > MAX_VARIABLES {
        return Err(Error::new("LimitExceededException", format!("A pipeline has at most {MAX_VARIABLES} variables")));
    }
    for declared in &pipeline.stages {
        if !declared.blockers.is_empty() {
            return Err(Error::not_implemented(&format!("blockers of stage '{}'", declared.name)));
        }
    }
    let mut names = BTreeSet::new();
    match pipeline.variables.iter().find(|v| !is_name(&v.name, 128) || !names.insert(&v.name)) {
        Some(bad) => Err(structure(format!("The pipeline variable '{}' is not a name, or is declared twice", bad.name))),
        None => Ok(()),
    }
}

fn check_stores(pipeline: &PipelineDeclaration, region: &str) -> Result<(), Error> {
    let one = |store: &ArtifactStore| {
        if store.kind != "S3" {
            return Err(structure(format!("The type '{}' of the artifact store is not S3", store.kind)));
        }
        if store.location.is_empty() {
            return Err(structure("The artifact store has no location"));
        }
        match &store.encryption_key {
            Some(key) if key.kind != "KMS" || key.id.is_empty() => {
                Err(structure("The encryption key of the artifact store is not a key of type KMS"))
            }
            _ => Ok(()),
        }
    };
    if let Some(unknown) = pipeline.artifact_stores.keys().find(|other| *other != region && !Region::exists(other)) {
        let message = format!("The region {unknown} specified in 'pipeline.artifactStores' is not a valid AWS Region.");
        return Err(Error::validation(message));
    }
    pipeline.artifact_store.iter().chain(pipeline.artifact_stores.values()).try_for_each(one)?;
    match (&pipeline.artifact_store, pipeline.artifact_stores.is_empty()) {
        (Some(_), true) => Ok(()),
        (Some(_), false) => Err(structure("Only one of artifactStore and artifactStores can be given")),
        (None, true) => Err(structure("A pipeline needs an artifactStore")),
        (None, false) if pipeline.artifact_stores.contains_key(region) => Ok(()),
        (None, false) => Err(structure(format!("The pipeline is in {region}, for which artifactStores has no artifact store"))),
    }
}

/// An action in another region than the pipeline's, or a rule that is checked by one, has an artifact store there.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html>
fn check_region(part: &str, one: &ActionDeclaration, pipeline: &PipelineDeclaration, own: &str) -> Result<(), Error> {
    let Some(region) = one.region.as_deref().filter(|region| *region != own) else { return Ok(()) };
    let (name, kind) = (&one.name, &one.action_type_id);
    if !Region::exists(region) {
        return Err(action(format!("The region {region} of {part} '{name}' is not a valid AWS Region")));
    }
    let what = match (kind.category.as_str(), kind.owner.as_str()) {
        ("Source", _) => Some("a source action"),
        ("Compute", _) => Some("an action that runs commands"),
        (_, "AWS") => None,
        _ => Some("an action of another owner than AWS"),
    };
    if let Some(what) = what {
        return Err(action(format!("{part} '{name}' is in {region}, and the pipeline in {own}: {what} cannot be in another region")));
    }
    if pipeline.artifact_stores.contains_key(region) {
        return Ok(());
    }
    Err(structure(format!(
        "{part} '{name}' is in {region}, and the pipeline in {own}: artifactStores must have an artifact store for each of the two"
    )))
}

/// What the actions before the present one brought.
struct Known<'p> {
    customs: &'p [ActionType],
    rehearsed: bool,
    artifacts: BTreeSet<String>,
    /// Output artifacts of the present run order: they are there for the next.
    fresh: Vec<String>,
    namespaces: BTreeSet<String>,
    fresh_namespaces: Vec<String>,
    variables: BTreeSet<String>,
}

impl<'p> Known<'p> {
    fn new(pipeline: &PipelineDeclaration, customs: &'p [ActionType], rehearsed: bool) -> Self {
        let namespaces = [variables::EXECUTION.to_string(), variables::PIPELINE.to_string()].into();
        let variables = pipeline.variables.iter().map(|v| v.name.clone()).collect();
        Self { customs, rehearsed, artifacts: BTreeSet::new(), fresh: Vec::new(), namespaces, fresh_namespaces: Vec::new(), variables }
    }
    fn settle(&mut self) {
        self.artifacts.extend(self.fresh.drain(..));
        self.namespaces.extend(self.fresh_namespaces.drain(..));
    }
}

fn check_stage(declared: &StageDeclaration, first: bool, known: &mut Known<'_>) -> Result<(), Error> {
    if declared.actions.is_empty() {
        return Err(stage(format!("Stage '{}' has no actions. A stage must have at least one action", declared.name)));
    }
    if declared.actions.len() > MAX_ACTIONS_IN_STAGE {
        return Err(Error::new(
            "LimitExceededException",
            format!("Stage '{}' has more than {MAX_ACTIONS_IN_STAGE} actions", declared.name),
        ));
    }
    let mut names = BTreeSet::new();
    for one in &declared.actions {
        check_name("pipeline.stages.member.actions.member.name", &one.name)?;
        if !names.insert(&one.name) {
            return Err(action(format!(
                "Action name '{}' is used more than once in stage '{}'. Action names must be unique within a stage",
                one.name, declared.name
            )));
        }
        let source = one.action_type_id.category == "Source";
        if first && !source {
            return Err(structure("Pipeline should start with a stage that only contains source actions"));
        }
        if !first && source {
            return Err(structure(format!(
                "Source action '{}' is in stage '{}'. Source actions can only be in the first stage",
                one.name, declared.name
            )));
        }
    }
    let mut ordered: Vec<&ActionDeclaration> = declared.actions.iter().collect();
    ordered.sort_by_key(|a| a.run_order);
    for group in ordered.chunk_by(|a, b| a.run_order == b.run_order) {
        group.iter().try_for_each(|one| check_action(one, known))?;
        known.settle();
    }
    Ok(())
}

fn check_action(one: &ActionDeclaration, known: &mut Known<'_>) -> Result<(), Error> {
    let provider = providers::provider_in(&one.action_type_id, &one.name, known.rehearsed)?;
    let shape = Shape::of(one, provider.kind(), known.customs)?;
    let name = &one.name;
    if !(1..=MAX_RUN_ORDER).contains(&one.run_order) {
        return Err(action(format!("Action '{name}' has the run order {}; it must be between 1 and {MAX_RUN_ORDER}", one.run_order)));
    }
    refuse_unsupported_members(one)?;
    if !known.rehearsed || one.action_type_id.owner == "Custom" || !providers::is_imagined(&one.action_type_id) {
        check_settings(one, &shape.settings)?;
    }
    check_count(one, "input", one.input_artifacts.len(), &shape.inputs)?;
    check_count(one, "output", one.output_artifacts.len(), &shape.outputs)?;
    for input in &one.input_artifacts {
        if !known.artifacts.contains(&input.name) {
            return Err(structure(format!(
                "Input Artifact Bundle {} in action {name} is not declared as Output Artifact Bundle in any of the preceding actions",
                input.name
            )));
        }
    }
    for output in &one.output_artifacts {
        if !is_artifact_name(&output.name) {
            return Err(action(format!(
                "The artifact name '{}' of action '{name}' is not of letters, digits, '_' and '-', at most 100",
                output.name
            )));
        }
        if known.artifacts.contains(&output.name) || known.fresh.contains(&output.name) {
            return Err(structure(format!(
                "Output Artifact Bundle name must be unique within the pipeline. {} has been used more than once.",
                output.name
            )));
        }
        known.fresh.push(output.name.clone());
    }
    check_values("Action", name, one.configuration.values(), known)?;
    check_values("Action", name, one.environment_variables.iter().map(|v| &v.value).chain(&one.commands), known)?;
    if let Some(namespace) = &one.namespace {
        let taken = known.namespaces.contains(namespace) || known.fresh_namespaces.contains(namespace);
        if taken || !is_artifact_name(namespace) {
            return Err(structure(format!(
                "Variable namespace '{namespace}' of action '{name}' is not a name, is reserved, or is used more than once. Namespaces must be unique within the pipeline"
            )));
        }
        known.fresh_namespaces.push(namespace.clone());
    }
    provider.check(one)
}

fn is_artifact_name(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

fn refuse_unsupported_members(one: &ActionDeclaration) -> Result<(), Error> {
    let commands = one.action_type_id.category == "Compute";
    let unsupported = [
        ("commands", commands || one.commands.is_empty()),
        ("outputVariables", commands || one.output_variables.is_empty()),
        ("environmentVariables", commands || one.environment_variables.is_empty()),
        ("files of output artifacts", commands || one.output_artifacts.iter().all(|a| a.files.is_empty())),
        ("timeoutInMinutes", one.timeout_in_minutes.is_none() || one.action_type_id.category == "Approval"),
    ];
    match unsupported.iter().find(|(_, absent)| !absent) {
        Some((member, _)) => Err(Error::not_implemented(&format!("{member} of action '{}'", one.name))),
        None => Ok(()),
    }
}

/// What an action may hold, by its provider or by its custom type.
struct Shape<'k> {
    inputs: RangeInclusive<usize>,
    outputs: RangeInclusive<usize>,
    settings: Vec<(&'k str, bool)>,
}

impl<'k> Shape<'k> {
    fn of(one: &ActionDeclaration, kind: &'static Kind, customs: &'k [ActionType]) -> Result<Self, Error> {
        if one.action_type_id.owner != "Custom" {
            return Ok(Self { inputs: kind.inputs.clone(), outputs: kind.outputs.clone(), settings: kind.settings.to_vec() });
        }
        let Some(own) = customs.iter().find(|t| t.id == one.action_type_id) else {
            return Err(custom::missing(&one.action_type_id, &one.name));
        };
        let range = |details: &ArtifactDetails| details.minimum_count..=details.maximum_count;
        let properties = &own.action_configuration_properties;
        let fits = |value: &str| value.len() <= MAX_QUERYABLE && value.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        let queried = properties.iter().find(|p| p.queryable == Some(true)).and_then(|p| Some((p, one.setting(&p.name)?)));
        if let Some((property, _)) = queried.filter(|(_, value)| !fits(value)) {
            return Err(action(format!(
                "The queryable configuration '{}' of action '{}' must have at most {MAX_QUERYABLE} letters, digits, '_' and '-'",
                property.name, one.name
            )));
        }
        Ok(Self {
            inputs: range(&own.input_artifact_details),
            outputs: range(&own.output_artifact_details),
            settings: properties.iter().map(|p| (p.name.as_str(), p.required)).collect(),
        })
    }
}

fn check_settings(one: &ActionDeclaration, settings: &[(&str, bool)]) -> Result<(), Error> {
    let name = &one.name;
    if one.configuration.len() > MAX_SETTINGS || one.configuration.values().any(|v| v.len() > MAX_SETTING) {
        return Err(action(format!("Action configuration for action '{name}' is too large")));
    }
    if let Some((missing, _)) = settings.iter().find(|(key, required)| *required && one.setting(key).is_none()) {
        return Err(action(format!("Action configuration for action '{name}' is missing required configuration '{missing}'")));
    }
    match one.configuration.keys().find(|key| !settings.iter().any(|(known, _)| known == key)) {
        Some(unknown) => Err(action(format!("Action configuration for action '{name}' contains unknown configuration '{unknown}'"))),
        None => Ok(()),
    }
}

fn check_count(one: &ActionDeclaration, which: &str, count: usize, allowed: &std::ops::RangeInclusive<usize>) -> Result<(), Error> {
    if allowed.contains(&count) {
        return Ok(());
    }
    let id = &one.action_type_id;
    let (least, most) = (allowed.start(), allowed.end());
    Err(action(format!(
        "Action '{}' has {count} {which} artifacts. ActionType (Category: '{}', Provider: '{}', Owner: '{}', Version: '{}') takes at least {least} and at most {most}",
        one.name, id.category, id.provider, id.owner, id.version
    )))
}

/// What rules read must be there when they are checked: that of the stage itself too, once it has ended.
fn check_rules(declared: &StageDeclaration, kind: ConditionType, known: &Known<'_>) -> Result<(), Error> {
    let Some(condition) = declared.condition(kind) else { return Ok(()) };
    for rule in &condition.rules {
        check_values("Rule", &rule.name, rule.configuration.values().chain(&rule.commands), known)?;
        if let Some(missing) = rule.input_artifacts.iter().find(|a| !known.artifacts.contains(&a.name)) {
            return Err(structure(format!(
                "Input Artifact Bundle {} in rule {} is not declared as Output Artifact Bundle in any of the preceding actions",
                missing.name, rule.name
            )));
        }
    }
    Ok(())
}

/// A reference must be to a namespace of an action before, or to a variable of the pipeline.
fn check_values<'t>(what: &str, name: &str, texts: impl Iterator<Item = &'t String>, known: &Known<'_>) -> Result<(), Error> {
    for text in texts {
        for (namespace, variable) in variables::references(text) {
            let there = match namespace {
                variables::PIPELINE => known.variables.contains(variable),
                variables::EXECUTION => variable == "PipelineExecutionId",
                other => known.namespaces.contains(other),
            };
            if !there {
                return Err(structure(format!(
                    "{what} '{name}' refers to the variable #{{{namespace}.{variable}}}, which no preceding action and no pipeline variable provides"
                )));
            }
        }
    }
    Ok(())
}
