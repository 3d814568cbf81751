//! What cannot be deployed as it stands is told, and mended in the rehearsal's own world in the least way: the next try goes on behind it.
//!
//! Templates are changed as trees, whose places stay the user's; pipelines that are given as JSON as values.

mod beyond;
mod cycles;
mod edges;
mod failed;
mod given;
mod literal;
mod pipelines;
mod properties;
mod refused;
mod roles;
mod tree;

use crate::{
    Cause, Certainty, Estate, Finding, Kind, Layer, MadeText, Pipeline, Place, Repair, Severity, Stack,
    driver::{Driver, Mends},
    inputs::emit,
};
use base::AccountId;
use std::collections::BTreeSet;
use template::Span;
use template::document::Node;

pub(crate) use beyond::meant;
pub(crate) use failed::Failed;
pub(crate) use pipelines::SOURCE;

/// The stack whose template is mended.
struct Of<'s> {
    estate: &'s Estate,
    stack: &'s Stack,
    account: AccountId,
}

impl Of<'_> {
    /// Where something stands in the text that is deployed.
    fn place(&self, span: &Span) -> Place {
        let length = span.width().unwrap_or_default();
        Place { file: self.stack.template.clone(), line: span.line, column: span.column, length }
    }
}

/// A text of `Fn::Sub` for people.
fn shown(text: &str, of: &Of<'_>) -> String {
    text.replace("${AWS::Partition}", "aws")
        .replace("${AWS::AccountId}", of.account.as_str())
        .replace("${AWS::Region}", of.estate.region.as_str())
}

/// A fault of a stack's template that was mended.
struct Mended {
    id: String,
    /// Below the stack.
    part: Vec<String>,
    title: String,
    causes: Vec<Cause>,
    notes: Vec<String>,
    repairs: Vec<Repair>,
}

impl Mended {
    fn at(id: String, part: &[&str], title: String, place: Place) -> Self {
        let causes = vec![Cause { text: "here".into(), place: Some(place) }];
        let part = part.iter().map(|name| (*name).to_owned()).collect();
        Self { id, part, title, causes, notes: Vec::new(), repairs: Vec::new() }
    }

    fn finding(self, subject: &[String]) -> Finding {
        Finding {
            id: format!("undeployable/{}/{}", subject.join("/"), self.id),
            kind: Kind::Undeployable,
            severity: Severity::Error,
            layer: Layer::Deployment,
            subject: [subject, &self.part].concat(),
            title: self.title,
            call: None,
            causes: self.causes,
            notes: self.notes,
            certainty: Certainty::Certain,
            repairs: self.repairs,
        }
    }
}

/// A repair that is told in words.
fn advice(title: String) -> Repair {
    Repair { title, statement: serde_json::Value::Null, patches: Vec::new(), guardrail: None }
}

/// The estate as it is mended.
pub(crate) fn mended<'e>(estate: &'e Estate, mends: &Mends) -> std::borrow::Cow<'e, Estate> {
    if mends.texts.is_empty() && mends.pipelines.is_empty() {
        return std::borrow::Cow::Borrowed(estate);
    }
    let mut estate = estate.clone();
    estate.given.mended.clone_from(&mends.texts);
    for (at, input) in &mends.pipelines {
        if let Some(pipeline) = estate.pipelines.get_mut(*at) {
            pipeline.input.clone_from(input);
        }
    }
    std::borrow::Cow::Owned(estate)
}

impl Driver<'_> {
    /// Mends the template of a stack, and tells of it. False: nothing was mended.
    fn mend(&mut self, stack: &Stack, change: impl FnOnce(&mut Node, &Of<'_>, &mut BTreeSet<String>) -> Vec<Mended>) -> bool {
        let Some(account) = self.account(&stack.account) else { return false };
        let Some(text) = self.estate.text(&stack.template) else { return false };
        let tree = template::document::read(text, &stack.template).ok().flatten();
        let Some(mut tree) = tree else { return false };
        let of = Of { estate: self.estate, stack, account };
        let mut roles = BTreeSet::new();
        let found = change(&mut tree, &of, &mut roles);
        if found.is_empty() {
            return false;
        }
        let made: MadeText = emit(&tree, &|place| self.estate.place(&place));
        if made.text == text || template::document::read(&made.text, &stack.template).is_err() {
            return false;
        }
        let subject = [stack.account.clone(), stack.name.clone()];
        for mended in found {
            self.tell(mended.finding(&subject));
        }
        self.mends.roles.extend(roles);
        // Another stack of the same template finds it mended.
        self.mends.texts.insert(stack.template.clone(), made);
        true
    }

    /// A finding that the next try does not make any more.
    fn tell(&mut self, finding: Finding) {
        if !self.mends.findings.iter().any(|known| known.id == finding.id) {
            self.mends.findings.push(finding);
        }
    }

    /// Mends a pipeline that is given as JSON.
    fn mend_pipeline(&mut self, pipeline: &Pipeline, input: serde_json::Value) -> bool {
        let of_it = |one: &Pipeline| one.file == pipeline.file && one.account == pipeline.account && one.input == pipeline.input;
        let Some(at) = self.estate.pipelines.iter().position(of_it).filter(|_| input != pipeline.input) else { return false };
        self.mends.pipelines.insert(at, input);
        true
    }
}
