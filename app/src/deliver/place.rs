//! Places in templates, as people look for them: file, line and column, and the line itself.

use super::{list, text};
use delivery::Delivery;
use serde_json::Value;
use std::{fs, path::Path};

/// Wider lines are cut.
const MOST_COLUMNS: usize = 160;

/// What a reason's `origin` points at.
pub(crate) struct Place {
    /// The template's path, or in words whose template it is.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) logical_id: String,
    /// The source line, if the file is at hand.
    pub(crate) source: Option<String>,
}

impl Place {
    /// The place of the element that a reason is about, else of its statement.
    pub(crate) fn of(reason: &Value, delivery: &Delivery, folder: &Path) -> Option<Self> {
        let origin = reason.get("origin")?;
        let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        let (line, column) = match origin["element"].as_array().map(Vec::as_slice) {
            Some([line, column]) => (number(line)?, number(column)?),
            _ => (number(&origin["line"])?, number(&origin["column"])?),
        };
        // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
        let stack = text(origin, "stack");
        let account = stack.split(':').nth(4).unwrap_or_default();
        let name = stack.split('/').nth(1).unwrap_or_default();
        let id_of = |name: &str| delivery.accounts.iter().find(|a| a.name == name).map(|a| a.id.to_string());
        let declared = delivery.stacks.iter().find(|s| s.name == name && id_of(&s.account).as_deref() == Some(account));
        let (file, source) = match declared {
            Some(stack) => {
                let path = folder.join(&stack.template);
                let source = fs::read_to_string(&path).ok().and_then(|all| all.lines().nth(line - 1).map(str::to_owned));
                (path.display().to_string(), source)
            }
            None => (format!("template of stack {account}/{name}"), None),
        };
        let file = file.strip_prefix("./").map_or(file.clone(), str::to_owned);
        Some(Self { file, line, column, logical_id: text(origin, "logicalId").to_owned(), source })
    }

    /// `FILE:LINE:COLUMN`.
    pub(crate) fn short(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }

    /// The lines of a pointer: where, and the source line with a mark under its column.
    pub(crate) fn pointer(&self) -> Vec<String> {
        let margin = " ".repeat(self.line.to_string().len());
        let mut lines = vec![format!("{margin}--> {} ({})", self.short(), self.logical_id)];
        if let Some(source) = &self.source {
            let shown: String = source.chars().take(MOST_COLUMNS).map(|c| if c.is_control() { ' ' } else { c }).collect();
            lines.push(format!("{margin} |"));
            lines.push(format!("{} | {shown}", self.line));
            if self.column <= MOST_COLUMNS {
                lines.push(format!("{margin} | {}^", " ".repeat(self.column.saturating_sub(1))));
            }
        }
        lines
    }
}

/// The first place that a denial's reasons lead to: of the statement that decided, before one that nearly did, before the
/// owner of what is missing.
pub(crate) fn first(denial: &Value, delivery: &Delivery, folder: &Path) -> Option<Place> {
    let reasons = list(&denial["decision"], "reasons");
    let of_role = |role: &str| reasons.iter().filter(|r| text(r, "role") == role).find_map(|r| Place::of(r, delivery, folder));
    ["decided", "nearMiss", "missing"].iter().find_map(|role| of_role(role))
}
