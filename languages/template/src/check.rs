//! References: everything that is named is there, and nothing waits for itself.

use std::collections::{HashMap, HashSet};

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::{Expr, Use};
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
        findings,
    };
    for (_, expr) in &template.conditions {
        checker.expr(expr, "Conditions");
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
    for output in &template.outputs {
        output.condition_name.iter().for_each(|name| checker.condition(name, "Outputs"));
        [Some(&output.value), output.export.as_ref()].into_iter().flatten().for_each(|expr| checker.expr(expr, "Outputs"));
    }
    checker.names();
    checker.unused();
    for graph in [condition_graph(template), Graph::new(template, &|_| None, &|_| true, true)] {
        if let Err(cycle) = graph.order() {
            findings.push(cycle);
        }
    }
}

struct Checker<'a, 'f> {
    template: &'a Template,
    parameters: HashSet<&'a str>,
    conditions: HashSet<&'a str>,
    used: HashSet<&'a str>,
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
        let message = match (resources, block) {
            (true, _) => format!("Template format error: Unresolved resource dependencies [{}] in the {block} block of the template", shorten(text)),
            (false, "Conditions") => {
                format!("Template format error: Unresolved dependencies [{}]. Cannot reference resources in the Conditions block of the template", shorten(text))
            }
            _ => format!("Template format error: Unresolved dependencies [{}]. Cannot reference resources in the {block} block of the template", shorten(text)),
        };
        let known = self.parameters.iter().copied().chain(PSEUDO);
        let ids = self.template.index.keys().map(String::as_str).filter(|_| resources);
        self.findings.push(Diagnostic::error(&name.span, message).maybe_help(did_you_mean(text, known.chain(ids))));
    }

    fn attribute(&mut self, name: &'a Name, block: &str) {
        let text = name.text.as_str();
        if !matches!(block, "Resources" | "Outputs") {
            let message =
                format!("Template format error: Unresolved dependencies [{}]. Cannot reference resources in the {block} block of the template", shorten(text));
            self.findings.push(Diagnostic::error(&name.span, message));
            return;
        }
        if self.template.index.contains_key(text) {
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
        if self.conditions.contains(text) {
            return;
        }
        let message = format!("Template format error: Unresolved condition dependency {} in the {block} block of the template", shorten(text));
        self.findings.push(Diagnostic::error(&name.span, message).maybe_help(did_you_mean(text, self.conditions.iter().copied())));
    }

    fn mapping(&mut self, name: &'a str, span: &Span) {
        self.used.insert(name);
        if self.template.mappings.contains_key(name) {
            return;
        }
        let message = format!("Template error: Mapping named '{}' is not present in the 'Mappings' section of template.", shorten(name));
        self.findings.push(Diagnostic::error(span, message).maybe_help(did_you_mean(name, self.template.mappings.keys().map(String::as_str))));
    }

    fn depends_on(&mut self, resource: &'a Resource) {
        for name in &resource.depends_on_names {
            if !self.template.index.contains_key(&name.text) {
                let message =
                    format!("Template format error: Unresolved resource dependencies [{}] in the Resources block of the template", shorten(&name.text));
                let help = did_you_mean(&name.text, self.template.index.keys().map(String::as_str));
                self.findings.push(Diagnostic::error(&name.span, message).maybe_help(help));
            }
        }
    }

    /// A parameter and a resource cannot share a name: `Ref` could mean either.
    fn names(&mut self) {
        for resource in &self.template.resources {
            if self.parameters.contains(resource.logical_id.as_str()) {
                let message = format!("Template format error: Duplicate logical id {}: it is a parameter and a resource", resource.logical_id);
                self.findings.push(Diagnostic::error(&resource.span, message).help("rename one of the two"));
            }
        }
    }

    fn unused(&mut self) {
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

/// Which conditions must be known before which.
pub(crate) fn condition_graph(template: &Template) -> Graph<'_> {
    let index: HashMap<&str, usize> = template.conditions.iter().enumerate().map(|(at, (name, _))| (name.text.as_str(), at)).collect();
    let edges = template.conditions.iter().map(|(_, expr)| {
        let mut edges = Vec::new();
        expr.uses(&|_| None, false, &mut |used, _| {
            if let Use::Condition(name) = used
                && let Some(at) = index.get(name.text.as_str())
            {
                edges.push(Edge { to: *at, span: &name.span });
            }
        });
        edges
    });
    Graph { edges: edges.collect(), names: template.conditions.iter().map(|(name, _)| name.text.as_str()).collect(), kind: "conditions" }
}

struct Edge<'a> {
    to: usize,
    span: &'a Span,
}

