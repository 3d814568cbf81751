//! Names and ARNs of projects and builds.

use crate::{CodeBuild, error::invalid};
use base::{AccountId, Arn};
use gate::{Authorized, Demand, Demands, Error, Operation, View};

pub(crate) fn check_project(name: &str) -> Result<(), Error> {
    let fits = (2..=150).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if fits {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9][A-Za-z0-9\\-_]{{1,149}}"
    )))
}

/// A batch's id, `project:uuid`, from the id itself or its ARN.
pub(crate) fn batch_id(text: &str) -> Result<&str, Error> {
    let id = text.rsplit_once(":build-batch/").map_or(text, |(_, id)| id);
    match id.split_once(':') {
        Some((project, uuid)) if !project.is_empty() && uuid.len() == 36 => Ok(id),
        _ => Err(invalid(format!("Invalid build batch ID: {text}"))),
    }
}

/// A build's id, `project:uuid`, from the id itself or its ARN.
pub(crate) fn build_id(text: &str) -> Result<&str, Error> {
    let id = text.rsplit_once(":build/").map_or(text, |(_, id)| id);
    match id.split_once(':') {
        Some((project, uuid)) if !project.is_empty() && uuid.len() == 36 => Ok(id),
        _ => Err(invalid(format!("Invalid build ID: {text}"))),
    }
}

pub(crate) fn project_of(id: &str) -> &str {
    id.split_once(':').map_or(id, |(project, _)| project)
}

/// The right to `action` on a project.
pub(crate) fn on_project(action: &'static str, view: &View<'_, CodeBuild>, name: &str) -> Result<Demand, Error> {
    Ok(Demand::new(action, view.arn(&format!("project/{name}"))?))
}

/// The right to `action` on each of the projects, once.
pub(crate) fn on_projects<'n>(
    action: &'static str,
    view: &View<'_, CodeBuild>,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<Demands, Error> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let demands: Result<Vec<Demand>, Error> = names.into_iter().map(|name| on_project(action, view, name)).collect();
    Ok(Demands::all(demands?))
}

/// Whose rows a call is about.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) account: AccountId,
    pub(crate) region: String,
}

impl Owner {
    pub(crate) fn of<Op: Operation<Service = CodeBuild>>(call: &Authorized<'_, Op>) -> Result<Self, Error> {
        Ok(Self { account: call.account()?, region: call.region().as_str().to_string() })
    }
    pub(crate) fn all(&self) -> [&str; 2] {
        [self.account.as_str(), &self.region]
    }
    pub(crate) fn row<'a>(&'a self, name: &'a str) -> [&'a str; 3] {
        [self.account.as_str(), &self.region, name]
    }
    pub(crate) fn row_of<'a>(&'a self, project: &'a str, place: &'a str) -> [&'a str; 4] {
        [self.account.as_str(), &self.region, project, place]
    }
    pub(crate) fn project_arn(&self, name: &str) -> Arn {
        Arn::new("codebuild", &self.region, self.account.as_str(), &format!("project/{name}"))
    }
    pub(crate) fn batch_arn(&self, id: &str) -> Arn {
        Arn::new("codebuild", &self.region, self.account.as_str(), &format!("build-batch/{id}"))
    }
    pub(crate) fn group_arn(&self, name: &str) -> Arn {
        Arn::new("codebuild", &self.region, self.account.as_str(), &format!("report-group/{name}"))
    }
    /// `place`: `group:uuid`.
    pub(crate) fn report_arn(&self, place: &str) -> Arn {
        Arn::new("codebuild", &self.region, self.account.as_str(), &format!("report/{place}"))
    }
    pub(crate) fn build_arn(&self, id: &str) -> Arn {
        Arn::new("codebuild", &self.region, self.account.as_str(), &format!("build/{id}"))
    }
}
