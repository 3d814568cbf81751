//! Repairs as SARIF's fixes, which editors can apply.

use super::{
    super::{Diff, lines::Texts},
    place::artifact,
};
use crate::{Edit, Patch, Repair};
use serde_json::{Value, json};

/// None: there is no patch, it does not fit the files, or a guardrail must be named first.
pub(super) fn fix(repair: &Repair, texts: &Texts<'_>) -> Option<Value> {
    if repair.guardrail.is_some() || repair.patches.is_empty() {
        return None;
    }
    let changes: Option<Vec<Value>> = repair.patches.iter().map(|patch| change(patch, texts)).collect();
    Some(json!({"description": {"text": repair.title}, "artifactChanges": changes?}))
}

fn change(patch: &Patch, texts: &Texts<'_>) -> Option<Value> {
    let lines = texts.get(&patch.file)?;
    // What cannot be shown cannot be applied either.
    Diff::new(lines.file, patch)?;
    let replacement = |edit: &Edit| {
        let ((line, column), (end_line, end_column)) = (lines.place(edit.start)?, lines.place(edit.end)?);
        let deleted = json!({"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column});
        Some(json!({"deletedRegion": deleted, "insertedContent": {"text": edit.text}}))
    };
    let replacements: Option<Vec<Value>> = patch.edits.iter().map(replacement).collect();
    Some(json!({"artifactLocation": artifact(&patch.file), "replacements": replacements.filter(|all| !all.is_empty())?}))
}
