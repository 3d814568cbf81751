//! Resources that could not be made: what depends on them goes on with a stand-in.

use super::{Mended, edges, literal::Literal, pipelines::Declared, tree};
use crate::{Cause, Stack, driver::Driver};
use template::Span;
use template::document::{Kind, Node};

/// How a call ends that was taken to be allowed to somebody who is not there.
pub(super) const GONE: &str = "was allowed and is gone";

/// A shorter value is in a message by chance.
const SHORTEST_QUOTED: usize = 8;

/// What failed, and why.
pub(crate) struct Failed {
    pub(crate) id: String,
    pub(crate) reason: String,
}

impl Driver<'_> {
    /// Mends a stack whose resources failed. False: it cannot be mended.
    pub(crate) fn mend_failed(&mut self, stack: &Stack, failed: &[Failed]) -> bool {
        // A role that is not there yet is looked for among those that come later.
        let failed: Vec<&Failed> = failed.iter().filter(|one| !one.reason.contains(GONE)).collect();
        self.mend(stack, |tree, of, roles| {
            let mut all = Vec::new();
            for one in &failed {
                let kind = tree::kind(tree, &one.id).to_owned();
                if kind == "AWS::CodePipeline::Pipeline"
                    && let Some(mut declared) = Declared::in_template(tree, &one.id, of.account)
                    && let Some(told) = declared.mend(&one.reason)
                {
                    roles.extend(declared.roles());
                    let title = format!("CodePipeline refuses the pipeline {}: {}", one.id, one.reason);
                    let place = told.spot.as_ref().map(|span| of.place(span));
                    all.push(told.mended(std::slice::from_ref(&one.id), "refused", title, place));
                    continue;
                }
                let Some(entry) = tree::resources(tree).iter().find(|entry| entry.key.text == one.id) else { continue };
                let span = quoted(&entry.value, &one.reason).unwrap_or(&entry.key.span);
                let causes = vec![Cause { text: "here".into(), place: Some(of.place(span)) }];
                let literal = Literal::fixed(tree, &one.id).unwrap_or_else(|| Literal::made_up(&kind, &one.id));
                if kind == "AWS::IAM::Role" {
                    let arn = super::shown(literal.arn(), of);
                    roles.insert(arn);
                }
                cut(tree, &one.id, &literal);
                all.push(Mended {
                    id: format!("{}/failed", one.id),
                    part: vec![one.id.clone()],
                    title: format!("{kind} {} cannot be made: {}", one.id, one.reason),
                    causes,
                    notes: vec![format!("what needs it goes on with {}: what rests on it is not known", super::shown(literal.arn(), of))],
                    repairs: Vec::new(),
                });
            }
            all
        })
    }
}

/// Takes a resource out of a template: what refers to it refers to a stand-in.
pub(super) fn cut(tree: &mut Node, id: &str, literal: &Literal) {
    for edge in edges::edges(tree).into_iter().rev().filter(|edge| edge.to == id && edge.from != id) {
        literal.instead(tree, &edge.path, id);
    }
    tree::take(tree, &tree::keys(&["Resources", id]));
    // What it would have put out, nobody puts out.
    if let Some(Kind::Map(outputs)) = tree::at_mut(tree, &tree::keys(&["Outputs"])).map(|node| &mut node.kind) {
        outputs.iter_mut().for_each(|output| {
            edges::references(&output.value, id).iter().rev().for_each(|path| {
                literal.instead(&mut output.value, path, id);
            })
        });
    }
}

/// The place of the longest value that a message quotes.
fn quoted<'n>(node: &'n Node, message: &str) -> Option<&'n Span> {
    fn walk<'n>(node: &'n Node, message: &str, best: &mut Option<(usize, &'n Span)>) {
        if let Kind::String(text, _) = &node.kind
            && text.len() >= SHORTEST_QUOTED
            && message.contains(text.as_str())
            && best.is_none_or(|(length, _)| text.len() > length)
        {
            *best = Some((text.len(), &node.span));
        }
        node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)).for_each(|inner| walk(inner, message, best));
    }
    let mut best = None;
    walk(node.get("Properties")?, message, &mut best);
    best.map(|(_, span)| span)
}
