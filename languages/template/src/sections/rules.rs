//! The `Rules` section.

use super::object;
use crate::diagnostic::{Diagnostic, Findings};
use crate::functions::{Reader, Section};
use crate::node::{Entry, Kind, Node, shorten};
use crate::template::{Assertion, Rule};

pub(super) fn rules(entries: Vec<Entry>, extensions: bool, findings: &mut Findings) -> Vec<Rule> {
    let mut rules = Vec::new();
    for Entry { key, value } in entries {
        let mut rule = Rule { name: key, condition: None, assertions: Vec::new() };
        for Entry { key, value } in object(value, &format!("Rule {}", rule.name.text), findings) {
            match (key.text.as_str(), value.kind) {
                ("RuleCondition", kind) => {
                    let node = Node { kind, span: value.span };
                    rule.condition = Some(Reader { section: Section::Rules, extensions, findings }.expr(node));
                }
                ("Assertions", Kind::List(items)) => {
                    rule.assertions.extend(items.into_iter().filter_map(|item| assertion(item, extensions, findings)));
                }
                (other, _) => findings.push(
                    Diagnostic::error(&key.span, format!("Template format error: Invalid rule property {}", shorten(other)))
                        .help("a rule has a RuleCondition and a list of Assertions"),
                ),
            }
        }
        rules.push(rule);
    }
    rules
}

fn assertion(item: Node, extensions: bool, findings: &mut Findings) -> Option<Assertion> {
    let span = item.span.clone();
    let (mut assert, mut description) = (None, None);
    for Entry { key, value } in object(item, "an assertion", findings) {
        match key.text.as_str() {
            "Assert" => assert = Some(Reader { section: Section::Rules, extensions, findings }.expr(value)),
            "AssertDescription" => description = value.scalar().map(str::to_owned),
            other => {
                findings.push(Diagnostic::error(&key.span, format!("Template format error: Invalid assertion property {}", shorten(other))))
            }
        }
    }
    if assert.is_none() {
        findings.push(Diagnostic::error(&span, "Template format error: every assertion must contain an Assert member."));
    }
    assert.map(|assert| Assertion { assert, description })
}
