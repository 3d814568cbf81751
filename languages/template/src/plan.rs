//! A template with its inputs: which resources there are, in which order, and what their properties say.

use std::collections::{BTreeSet, HashMap};

use crate::diagnostic::{Diagnostic, Findings};
use crate::evaluate::{Evaluator, World};
use crate::expression::{Expr, Use};
use crate::graph::{Graph, condition_graph};
use crate::inputs::{Attributes, Inputs};
use crate::located::Located;
use crate::template::{OutputDeclaration, Resource, Template};
use crate::{LocatedValue, ParameterValue, Span};

/// A template evaluated as far as it goes before any resource exists.
pub struct Plan<'a> {
    world: World<'a>,
    parameters: Vec<ParameterValue>,
    order: Vec<String>,
    dependencies: HashMap<&'a str, Vec<String>>,
    resources: HashMap<&'a str, ResourcePlan>,
}

/// A resource that the stack has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePlan {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// What becomes of it when the stack lets it go, when the template says so.
    pub deletion_policy: Option<String>,
    /// What becomes of the old one when it is replaced, when the template says so.
    pub update_replace_policy: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

impl ResourcePlan {
    fn of(resource: &Resource) -> ResourcePlan {
        ResourcePlan {
            logical_id: resource.logical_id.clone(),
            resource_type: resource.resource_type.clone(),
            deletion_policy: resource.deletion_policy.clone(),
            update_replace_policy: resource.update_replace_policy.clone(),
            span: resource.span.clone(),
        }
    }
}

/// A part of a resource that is no property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceAttribute {
    /// `Metadata`.
    Metadata,
    /// `CreationPolicy`.
    CreationPolicy,
    /// `UpdatePolicy`.
    UpdatePolicy,
}

/// An evaluated output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What the author says of it.
    pub description: Option<String>,
    /// The name under which other stacks import it.
    pub export_name: Option<String>,
    /// Where its value was written.
    pub span: Span,
}

impl Template {
    /// Checks the parameters, evaluates the conditions, and drops what they exclude.
    pub fn plan<'a>(&'a self, inputs: &'a Inputs<'a>) -> Result<Plan<'a>, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let parameters = crate::parameters::resolve(self, inputs, &mut findings);
        let values = findings.finish(Some(parameters))?.0;
        let mut world = World { template: self, inputs, parameters: values.located, conditions: HashMap::new() };
        let order = condition_graph(self).order().map_err(|cycle| vec![cycle])?;
        for at in order {
            let (name, expr) = &self.conditions[at];
            let holds = Evaluator::run(&world, None, |evaluator| evaluator.condition(expr))?;
            world.conditions.insert(&name.text, holds);
        }
        rules(&world)?;
        let plan = Plan { parameters: values.values, order: Vec::new(), dependencies: HashMap::new(), resources: HashMap::new(), world };
        plan.arrange()
    }
}

fn rules(world: &World<'_>) -> Result<(), Vec<Diagnostic>> {
    let mut findings = Findings::default();
    for rule in &world.template.rules {
        if let Some(condition) = &rule.condition
            && !Evaluator::run(world, None, |evaluator| evaluator.condition(condition))?
        {
            continue;
        }
        for assertion in &rule.assertions {
            if !Evaluator::run(world, None, |evaluator| evaluator.condition(&assertion.assert))? {
                let why = assertion.description.as_deref().unwrap_or("the assertion does not hold");
                findings.push(
                    Diagnostic::error(&assertion.assert.span, format!("Template validation error: Rule {} failed: {why}", rule.name.text))
                        .help("give the parameters other values"),
                );
            }
        }
    }
    findings.finish(Some(())).map(|_| ())
}

