//! Which accounts there are, and which template belongs into which.

use super::{
    facts::{Facts, Named},
    notes::Notes,
    options::Problem,
    placeholders::slug,
    texts::{Bindings, listed},
    units::Unit,
};
use crate::Account;
use base::AccountId;
use regex_lite::Regex;
use std::{collections::BTreeSet, sync::LazyLock};

/// The most accounts.
const MOST: usize = 200;
/// The account of those who say nothing of accounts.
const HOME: &str = "111111111111";

/// The accounts that are known so far.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub accounts: Vec<Account>,
    /// Templates that the user placed: file, account's name.
    placed: Vec<(String, String)>,
}

/// What people call accounts, and what they mean.
const LABELS: [(&str, &[&str]); 7] = [
    ("staging", &["staging", "stg", "ステージング"]),
    ("production", &["production", "prod", "prd", "本番"]),
    ("development", &["development", "dev", "開発"]),
    ("test", &["test", "qa", "検証", "テスト"]),
    ("tools", &["tools", "tooling", "tool", "shared", "cicd", "ci", "central", "管理"]),
    ("target", &["target", "destination", "ターゲット", "デプロイ先"]),
    ("source", &["source", "ソースアカウント"]),
];

static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:アカウント|[Aa]ccount|ACCOUNT)[ _-]?([A-Z]|[0-9]{1,2})(?:[^A-Za-z0-9]|$)|(?:^|[^A-Za-z0-9])([A-Z])[ ]?アカウント").ok()
});

/// What a text calls an account: `staging`, `B`.
pub(super) fn labels(text: &str) -> Vec<String> {
    let letter = LazyLock::force(&LETTER).as_ref().and_then(|pattern| pattern.captures(text));
    if let Some(letter) = letter.and_then(|found| found.get(1).or(found.get(2)).map(|letter| letter.as_str().to_owned())) {
        return vec![letter];
    }
    let lower = text.to_lowercase();
    let words: BTreeSet<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (label, names) in LABELS {
        let at = names
            .iter()
            .filter(|name| if name.is_ascii() { words.contains(*name) } else { true })
            .filter_map(|name| lower.find(name))
            .min();
        found.extend(at.map(|at| (at, label.to_owned())));
    }
    found.sort();
    found.into_iter().map(|(_, label)| label).collect()
}

/// The words of a parameter's name: `${ToolsAccount}` is `Tools Account`.
pub(super) fn spaced(name: &str) -> String {
    let name = name.trim_start_matches("${").trim_end_matches('}');
    name.chars().flat_map(|c| if c.is_ascii_uppercase() { vec![' ', c] } else { vec![c] }).collect::<String>().trim().to_owned()
}

impl Book {
    /// The accounts that the user named.
    pub(super) fn said(options: &[String]) -> Result<Self, Vec<Problem>> {
        let (mut book, mut problems) = (Self::default(), Vec::new());
        for option in options {
            let parts = option.split_once('=').map(|(name, rest)| match rest.split_once(':') {
                Some((id, template)) => (name, id, Some(template)),
                None => (name, rest, None),
            });
            let Some((name, id, template)) = parts.filter(|(name, ..)| !name.is_empty()) else {
                problems.push(Problem::whole("--account", format!("'{option}' is not NAME=ID or NAME=ID:TEMPLATE")));
                continue;
            };
            match id.parse::<AccountId>() {
                Ok(id) => {
                    if book.accounts.iter().any(|account| (account.name == name) != (account.id == id)) {
                        problems.push(Problem::whole("--account", format!("'{option}' gives a name or an id that another account has")));
                    } else if !book.accounts.iter().any(|account| account.id == id) {
                        book.accounts.push(Account { name: name.to_owned(), id });
                    }
                }
                Err(error) => {
                    problems.push(Problem::whole("--account", error.to_string()).help("as in --account staging=222222222222:target.yaml"))
                }
            }
            book.placed.extend(template.map(|template| (template.to_owned(), name.to_owned())));
        }
        if problems.is_empty() { Ok(book) } else { Err(problems) }
    }

