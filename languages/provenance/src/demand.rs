//! What is asked of a statement.

use crate::{Refused, Statement};

/// What a statement must say. What is None is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand<'d> {
    /// The artifact's SHA-256, in hex.
    pub sha256: Option<&'d str>,
    /// Of one of its sources.
    pub branch: Option<&'d str>,
    /// Of the same source: the repository's URL, or its last parts.
    pub repository: Option<&'d str>,
    /// Of the same source; its first 7 letters at least.
    pub commit: Option<&'d str>,
    /// The project: its ARN or name.
    pub builder: Option<&'d str>,
    /// The build's ARN or id.
    pub build: Option<&'d str>,
}

/// Whether a branch is the one that is named, with `refs/heads/` or without.
pub fn same_branch(is: &str, wanted: &str) -> bool {
    let short = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
    short(is) == short(wanted)
}

/// Whether `name` is the whole of `full`, or its end behind a `/`.
fn ends(full: &str, name: &str) -> bool {
    full == name || full.strip_suffix(name).is_some_and(|before| before.ends_with('/') && !name.is_empty())
}

fn same_repository(url: &str, wanted: &str) -> bool {
    let bare = |text: &str| text.trim_end_matches('/').trim_end_matches(".git").to_owned();
    ends(&bare(url), &bare(wanted.strip_prefix("git+").unwrap_or(wanted)))
}

fn same_commit(is: &str, wanted: &str) -> bool {
    wanted.len() >= 7 && is.len() >= wanted.len() && is.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
}

impl Demand<'_> {
    /// Whether a statement that was verified says it all.
    ///
    /// # Errors
    /// What it says instead.
    pub fn check(&self, statement: &Statement) -> Result<(), Refused> {
        let refused = |why: String| Err(Refused::Demand(why));
        if let Some(sha256) = self.sha256.filter(|sha256| statement.subject(sha256).is_none()) {
            return refused(format!("the statement of {} is not about an artifact with the SHA-256 {sha256}", statement.build()));
        }
        let builder = &statement.predicate.run_details.builder.id;
        if let Some(wanted) = self.builder.filter(|wanted| !ends(builder, wanted)) {
            return refused(format!("it was built by {builder}, not by {wanted}"));
        }
        if let Some(wanted) = self.build.filter(|wanted| !ends(statement.build(), wanted)) {
            return refused(format!("it was made by the build {}, not by {wanted}", statement.build()));
        }
        self.check_source(statement)
    }

    /// One source must be all that is asked.
    fn check_source(&self, statement: &Statement) -> Result<(), Refused> {
        let asked: Vec<String> = [("branch", self.branch), ("repository", self.repository), ("commit", self.commit)]
            .into_iter()
            .filter_map(|(what, wanted)| Some(format!("{what} {}", wanted?)))
            .collect();
        let fits = |wanted: Option<&str>, is: Option<&str>, same: fn(&str, &str) -> bool| {
            wanted.is_none_or(|wanted| is.is_some_and(|is| same(is, wanted)))
        };
        let found = statement.sources().any(|source| {
            fits(self.branch, source.branch(), same_branch)
                && fits(self.repository, source.repository(), same_repository)
                && fits(self.commit, source.commit(), same_commit)
        });
        if asked.is_empty() || found {
            return Ok(());
        }
        let is: Vec<String> = statement.sources().map(|s| format!("{} at {}", s.uri, s.commit().unwrap_or("no commit"))).collect();
        let is = if is.is_empty() { "no source under version control".to_owned() } else { is.join(", ") };
        Err(Refused::Demand(format!("it was built from {is}, not from {}", asked.join(", "))))
    }
}