impl<'a> Plan<'a> {
    fn arrange(mut self) -> Result<Plan<'a>, Vec<Diagnostic>> {
        let template = self.world.template;
        let live = template.resources.iter().filter(|resource| self.holds(resource.condition.as_deref()));
        self.resources = live.map(|resource| (resource.logical_id.as_str(), ResourcePlan::of(resource))).collect();
        self.all_there()?;
        let conditions = &self.world.conditions;
        let taken = |name: &str| conditions.get(name).copied();
        let live = |name: &str| self.resources.contains_key(name);
        let graph = Graph::new(template, &taken, &live, false);
        let order = graph.order().map_err(|cycle| vec![cycle])?;
        let mut ids = Vec::new();
        let mut dependencies = HashMap::new();
        for at in order {
            let id = template.resources[at].logical_id.as_str();
            if live(id) {
                ids.push(id.to_owned());
                dependencies.insert(id, graph.needs(at).map(str::to_owned).collect());
            }
        }
        (self.order, self.dependencies) = (ids, dependencies);
        Ok(self)
    }

    fn holds(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.world.conditions.get(name).copied().unwrap_or(false))
    }

    /// The expressions that this plan evaluates, with the block that they stand in.
    fn expressions(&self) -> Vec<(&'a Expr, &'static str)> {
        let template = self.world.template;
        let resources = template.resources.iter().filter(|r| self.resources.contains_key(r.logical_id.as_str()));
        let outputs = self.live_outputs().flat_map(|output| [Some(&output.value), output.export.as_ref()].into_iter().flatten());
        resources.flat_map(Resource::expressions).map(|expr| (expr, "Resources")).chain(outputs.map(|expr| (expr, "Outputs"))).collect()
    }

    fn live_outputs(&self) -> impl Iterator<Item = &'a OutputDeclaration> {
        self.world.template.outputs.iter().filter(|output| self.holds(output.condition.as_deref()))
    }

    /// Nothing that is created refers to what a condition drops.
    fn all_there(&self) -> Result<(), Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let template = self.world.template;
        for (expr, block) in self.expressions() {
            expr.uses(&|name| self.world.conditions.get(name).copied(), false, &mut |used, _| {
                let (Use::Ref(name) | Use::GetAtt(name)) = used else { return };
                let Some(resource) = template.resource(&name.text) else { return };
                if !self.resources.contains_key(name.text.as_str()) {
                    let message = format!(
                        "Template format error: Unresolved resource dependencies [{}] in the {block} block of the template",
                        name.text
                    );
                    let condition = resource.condition.as_deref().unwrap_or_default();
                    findings.push(Diagnostic::error(&name.span, message).help(format!(
                        "{} is not created, because its condition {condition} is false; use Fn::If with {condition} here",
                        name.text
                    )));
                }
            });
        }
        findings.finish(Some(())).map(|_| ())
    }

    /// The logical ids in the order of creation: what is needed first, otherwise as in the template.
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// What a resource needs: the resources that it refers to, and those of `DependsOn`.
    pub fn dependencies(&self, id: &str) -> &[String] {
        self.dependencies.get(id).map_or(&[], Vec::as_slice)
    }

    /// A resource of the plan; nothing when its condition is false.
    pub fn resource(&self, id: &str) -> Option<&ResourcePlan> {
        self.resources.get(id)
    }

    /// The parameters' values, in the template's order.
    pub fn parameters(&self) -> &[ParameterValue] {
        &self.parameters
    }

    /// Whether a condition holds.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.world.conditions.get(name).copied()
    }

    /// The names of the exports that this stack imports.
    pub fn imports(&self) -> Result<BTreeSet<String>, Vec<Diagnostic>> {
        let mut arguments = Vec::new();
        for (expr, _) in self.expressions() {
            expr.uses(&|name| self.condition(name), false, &mut |used, _| {
                if let Use::Import(argument) = used {
                    arguments.push(argument);
                }
            });
        }
        Evaluator::run(&self.world, None, |evaluator| {
            arguments
                .into_iter()
                .map(|argument| evaluator.import_name(argument))
                .map(|name| Ok(name?.text().unwrap_or_default().to_owned()))
                .collect()
        })
    }

    /// A resource's properties, evaluated. `known` answers for the resources in [`dependencies`](Plan::dependencies).
    pub fn properties(&self, id: &str, known: &dyn Attributes) -> Result<Located, Vec<Diagnostic>> {
        let resource = self.declared(id)?;
        match &resource.properties {
            Some(expr) => self.evaluate(expr, known),
            None => Ok(empty(&resource.span)),
        }
    }

    /// Another part of a resource, evaluated; nothing when the template does not have it.
    pub fn attribute(&self, id: &str, attribute: ResourceAttribute, known: &dyn Attributes) -> Result<Option<Located>, Vec<Diagnostic>> {
        let resource = self.declared(id)?;
        let expr = match attribute {
            ResourceAttribute::Metadata => &resource.metadata,
            ResourceAttribute::CreationPolicy => &resource.creation_policy,
            ResourceAttribute::UpdatePolicy => &resource.update_policy,
        };
        expr.as_ref().map(|expr| self.evaluate(expr, known)).transpose()
    }

    pub(crate) fn declared(&self, id: &str) -> Result<&'a Resource, Vec<Diagnostic>> {
        let template = self.world.template;
        template.resource(id).filter(|_| self.resources.contains_key(id)).ok_or_else(|| {
            vec![Diagnostic::error(&template.span, format!("Resource {id} does not exist for stack {}", self.world.inputs.stack_name))]
        })
    }

    fn evaluate(&self, expr: &Expr, known: &dyn Attributes) -> Result<Located, Vec<Diagnostic>> {
        let value = Evaluator::run(&self.world, Some(known), |evaluator| evaluator.value(expr))?;
        let value = value.unwrap_or_else(|| empty(&expr.span));
        let mut problems = Vec::new();
        let value = crate::dynamic::resolve(value, self.world.inputs.resolver, &mut problems);
        if problems.is_empty() { Ok(value) } else { Err(problems) }
    }

    /// The outputs whose conditions hold.
    pub fn outputs(&self, known: &dyn Attributes) -> Result<Vec<Output>, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let mut outputs = Vec::new();
        for output in self.live_outputs() {
            match self.output(output, known) {
                Ok(output) => outputs.push(output),
                Err(list) => findings.extend(list),
            }
        }
        let (outputs, _) = findings.finish(Some(outputs))?;
        Ok(outputs)
    }

    fn output(&self, output: &OutputDeclaration, known: &dyn Attributes) -> Result<Output, Vec<Diagnostic>> {
        let string = |expr: &Expr, what: &str| {
            let value = Evaluator::run(&self.world, Some(known), |evaluator| evaluator.value(expr))?;
            // As on AWS, dynamic references are answered in resources alone: here they stay as they are written.
            let text = value.as_ref().and_then(|value| Some((value.text()?.to_owned(), value.span.clone())));
            text.ok_or_else(|| {
                let message = format!(
                    "Template format error: Output {} is malformed. The {what} field of every Outputs member must evaluate to a String.",
                    output.key
                );
                vec![Diagnostic::error(&expr.span, message)]
            })
        };
        let (value, span) = string(&output.value, "Value")?;
        let export_name = output.export.as_ref().map(|export| string(export, "Name")).transpose()?.map(|(name, _)| name);
        Ok(Output { key: output.key.clone(), value, description: output.description.clone(), export_name, span })
    }
}

fn empty(span: &Span) -> Located {
    Located::new(LocatedValue::Map(Vec::new()), span.clone())
}