/// What must exist before what.
pub(crate) struct Graph<'a> {
    names: Vec<&'a str>,
    edges: Vec<Vec<Edge<'a>>>,
    kind: &'static str,
}

impl<'a> Graph<'a> {
    /// The graph of the resources that are `live`. With `certain`, only the uses that hold whatever the conditions are.
    pub(crate) fn new(template: &'a Template, taken: &dyn Fn(&str) -> Option<bool>, live: &dyn Fn(&str) -> bool, certain: bool) -> Graph<'a> {
        let edges = template.resources.iter().map(|resource| {
            let mut edges: Vec<Edge<'a>> = Vec::new();
            if !live(&resource.logical_id) {
                return edges;
            }
            let mut add = |name: &'a Name| {
                if let Some(to) = template.index.get(&name.text)
                    && live(&name.text)
                {
                    edges.push(Edge { to: *to, span: &name.span });
                }
            };
            resource.depends_on_names.iter().for_each(&mut add);
            for expr in resource.expressions() {
                expr.uses(taken, false, &mut |used, maybe| match used {
                    Use::Ref(name) | Use::GetAtt(name) if !(maybe && certain) => add(name),
                    _ => {}
                });
            }
            let mut seen = HashSet::new();
            edges.retain(|edge| seen.insert(edge.to));
            edges
        });
        let names = template.resources.iter().map(|resource| resource.logical_id.as_str()).collect();
        Graph { names, edges: edges.collect(), kind: "resources" }
    }

    /// What the node at `at` needs first.
    pub(crate) fn needs(&self, at: usize) -> impl Iterator<Item = &'a str> {
        self.edges[at].iter().map(|edge| self.names[edge.to])
    }

    /// An order in which everything follows what it needs, and is otherwise the template's.
    pub(crate) fn order(&self) -> Result<Vec<usize>, Diagnostic> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut states = vec![State::New; self.names.len()];
        let mut order = Vec::with_capacity(self.names.len());
        for start in 0..self.names.len() {
            if states[start] != State::New {
                continue;
            }
            // The path from `start`, each with the number of its edges that are done. Not recursive: chains may be long.
            let mut path = vec![(start, 0)];
            states[start] = State::Open;
            while let Some((at, done)) = path.last_mut() {
                let Some(edge) = self.edges[*at].get(*done) else {
                    states[*at] = State::Done;
                    order.push(*at);
                    path.pop();
                    continue;
                };
                *done += 1;
                match states[edge.to] {
                    State::Done => {}
                    State::New => {
                        states[edge.to] = State::Open;
                        path.push((edge.to, 0));
                    }
                    State::Open => {
                        let from = path.iter().position(|(node, _)| *node == edge.to).unwrap_or_default();
                        return Err(self.cycle(&path[from..]));
                    }
                }
            }
        }
        Ok(order)
    }

    /// The whole path, with the place of each step.
    fn cycle(&self, path: &[(usize, usize)]) -> Diagnostic {
        let names: Vec<&str> = path.iter().map(|(at, _)| self.names[*at]).collect();
        let steps: Vec<String> = path
            .iter()
            .map(|(at, done)| {
                let edge = &self.edges[*at][done - 1];
                format!("{} needs {} (line {})", self.names[*at], self.names[edge.to], edge.span.line)
            })
            .collect();
        let span = path.first().map(|(at, done)| self.edges[*at][done - 1].span);
        let message = format!("Circular dependency between {}: [{}]", self.kind, names.join(", "));
        match span {
            Some(span) => Diagnostic::error(span, message).help(steps.join("; ")),
            None => Diagnostic::error(&Span::on_line("".into(), 1, 1, 1), message),
        }
    }
}
