//! References: everything that is named is there, and nothing waits for itself.

use std::collections::HashSet;

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::{Expr, ExprKind, Use};
use crate::graph::{Graph, condition_graph};
use crate::node::{Name, shorten};
use crate::suggest::did_you_mean;
use crate::template::{Resource, Template};

/// The parameters that every template has.
pub(crate) const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

pub(crate) fn check(template: &Template, findings: &mut Findings) {
    let mut checker = Checker {
        template,
        parameters: template.parameters.iter().map(|parameter| parameter.name.as_str()).collect(),
        conditions: template.conditions.iter().map(|(name, _)| name.text.as_str()).collect(),
        used: HashSet::new(),
        missing: Vec::new(),
        findings,
    };
    for (_, expr) in &template.conditions {
        checker.expr(expr, "Conditions");
        // A null is a function that has been reported already.
        if !matches!(&expr.kind, ExprKind::Null) && !matches!(&expr.kind, ExprKind::Call(call) if call.is_boolean()) {
            checker.findings.push(not_boolean(&expr.span));
        }
    }
    for rule in &template.rules {
        let asserts = rule.assertions.iter().map(|assertion| &assertion.assert);
        rule.condition.iter().chain(asserts).for_each(|expr| checker.expr(expr, "Rules"));
    }
    for resource in &template.resources {
        resource.condition_name.iter().for_each(|name| checker.condition(name, "Resources"));
        resource.expressions().for_each(|expr| checker.expr(expr, "Resources"));
        checker.depends_on(resource);
    }
    checker.unresolved("Resources");
    for output in &template.outputs {
        output.condition_name.iter().for_each(|name| checker.condition(name, "Outputs"));
        [Some(&output.value), output.export.as_ref()].into_iter().flatten().for_each(|expr| checker.expr(expr, "Outputs"));
    }
    checker.unresolved("Outputs");
    checker.names();
    checker.unused();
    for graph in [condition_graph(template), Graph::new(template, &|_| None, &|_| true, true)] {
        if let Err(cycle) = graph.order() {
            findings.push(cycle);
        }
    }
}

/// A condition that is no boolean function.
pub(crate) fn not_boolean(span: &Span) -> Diagnostic {
    Diagnostic::error(span, "Template format error: Every Condition member must be a boolean function")
        .help("use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition")
}

struct Checker<'a, 'f> {
    template: &'a Template,
    parameters: HashSet<&'a str>,
    conditions: HashSet<&'a str>,
    used: HashSet<&'a str>,
    /// What a block refers to and is not there, each name once.
    missing: Vec<&'a Name>,
    findings: &'f mut Findings,
}

