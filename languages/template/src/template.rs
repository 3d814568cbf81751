//! A template, read and checked.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::Expr;
use crate::located::Located;
use crate::node::{Entry, Kind, MAX_BYTES, Name, Node};
use crate::{Inputs, Parameter, Span, extensions};

/// A CloudFormation template whose syntax, structure and references hold.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) span: Span,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Option<Located>,
    pub(crate) transforms: Vec<String>,
    /// Some of it waits for the inputs of a stack.
    pub(crate) pending: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) mappings: HashMap<String, Mapping>,
    pub(crate) conditions: Vec<(Name, Expr)>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) resources: Vec<Resource>,
    /// Logical id → place in `resources`.
    pub(crate) index: HashMap<String, usize>,
    pub(crate) outputs: Vec<OutputDeclaration>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// The values of a mapping, by top-level and second-level key.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub span: Span,
    pub values: HashMap<String, HashMap<String, Located>>,
}

/// A rule: assertions about the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub name: Name,
    pub condition: Option<Expr>,
    pub assertions: Vec<Assertion>,
}

#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    pub assert: Expr,
    pub description: Option<String>,
}

/// A resource as the template declares it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::S3::Bucket`.
    pub resource_type: String,
    /// The condition that decides whether it is created.
    pub condition: Option<String>,
    /// What `DependsOn` names.
    pub depends_on: Vec<String>,
    /// What becomes of it when the stack lets it go: `Delete`, `Retain`, `RetainExceptOnCreate` or `Snapshot`.
    pub deletion_policy: Option<String>,
    /// What becomes of the old one when an update replaces it.
    pub update_replace_policy: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Where its type stands.
    pub type_span: Span,
    pub(crate) condition_name: Option<Name>,
    pub(crate) depends_on_names: Vec<Name>,
    pub(crate) properties: Option<Expr>,
    pub(crate) metadata: Option<Expr>,
    pub(crate) creation_policy: Option<Expr>,
    pub(crate) update_policy: Option<Expr>,
}

impl Resource {
    /// Everything in it that may refer to something.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        [&self.properties, &self.metadata, &self.creation_policy, &self.update_policy].into_iter().flatten()
    }
}

/// An output as the template declares it.
#[derive(Clone, Debug)]
pub struct OutputDeclaration {
    /// Its key.
    pub key: String,
    /// Its description.
    pub description: Option<String>,
    /// The condition that decides whether it is there.
    pub condition: Option<String>,
    /// Where its key stands.
    pub span: Span,
    pub(crate) condition_name: Option<Name>,
    pub(crate) value: Expr,
    pub(crate) export: Option<Expr>,
}

impl Template {
    /// Reads a template, in YAML or (when its first character is `{`) in JSON, and checks all that can be checked
    /// without inputs. `file` is the name that its places carry.
    pub fn parse(source: &str, file: &str) -> Result<Template, Vec<Diagnostic>> {
        Template::read(source, file, None)
    }

    /// Reads a template for a stack: as [`parse`](Template::parse), and what its transforms make of the stack's inputs.
    /// Only a template with [`transforms`](Template::transforms) differs.
    pub fn process(source: &str, file: &str, inputs: &Inputs<'_>) -> Result<Template, Vec<Diagnostic>> {
        Template::read(source, file, Some(inputs))
    }

    /// The template's text, in JSON, after its transforms; nothing when it has none.
    pub fn processed(source: &str, file: &str, inputs: &Inputs<'_>) -> Result<Option<String>, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let (entries, span) = tree(source, file, &mut findings)?;
        let transforms = crate::sections::transforms(&entries, &mut findings);
        findings.finish(Some(()))?;
        match transforms.iter().any(|name| name == extensions::NAME) {
            true => extensions::processed(entries, &span, inputs).map(Some),
            false => Ok(None),
        }
    }

    fn read(source: &str, file: &str, inputs: Option<&Inputs<'_>>) -> Result<Template, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let (mut entries, span) = tree(source, file, &mut findings)?;
        let transforms = crate::sections::transforms(&entries, &mut findings);
        let mut pending = false;
        if transforms.iter().any(|name| name == extensions::NAME) {
            let expanded = extensions::expand(entries, &span, inputs, &mut findings);
            (entries, pending) = (expanded.entries, expanded.pending);
        }
        let mut template = crate::sections::read(entries, Template { transforms, pending, ..Template::blank(span) }, &mut findings);
        if !pending {
            crate::check::check(&template, &mut findings);
        }
        let (_, warnings) = findings.finish(Some(()))?;
        template.warnings = warnings;
        Ok(template)
    }

