//! The `Outputs` section.

use super::{description, object};
use crate::diagnostic::{Diagnostic, Findings};
use crate::functions::{Reader, Section};
use crate::node::{Entry, Kind, shorten};
use crate::suggest::did_you_mean;
use crate::template::OutputDeclaration;

pub(super) fn outputs(entries: Vec<Entry>, extensions: bool, findings: &mut Findings) -> Vec<OutputDeclaration> {
    entries.into_iter().filter_map(|entry| output(entry, extensions, findings)).collect()
}

fn output(entry: Entry, extensions: bool, findings: &mut Findings) -> Option<OutputDeclaration> {
    let key = entry.key;
    let (mut text, mut condition, mut value, mut export) = (None, None, None, None);
    let mut reader = Reader { section: Section::Values, extensions, findings };
    for member in object(entry.value, &format!("Output {}", key.text), reader.findings) {
        match member.key.text.as_str() {
            "Description" => text = description(&member.value, reader.findings),
            "Condition" => condition = member.value.name(),
            "Value" => value = Some(reader.expr(member.value)),
            "Export" => match member.value.kind {
                Kind::Map(mut entries) if entries.len() == 1 && entries[0].key.text == "Name" => {
                    export = entries.pop().map(|name| reader.expr(name.value));
                }
                _ => reader.findings.push(Diagnostic::error(
                    &member.value.span,
                    format!("Template format error: Output {} is malformed. Export must contain a Name.", key.text),
                )),
            },
            other => reader.findings.push(
                Diagnostic::error(
                    &member.key.span,
                    format!("Template format error: Output {} is malformed. Invalid property {}", key.text, shorten(other)),
                )
                .maybe_help(did_you_mean(other, ["Description", "Condition", "Value", "Export"])),
            ),
        }
    }
    let Some(value) = value else {
        findings.push(Diagnostic::error(
            &key.span,
            format!("Template format error: Output {} is malformed. Every Outputs member must contain a Value object", key.text),
        ));
        return None;
    };
    let condition_text = condition.as_ref().map(|name| name.text.clone());
    Some(OutputDeclaration {
        key: key.text,
        description: text,
        condition: condition_text,
        span: key.span,
        condition_name: condition,
        value,
        export,
    })
}