impl<'a> Checker<'a, '_> {
    fn expr(&mut self, expr: &'a Expr, block: &str) {
        let mut uses = Vec::new();
        expr.uses(&|_| None, false, &mut |used, _| uses.push(used));
        for used in uses {
            match used {
                Use::Ref(name) => self.reference(name, block),
                Use::GetAtt(name) => self.attribute(name, block),
                Use::Condition(name) => self.condition(name, block),
                Use::Mapping(name, span) => self.mapping(name, span),
                Use::Import(_) => {}
            }
        }
    }

    fn reference(&mut self, name: &'a Name, block: &str) {
        let text = name.text.as_str();
        self.used.insert(text);
        if self.parameters.contains(text) || PSEUDO.contains(&text) {
            return;
        }
        let resources = matches!(block, "Resources" | "Outputs");
        if self.template.index.contains_key(text) && resources {
            return;
        }
        if resources {
            return self.is_missing(name);
        }
        let message = format!(
            "Template format error: Unresolved dependencies [{}]. Cannot reference resources in the {block} block of the template",
            shorten(text)
        );
        let help = did_you_mean(text, self.parameters.iter().copied().chain(PSEUDO));
        self.findings.push(Diagnostic::error(&name.span, message).maybe_help(help));
    }

    fn is_missing(&mut self, name: &'a Name) {
        const MOST: usize = 100;
        if self.missing.len() < MOST && !self.missing.iter().any(|known| known.text == name.text) {
            self.missing.push(name);
        }
    }

    /// Reports what is missing in a block. The first finding names all of it, as AWS does; each has its place.
    fn unresolved(&mut self, block: &str) {
        let missing = std::mem::take(&mut self.missing);
        for (at, name) in missing.iter().enumerate() {
            let named: Vec<String> =
                missing[at..].iter().take(if at == 0 { usize::MAX } else { 1 }).map(|name| shorten(&name.text)).collect();
            let message = format!(
                "Template format error: Unresolved resource dependencies [{}] in the {block} block of the template",
                named.join(", ")
            );
            let ids = self.template.index.keys().map(String::as_str);
            let help = did_you_mean(&name.text, self.parameters.iter().copied().chain(PSEUDO).chain(ids));
            self.findings.push(Diagnostic::error(&name.span, message).maybe_help(help));
        }
    }

    fn attribute(&mut self, name: &'a Name, block: &str) {
        let text = name.text.as_str();
        if !matches!(block, "Resources" | "Outputs") {
            let message = format!(
                "Template format error: Unresolved dependencies [{}]. Cannot reference resources in the {block} block of the template",
                shorten(text)
            );
            self.findings.push(Diagnostic::error(&name.span, message));
            return;
        }
        if self.template.index.contains_key(text) || self.findings.is_full() {
            return;
        }
        let message = format!("Template error: instance of Fn::GetAtt references undefined resource {}", shorten(text));
        let help = if self.parameters.contains(text) {
            Some(format!("'{text}' is a parameter; a parameter has no attributes"))
        } else {
            did_you_mean(text, self.template.index.keys().map(String::as_str))
        };
        self.findings.push(Diagnostic::error(&name.span, message).maybe_help(help));
    }

    fn condition(&mut self, name: &'a Name, block: &str) {
        let text = name.text.as_str();
        self.used.insert(text);
        if self.conditions.contains(text) || self.findings.is_full() {
            return;
        }
        let message =
            format!("Template format error: Unresolved condition dependency {} in the {block} block of the template", shorten(text));
        self.findings.push(Diagnostic::error(&name.span, message).maybe_help(did_you_mean(text, self.conditions.iter().copied())));
    }

    fn mapping(&mut self, name: &'a str, span: &Span) {
        self.used.insert(name);
        if self.template.mappings.contains_key(name) || self.findings.is_full() {
            return;
        }
        let message = format!("Template error: Mapping named '{}' is not present in the 'Mappings' section of template.", shorten(name));
        self.findings
            .push(Diagnostic::error(span, message).maybe_help(did_you_mean(name, self.template.mappings.keys().map(String::as_str))));
    }

    fn depends_on(&mut self, resource: &'a Resource) {
        for name in &resource.depends_on_names {
            if !self.template.index.contains_key(&name.text) {
                self.is_missing(name);
            }
        }
    }

    /// A parameter and a resource cannot share a name: `Ref` could mean either.
    fn names(&mut self) {
        for resource in &self.template.resources {
            if self.parameters.contains(resource.logical_id.as_str()) {
                let message = format!(
                    "Template error: all resources and parameters must have unique names. Common name(s):[{}]",
                    resource.logical_id
                );
                self.findings.push(Diagnostic::error(&resource.span, message).help("rename one of the two"));
            }
        }
    }

    fn unused(&mut self) {
        // What a transform used is no longer there to be seen.
        if !self.template.transforms.is_empty() {
            return;
        }
        let parameters = self.template.parameters.iter().map(|p| ("Parameter", p.name.as_str(), &p.span));
        let conditions = self.template.conditions.iter().map(|(name, _)| ("Condition", name.text.as_str(), &name.span));
        let mut mappings: Vec<_> = self.template.mappings.iter().map(|(name, m)| ("Mapping", name.as_str(), &m.span)).collect();
        mappings.sort_by_key(|(_, _, span)| (*span).clone());
        for (kind, name, span) in parameters.chain(conditions).chain(mappings) {
            if !self.used.contains(name) {
                self.findings.push(Diagnostic::warning(span, format!("{kind} {name} is never used")));
            }
        }
    }
}
