//! From what a caller gives to a version of a stack that can be brought about.

use crate::{
    CloudFormation,
    changes::{self, Kinds, Survey},
    error::{findings, insufficient_capabilities, invalid},
    evaluation::{Lacking, exported, parsed, transformed, with_lacking, with_plan},
    state::{ParameterRow, RESOURCES, ResourceRow, Stack, TEMPLATES, Tag, Version},
    stored,
};
use base::{Arn, Secret};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use template::{Diagnostic, ParameterValue, Template};

/// A parameter as it is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    /// Its name.
    pub parameter_key: String,
    /// Its value: a secret, because the template may say so.
    pub parameter_value: Option<Secret<String>>,
    /// The value that the stack has now.
    pub use_previous_value: Option<bool>,
}

/// What the operations that bring a template are given.
pub(crate) struct Request {
    /// None: the template that the stack has.
    pub(crate) text: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    /// None: the tags that the stack has.
    pub(crate) tags: Option<Vec<Tag>>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) resource_types: Vec<String>,
    /// The role that is given to the stack. None: the one that it has.
    pub(crate) role: Option<Arn>,
}

pub(crate) struct Prepared {
    pub(crate) version: Version,
    pub(crate) text: String,
    pub(crate) survey: Survey,
    /// The template declares transforms.
    rewritten: bool,
    /// The resources, after the transforms.
    ids: Vec<String>,
}

const MAX_TAGS: usize = 50;

