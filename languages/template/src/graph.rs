//! What must exist before what, and the order that follows.

use std::collections::{HashMap, HashSet};

use crate::Span;
use crate::diagnostic::Diagnostic;
use crate::expression::Use;
use crate::node::Name;
use crate::template::Template;

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
    pub(crate) fn new(
        template: &'a Template,
        taken: &dyn Fn(&str) -> Option<bool>,
        live: &dyn Fn(&str) -> bool,
        certain: bool,
    ) -> Graph<'a> {
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
