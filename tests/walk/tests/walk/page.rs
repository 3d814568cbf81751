//! `docs/permissions.md`: what each operation demands, as the gate decided it when its examples were called.

mod names;
mod rows;

use crate::{
    cases::Case,
    exceptions,
    kinds::{Learned, RIGHTLESS},
};
use names::Names;
use rows::{Row, rows};
use std::{fmt::Write, path::PathBuf};

/// What is called to write the page anew.
const WRITE: &str = "SEKISHO_WRITE_PERMISSIONS";
const COMMAND: &str = "SEKISHO_WRITE_PERMISSIONS=1 cargo test -p walk page";

const HEAD: &str = "# Permissions\n
What each operation demands of its caller, and which calls it makes inside. Generated from what the gate decides when the
operations' examples are called: who has exactly these rights may make these calls, and without any of them they are refused
(`tests/walk` does both). To write it anew: `";

const LEGEND: &str = "`.\n
- **Resource**: `*` where AWS has no resource level. `{account}` and `{region}` are those of the call, `{id}` is made by the service,
  and other names in braces are members of inputs.
- **Needed**: *yes*: without it the call is refused. *per item*: without it the answer says so of the item. *looked at*: it changes
  the answer alone, such as 403 or 404 for an object that is not there.
- **Condition keys**: those that the operation itself sets, beside the global ones, which every call carries
  (`aws:PrincipalArn`, `aws:SourceIp`, `aws:ResourceTag/{key}`, …). An example sets those that its input gives values for.
- **By**: who needs the right. Calls inside are made by the caller through a service, by a service itself, or by a role.
- Rows that begin with *with* or *of* are a variation of the operation above, and tell what it needs more.\n";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md")
}

fn cell(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, title: &str, row: &Row) {
    let keys = cell(row.keys.iter().cloned());
    writeln!(text, "| {title} | `{}` | `{}` | {} | {keys} | {} |", row.action, row.resource, row.needed, row.by).unwrap();
}

fn of(learned: &[(Case, Result<Learned, String>)]) -> String {
    let mut services: Vec<&str> = learned.iter().map(|(case, _)| case.operation.service).collect();
    services.dedup();
    let mut text = format!("{HEAD}{COMMAND}{LEGEND}");
    for service in &services {
        let count = learned.iter().filter(|(case, _)| case.operation.service == *service && case.variation.is_none()).count();
        let plural = if count == 1 { "" } else { "s" };
        write!(text, "\n- [{service}](#{service}): {count} operation{plural}").unwrap();
    }
    text.push('\n');
    for service in services {
        write!(text, "\n## {service}\n\n| Operation | Action | Resource | Needed | Condition keys | By |\n|---|---|---|---|---|---|\n")
            .unwrap();
        let mut told: Vec<Row> = Vec::new();
        for (case, learned) in learned.iter().filter(|(case, _)| case.operation.service == service) {
            let Learned { attempt, principal, input } = learned.as_ref().unwrap_or_else(|e| panic!("{}: {e}", case.label()));
            let rows = rows(case, &attempt.decided, principal, &Names::of(input, &case.example));
            let title = match case.variation {
                Some(variation) => variation.to_owned(),
                None => format!("**{}**", case.operation.name),
            };
            if case.variation.is_none() {
                told.clear();
            }
            let new: Vec<&Row> = rows.iter().filter(|row| !told.contains(row)).collect();
            match &new[..] {
                [] if case.variation.is_none() => {
                    let why = exceptions::reason(&case.label(), RIGHTLESS).unwrap_or_default();
                    writeln!(text, "| {title} | none | | {why} | | |").unwrap();
                }
                new => new.iter().enumerate().for_each(|(n, row)| line(&mut text, if n == 0 { &title } else { "" }, row)),
            }
            if case.variation.is_none() {
                told = rows;
            }
        }
    }
    text
}

/// The page is what would be written now.
pub fn check(learned: &[(Case, Result<Learned, String>)]) {
    let now = of(learned);
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path(), &now).unwrap();
    }
    let written = std::fs::read_to_string(path()).unwrap_or_default();
    if let Some((n, (old, new))) = written.lines().zip(now.lines()).enumerate().find(|(_, (old, new))| old != new) {
        panic!("docs/permissions.md is stale at line {}; write it anew with\n  {COMMAND}\nwritten: {old}\nnow:     {new}", n + 1);
    }
    assert_eq!(written.len(), now.len(), "docs/permissions.md is stale; write it anew with\n  {COMMAND}\n");
}