/// The text of the stack's present template.
pub(crate) fn current_text(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<Option<String>, Error> {
    let Some(current) = stack.shown() else { return Ok(None) };
    let [account, uuid] = stack.key();
    scope.get(&TEMPLATES, &[account, uuid, current.template.as_str()])
}

/// The stack's resources by logical id.
pub(crate) fn resources(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<HashMap<String, ResourceRow>, Error> {
    let rows = scope.scan(&RESOURCES, &stack.key())?;
    Ok(rows.into_iter().map(|(_, row)| (row.logical_id.clone(), row)).collect())
}

/// The resource types of a template. All that are not there are named at once.
pub(crate) fn kinds(scope: &Scope<'_, CloudFormation>, template: &Template) -> Result<Kinds, Error> {
    let mut kinds = Kinds::new();
    let mut unknown = Vec::new();
    let mut first = None;
    for resource in template.resources() {
        match scope.resource_type(&resource.resource_type) {
            Some(kind) => {
                kinds.insert(resource.resource_type.clone(), kind);
            }
            None => {
                first.get_or_insert(&resource.type_span);
                if !unknown.contains(&resource.resource_type.as_str()) {
                    unknown.push(resource.resource_type.as_str());
                }
            }
        }
    }
    let Some(span) = first else { return Ok(kinds) };
    let message = format!("Template format error: Unrecognized resource types: [{}]", unknown.join(", "));
    let names = scope.resource_type_names();
    let near = unknown.iter().find_map(|name| Some(format!("{name}: {} ", template::did_you_mean(name, names.iter().copied())?)));
    let help = format!("{}Sekisho has {}", near.unwrap_or_default(), names.join(", "));
    Err(findings(&[changes::finding(span, message, Some(help))]))
}

pub(crate) fn check_tags(tags: &[Tag]) -> Result<(), Error> {
    if tags.len() > MAX_TAGS {
        return Err(invalid(format!("{} tags were given; a stack has at most {MAX_TAGS}", tags.len())));
    }
    for (at, tag) in tags.iter().enumerate() {
        if tag.key.is_empty() || tag.key.len() > 128 || tag.value.len() > 256 || tag.key.starts_with("aws:") {
            return Err(invalid(format!(
                "The tag '{}' is not valid: a key has 1 to 128 characters and does not begin with aws:, a value at most 256",
                tag.key
            )));
        }
        if tags[..at].iter().any(|other| other.key == tag.key) {
            return Err(invalid(format!("Duplicate tag keys found: {}", tag.key)));
        }
    }
    Ok(())
}

/// The capability to have a template rewritten without looking at the result. Change sets are looked at: they need none.
const AUTO_EXPAND: &str = "CAPABILITY_AUTO_EXPAND";

pub(crate) fn check_capabilities(template: &Template, given: &[String]) -> Result<(), Error> {
    const KNOWN: [&str; 3] = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", AUTO_EXPAND];
    if let Some(other) = given.iter().find(|c| !KNOWN.contains(&c.as_str())) {
        return Err(crate::error::constraint("capabilities", other, &format!("satisfy enum value set: [{}]", KNOWN.join(", "))));
    }
    for (needed, why) in template.capabilities_needed() {
        let covers = |c: &String| c == needed || c == "CAPABILITY_NAMED_IAM" && needed == "CAPABILITY_IAM";
        if needed != AUTO_EXPAND && !given.iter().any(covers) {
            return Err(insufficient_capabilities(needed, &why));
        }
    }
    Ok(())
}

fn check_resource_types(template: &Template, allowed: &[String]) -> Result<(), Error> {
    if allowed.is_empty() {
        return Ok(());
    }
    let matches =
        |pattern: &String, name: &str| pattern == name || pattern.strip_suffix('*').is_some_and(|prefix| name.starts_with(prefix));
    match template.resources().iter().find(|r| !allowed.iter().any(|pattern| matches(pattern, &r.resource_type))) {
        None => Ok(()),
        Some(r) => {
            let message = format!("Resource type {} is not allowed by parameter ResourceTypes [{}]", r.resource_type, allowed.join(", "));
            Err(findings(&[changes::finding(&r.type_span, message, None)]))
        }
    }
}

fn given_values(parameters: &[Parameter], current: Option<&Version>) -> Result<BTreeMap<String, String>, Error> {
    let mut values = BTreeMap::new();
    for parameter in parameters {
        let key = &parameter.parameter_key;
        let previous = parameter.use_previous_value.unwrap_or(false);
        let value = match (&parameter.parameter_value, previous) {
            (Some(_), true) => {
                return Err(invalid(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and a ParameterValue"
                )));
            }
            (Some(value), false) => value.expose().clone(),
            (None, true) => {
                let row = current.and_then(|c| c.values.iter().find(|row| row.key == *key));
                let row = row.ok_or_else(|| {
                    invalid(format!("Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template"))
                })?;
                row.value.clone()
            }
            // The template's default, if it has one.
            (None, false) => continue,
        };
        if values.insert(key.clone(), value).is_some() {
            return Err(invalid(format!("Duplicate parameter key found: {key}")));
        }
    }
    Ok(values)
}

/// Checks everything that can be checked before anything is made.
pub(crate) fn prepare(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, request: Request) -> Result<Prepared, Error> {
    let text = match request.text {
        Some(text) => text,
        None => current_text(scope, stack)?.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?,
    };
    let template = parsed(&text).map_err(|list| findings(&list))?;
    let tags = request.tags.or_else(|| stack.shown().map(|c| c.tags.clone())).unwrap_or_default();
    check_tags(&tags)?;
    let mut version = Version {
        template: base::uuid_v7(scope.entropy(), scope.now()),
        description: template.description().map(str::to_string),
        parameters: given_values(&request.parameters, stack.shown())?,
        stored: BTreeMap::new(),
        values: Vec::new(),
        tags,
        capabilities: request.capabilities,
        imports: BTreeSet::new(),
    };
    version.stored = stored::of_parameters(scope, &template, &version.parameters)?;
    let worded = |list: Vec<Diagnostic>| findings(&list);
    let template = transformed(stack, &version, &text).map_err(worded)?;
    let kinds = kinds(scope, &template)?;
    check_resource_types(&template, &request.resource_types)?;
    check_capabilities(&template, &version.capabilities)?;
    version.imports = with_plan(stack, &template, &version, &BTreeMap::new(), |plan| plan.imports()).map_err(worded)?;
    let exports = exported(scope, stack, &version.imports)?;
    let rows = resources(scope, stack)?;
    let survey = loop {
        let lacking = Lacking::default();
        let surveyed = with_lacking(stack, &template, &version, &exports, &lacking, |plan| {
            let survey = changes::survey(plan, &kinds, &rows, &stack.outputs, stack.shown(), &version.tags)?;
            Ok((survey, plan.parameters().iter().map(row_of).collect()))
        });
        if !lacking.is_empty() {
            let found = stored::of_references(scope, stack, request.role.as_ref(), lacking.take())?;
            version.stored.extend(found);
            continue;
        }
        let (survey, values) = surveyed.map_err(worded)?;
        version.values = values;
        break survey;
    };
    let rewritten = !template.transforms().is_empty();
    let ids = template.resources().iter().map(|resource| resource.logical_id.clone()).collect();
    Ok(Prepared { version, text, survey, rewritten, ids })
}

fn row_of(parameter: &ParameterValue) -> ParameterRow {
    ParameterRow {
        key: parameter.name.clone(),
        value: parameter.value.clone(),
        resolved: parameter.resolved_value.clone(),
        no_echo: parameter.no_echo,
    }
}

impl Prepared {
    /// Refuses a template with transforms whose caller does not acknowledge that it is used unseen.
    pub(crate) fn unseen(self) -> Result<Self, Error> {
        match self.rewritten && !self.version.capabilities.iter().any(|c| c == AUTO_EXPAND) {
            true => Err(insufficient_capabilities(AUTO_EXPAND, "The template declares transforms")),
            false => Ok(self),
        }
    }
    /// Keeps the template's text.
    pub(crate) fn keep(self, scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<Version, Error> {
        let [account, uuid] = stack.key();
        scope.put(&TEMPLATES, &[account, uuid, self.version.template.as_str()], &self.text)?;
        Ok(self.version)
    }
    /// Whether the stack would be the same afterwards. What failed and was left as it was can always be tried again.
    pub(crate) fn changes_nothing(&self, stack: &Stack) -> bool {
        let resolved = |version: &Version| version.values.iter().map(|row| row.resolved.clone()).collect::<Vec<_>>();
        let same = |current: &Version| current.tags == self.version.tags && resolved(current) == resolved(&self.version);
        self.survey.is_empty() && !stack.status.left_as_it_was() && stack.current.as_ref().is_some_and(same)
    }
    /// A stack policy as it is kept, if it names nothing that neither the template nor the stack has.
    pub(crate) fn checked_policy(
        &self,
        scope: &mut Scope<'_, CloudFormation>,
        stack: &Stack,
        policy: Option<String>,
    ) -> Result<Option<String>, Error> {
        let Some(policy) = policy else { return Ok(None) };
        let present = resources(scope, stack)?;
        let ids = self.ids.iter().chain(present.keys()).map(String::as_str);
        crate::protection::checked(policy, ids).map(Some)
    }
}
