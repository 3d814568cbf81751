//! The matrix: who does what to which resource, and whether it is allowed.

use super::{Form, Report};
use serde::Serialize;
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write};

/// A call that a delivery makes, by whom, on what. Names are the templates', so that they are the same in every rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The caller's account; none: it is a service of AWS.
    pub account: Option<String>,
    /// The caller: a role, a user or a service.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource, `*` where the action has none.
    pub resource: String,
    /// Whether it is allowed.
    pub allowed: bool,
}

impl Report {
    /// The matrix in a form. None: the form is for findings alone.
    pub fn write_matrix(&self, form: Form) -> Option<String> {
        match form {
            Form::Text => Some(self.matrix_text()),
            Form::Json => Some(format!("{:#}\n", json!({"version": 1, "matrix": self.matrix}))),
            Form::Markdown => Some(self.matrix_markdown()),
            Form::Sarif | Form::Junit => None,
        }
    }

    fn matrix_text(&self) -> String {
        let mut accounts: BTreeMap<&Option<String>, BTreeMap<&str, Vec<&Row>>> = BTreeMap::new();
        for row in &self.matrix {
            accounts.entry(&row.account).or_default().entry(&row.principal).or_default().push(row);
        }
        let mut text = String::new();
        for (account, principals) in accounts {
            let heading = account.as_ref().map_or_else(|| "services of AWS".to_owned(), |name| format!("account {name}"));
            let _ = writeln!(text, "{heading}");
            for (principal, rows) in principals {
                let _ = writeln!(text, "  {principal}");
                let width = rows.iter().map(|row| row.action.chars().count()).max().unwrap_or_default();
                for row in rows {
                    let verdict = if row.allowed { "allowed" } else { "DENIED " };
                    let _ = writeln!(text, "    {verdict}  {:width$}  {}", row.action, row.resource);
                }
            }
        }
        let denied = self.matrix.iter().filter(|row| !row.allowed).count();
        let _ = writeln!(
            text,
            "{} kinds of calls, {} denied.",
            self.matrix.len(),
            if denied == 0 { "none".into() } else { denied.to_string() }
        );
        text
    }

    fn matrix_markdown(&self) -> String {
        let mut text = String::from("| account | principal | action | resource | |\n|---|---|---|---|---|\n");
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        for row in &self.matrix {
            let verdict = if row.allowed { "allowed" } else { "**denied**" };
            let account = row.account.as_deref().unwrap_or("AWS");
            let cells = [account, &row.principal, &row.action, &row.resource].map(cell).join(" | ");
            let _ = writeln!(text, "| {cells} | {verdict} |");
        }
        text
    }
}