    /// A template with nothing in it.
    pub(crate) fn blank(span: Span) -> Template {
        Template {
            span,
            description: None,
            metadata: None,
            transforms: Vec::new(),
            pending: false,
            parameters: Vec::new(),
            mappings: HashMap::new(),
            conditions: Vec::new(),
            rules: Vec::new(),
            resources: Vec::new(),
            index: HashMap::new(),
            outputs: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// The sections of a template as they are written, and where they stand.
fn tree(source: &str, file: &str, findings: &mut Findings) -> Result<(Vec<Entry>, Span), Vec<Diagnostic>> {
    let file: Arc<str> = file.into();
    let start = Span::on_line(file.clone(), 1, 1, 1);
    let fail = |message: &str, help: &str| Err(vec![Diagnostic::error(&start, message).help(help)]);
    if source.len() > MAX_BYTES {
        return fail("Template may not exceed 1048576 bytes in size.", "split it into nested stacks");
    }
    let text = source.trim_start_matches('\u{feff}');
    let first = text.trim_start();
    if first.is_empty() {
        return fail("Template format error: the template is empty", "a template has at least a Resources section");
    }
    let parsed = if first.starts_with('{') {
        crate::json::parse(text, &file, findings).map(Some)
    } else {
        crate::yaml::parse(text, &file, findings)
    };
    match parsed {
        Ok(Some(Node { kind: Kind::Map(entries), span })) => Ok((entries, span)),
        Ok(_) => fail("Template format error: unsupported structure.", "a template is an object with a Resources section"),
        Err(finding) => {
            findings.push(finding);
            Err(findings.take_errors())
        }
    }
}

impl Template {
    /// What the author says of it.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Its `Metadata` section, as written.
    pub fn metadata(&self) -> Option<&Located> {
        self.metadata.as_ref()
    }

    /// The transforms that it declares.
    pub fn transforms(&self) -> &[String] {
        &self.transforms
    }

    /// The parameters, in the template's order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The declared resources, in the template's order, those with a false condition included.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The declared resource with a logical id.
    pub fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.index.get(logical_id).map(|at| &self.resources[*at])
    }

    /// The declared outputs.
    pub fn outputs(&self) -> &[OutputDeclaration] {
        &self.outputs
    }

    /// The names of the conditions.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|(name, _)| name.text.as_str())
    }

    /// What is allowed but probably not meant.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The capabilities that a caller must acknowledge, with AWS's reasons. `CAPABILITY_NAMED_IAM` covers `CAPABILITY_IAM`.
    pub fn capabilities_needed(&self) -> Vec<(&'static str, String)> {
        const IDENTITIES: [(&str, Option<&str>); 11] = [
            ("AWS::IAM::AccessKey", None),
            ("AWS::IAM::Group", Some("GroupName")),
            ("AWS::IAM::GroupPolicy", None),
            ("AWS::IAM::InstanceProfile", Some("InstanceProfileName")),
            ("AWS::IAM::ManagedPolicy", Some("ManagedPolicyName")),
            ("AWS::IAM::Policy", None),
            ("AWS::IAM::Role", Some("RoleName")),
            ("AWS::IAM::RolePolicy", None),
            ("AWS::IAM::User", Some("UserName")),
            ("AWS::IAM::UserPolicy", None),
            ("AWS::IAM::UserToGroupAddition", None),
        ];
        let mut types: Vec<&str> = Vec::new();
        let mut named = false;
        for resource in &self.resources {
            let Some((resource_type, name)) = IDENTITIES.iter().find(|(name, _)| *name == resource.resource_type) else {
                continue;
            };
            types.push(resource_type);
            named |= name.is_some_and(|name| resource.properties.as_ref().is_some_and(|properties| properties.has_field(name)));
        }
        types.sort_unstable();
        types.dedup();
        let reason = |names: String| format!("The following resource(s) require capabilities: [{names}]");
        let mut needed = Vec::new();
        if !types.is_empty() {
            needed.push((if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" }, reason(types.join(", "))));
        }
        if !self.transforms.is_empty() {
            needed.push(("CAPABILITY_AUTO_EXPAND", reason(self.transforms.join(", "))));
        }
        needed
    }
}