    /// Places a template, unless the user did.
    pub(super) fn place(&mut self, template: &str, account: &str) {
        if !self.placed.iter().any(|(file, _)| template == file || template.ends_with(&format!("/{file}"))) {
            self.placed.push((template.to_owned(), account.to_owned()));
        }
    }

    /// Templates that were placed and are not among the paths.
    pub(super) fn placed_files(&self) -> impl Iterator<Item = &str> {
        self.placed.iter().map(|(file, _)| file.as_str())
    }

    pub(super) fn id(&self, name: &str) -> Option<AccountId> {
        self.accounts.iter().find(|account| account.name == name).map(|account| account.id)
    }

    /// The account's name by its id; it is called by its id if it has none yet.
    pub(super) fn named(&mut self, id: &str) -> Option<String> {
        if let Some(account) = self.accounts.iter().find(|account| account.id.as_str() == id) {
            return Some(account.name.clone());
        }
        let parsed: AccountId = id.parse().ok().filter(|_| self.accounts.len() < MOST)?;
        self.accounts.push(Account { name: id.to_owned(), id: parsed });
        Some(id.to_owned())
    }

    /// The account that a text means by its own words: one that the user or a text named so, else a new one with an id of its own.
    pub(super) fn called(&mut self, text: &str) -> Option<(String, AccountId)> {
        let is_label = text.len() <= 2 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let label = if is_label { Some(text.to_owned()) } else { labels(text).into_iter().next() };
        let known = self.accounts.iter().find(|account| match &label {
            Some(label) => {
                labels(&account.name).first() == Some(label) || account.name == *label || account.name == format!("account-{label}")
            }
            None => account.name == slug(text),
        });
        if let Some(account) = known {
            return Some((account.name.clone(), account.id));
        }
        let name = match label {
            Some(label) if label.len() < 3 => format!("account-{label}"),
            Some(label) => label,
            None => Some(slug(text)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| format!("account-{}", self.accounts.len() + 1)),
        };
        self.found(&name)
    }

    /// A new account with an id that nobody has.
    fn found(&mut self, name: &str) -> Option<(String, AccountId)> {
        if self.accounts.len() >= MOST {
            return None;
        }
        let taken = |id: &str| self.accounts.iter().any(|account| account.id.as_str() == id);
        let id = (1..=MOST + 1).map(|n| format!("99990000{n:04}")).find(|id| !taken(id))?.parse().ok()?;
        let name = match self.accounts.iter().any(|account| account.name == name) {
            true => format!("{name}-{}", self.accounts.len() + 1),
            false => name.to_owned(),
        };
        self.accounts.push(Account { name: name.clone(), id });
        Some((name, id))
    }

