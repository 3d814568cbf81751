//! git with CodeCommit.

use super::{Maker, Options};
use crate::model::Word;

impl Maker<'_> {
    pub(crate) fn git(&mut self) {
        let words = self.invocation.words.get(1..).unwrap_or_default();
        let command = words
            .iter()
            .filter_map(Word::text)
            .find(|text| ["clone", "fetch", "pull", "push", "ls-remote", "submodule"].contains(&text.as_str()));
        let Some(command) = command else { return };
        let operation = if command == "push" { "GitPush" } else { "GitPull" };
        match words.iter().find_map(repository) {
            Some((name, region, profile)) => {
                let options = Options { region, profile, account: None };
                self.call("codecommit", operation, &[("repositoryName", name)], &options);
            }
            None if words.iter().any(|word| word.beginning().contains("://") || word.beginning().starts_with("git@")) => {}
            None => self.unread(format!("which repository `git {command}` is about is not known")),
        }
    }
}

/// The repository, its region and the profile, of an address.
fn repository(word: &Word) -> Option<(Word, Option<Word>, Option<Word>)> {
    if let Some(rest) = word.after("codecommit::") {
        let mut parts = rest.split(':', 2).into_iter();
        let (region, rest) = (parts.next()?, parts.next()?);
        let (name, profile) = named(&rest.after("//")?);
        return Some((name, Some(region), profile));
    }
    if let Some(rest) = word.after("codecommit://") {
        let (name, profile) = named(&rest);
        return Some((name, None, profile));
    }
    let rest = word.after("https://").or_else(|| word.after("ssh://"))?;
    let parts = rest.split('/', 4);
    let host = parts.first()?.split('@', 8).pop()?;
    let labels = host.split('.', 64);
    if labels.first()?.text()? != "git-codecommit" {
        return None;
    }
    if parts.get(2)?.text()? != "repos" {
        return None;
    }
    Some((parts.get(3)?.clone(), labels.get(1).cloned(), None))
}

/// `profile@name`
fn named(word: &Word) -> (Word, Option<Word>) {
    let mut parts = word.split('@', 2);
    let name = parts.pop().unwrap_or_default();
    (name, parts.pop())
}