    /// Gives each template its accounts.
    pub(super) fn assign(&mut self, units: &mut [Unit], pipelines: &[Named], bindings: &Bindings, notes: &mut Notes) {
        for unit in units.iter_mut().filter(|unit| unit.accounts.is_empty()) {
            let same = |file: &str| unit.file == file || unit.file.ends_with(&format!("/{file}")) || unit.file == format!("./{file}");
            unit.accounts = self.placed.iter().filter(|(file, _)| same(file)).map(|(_, name)| name.clone()).collect();
        }
        let all: Vec<Facts> = units.iter().map(|unit| unit.facts.clone()).collect();
        let said: BTreeSet<&str> = bindings.0.values().filter_map(|binding| binding.value.as_deref()).collect();
        for (at, unit) in units.iter_mut().enumerate().filter(|(_, unit)| unit.accounts.is_empty()) {
            let others = all.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, facts)| &facts.named);
            let of_it: Vec<&Named> = others.chain(pipelines).filter(|arn| unit.facts.makes(arn)).collect();
            let mut ids: Vec<&str> = of_it.iter().map(|arn| arn.account.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            // Whom its own roles trust is somebody else, unless all are.
            let foreign: Vec<&str> = ids.iter().copied().filter(|id| !unit.facts.trusted.iter().any(|trusted| trusted == id)).collect();
            if !foreign.is_empty() {
                ids = foreign;
            }
            unit.accounts = ids.iter().filter_map(|id| self.named(id)).collect();
            if unit.accounts.is_empty() {
                // By the parameter that has the account's id, if its name says which one.
                let told = ids.iter().map(|id| spaced(id)).find(|words| !labels(words).is_empty());
                unit.accounts.extend(told.and_then(|words| self.called(&words)).map(|(name, _)| name));
            }
            if let Some(arn) = of_it.first().filter(|_| !unit.accounts.is_empty()) {
                let title = format!("{} is taken to belong to {}", unit.file, listed(&unit.accounts));
                let note = format!(
                    "Others name its {} as of account {}. `--account NAME=ID:{}` says otherwise.",
                    arn.resource, arn.account, unit.file
                );
                notes.assumed(&format!("account/{}", unit.key), title, None, vec![note]);
            }
        }
        self.rest(units, &all, pipelines, notes);
        let named: Vec<String> = all
            .iter()
            .flat_map(|facts| &facts.named)
            .chain(pipelines)
            .filter(|arn| arn.service == "iam")
            .map(|arn| arn.account.clone())
            .collect();
        for id in named.iter().map(String::as_str).chain(said.into_iter().filter(|value| value.parse::<AccountId>().is_ok())) {
            self.named(id);
        }
    }

    /// Those that nobody names belong to the account that pipelines run in.
    fn rest(&mut self, units: &mut [Unit], all: &[Facts], pipelines: &[Named], notes: &mut Notes) {
        if units.iter().all(|unit| !unit.accounts.is_empty()) {
            return;
        }
        let taken: BTreeSet<AccountId> = units.iter().flat_map(|unit| &unit.accounts).filter_map(|name| self.id(name)).collect();
        let free = |id: &&String| !taken.iter().any(|taken| taken.as_str() == id.as_str());
        let of_pipeline = units.iter().find(|unit| unit.facts.has_pipeline()).and_then(|unit| unit.accounts.first().cloned());
        let pipelines_role = pipelines.iter().find(|arn| arn.service == "codepipeline").map(|arn| arn.account.clone());
        // Whom the other accounts' roles trust.
        let numbered = |id: &&String| id.parse::<AccountId>().is_ok();
        let trusted = all.iter().flat_map(|facts| &facts.trusted).filter(numbered).find(free).cloned();
        let told = all.iter().flat_map(|facts| &facts.trusted).map(|id| spaced(id)).find(|words| !labels(words).is_empty());
        let one_said = match self.accounts.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        };
        let guessed = trusted.is_some() || told.is_some();
        let named: BTreeSet<&str> = all.iter().flat_map(|facts| &facts.named).map(|arn| arn.account.as_str()).collect();
        let home = of_pipeline
            .or_else(|| pipelines_role.and_then(|id| self.named(&id)))
            .or_else(|| trusted.and_then(|id| self.named(&id)))
            .or_else(|| told.and_then(|words| self.called(&words)).map(|(name, _)| name))
            .or(one_said)
            .or_else(|| if named.contains(HOME) { self.found("home").map(|(name, _)| name) } else { self.named(HOME) });
        let Some(home) = home else { return };
        for unit in units.iter_mut().filter(|unit| unit.accounts.is_empty()) {
            unit.accounts.push(home.clone());
            let id = self.id(&home).map_or_else(String::new, |id| id.to_string());
            let title = format!("{} is taken to belong to the account {id}", unit.file);
            let why = if guessed { "Other accounts' roles trust that one." } else { "Nothing in the inputs says whose it is." };
            let how = format!("`--account NAME=ID:{}` says otherwise.", unit.file);
            notes.assumed(&format!("account/{}", unit.key), title, None, vec![why.into(), how]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::labels;

    #[test]
    fn accounts_are_known_by_what_people_call_them() {
        for (text, expected) in [
            ("<アカウントBのアカウントID>", vec!["B"]),
            ("STAGING_ACCOUNT", vec!["staging"]),
            ("DEV_ACCOUNT_ID", vec!["development"]),
            ("ステージング/本番アカウントに作成", vec!["staging", "production"]),
            ("アカウント A に作成", vec!["A"]),
            ("ACCOUNT_B", vec!["B"]),
            ("device", vec![]),
        ] {
            assert_eq!(labels(text), expected, "{text}");
        }
    }
}
