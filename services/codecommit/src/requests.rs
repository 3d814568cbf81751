//! Pull requests: their rows, their events, what a push and an approval do to them.

use crate::{
    CodeCommit, approvals, error, events,
    git::objects,
    merging::options::MergeOption,
    moves::Move,
    request_shapes::{ApprovalRule, MergeMetadata, PullRequest, PullRequestTarget},
    state::{self, Repository},
};
use base::{AccountId, EpochTime, Timestamp};
use gate::{Demand, Error, Scope, Table, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) account: AccountId,
    /// The repository's id.
    pub(crate) repository: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) activity: Timestamp,
    pub(crate) open: bool,
    pub(crate) author: String,
    /// References by their full names.
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) source_commit: String,
    pub(crate) destination_commit: String,
    /// None: the source moved since it was looked for.
    pub(crate) merge_base: Option<String>,
    pub(crate) merged: Option<Merged>,
    pub(crate) token: Option<String>,
    pub(crate) revision: String,
    pub(crate) rules: Vec<Rule>,
    /// The approvals of all revisions.
    pub(crate) approvals: Vec<Approval>,
    /// The revisions whose rules were overridden.
    pub(crate) overrides: Vec<Override>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Merged {
    pub(crate) by: String,
    pub(crate) commit: String,
    pub(crate) option: MergeOption,
}

/// An approval rule of a pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) content: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) user: String,
    /// The template that it comes of: its id and its name.
    pub(crate) template: Option<(String, String)>,
}

/// Somebody's word on a revision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Approval {
    pub(crate) revision: String,
    pub(crate) user: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Override {
    pub(crate) revision: String,
    pub(crate) user: String,
}

/// Something that happened to a pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Happening {
    pub(crate) time: Timestamp,
    pub(crate) kind: String,
    pub(crate) actor: String,
    /// The name of AWS's member, and its value.
    pub(crate) metadata: (String, Value),
}

/// Account, number.
pub(crate) static REQUESTS: Table<CodeCommit, Row> = Table::regional("pull-requests");
/// Account: the last number.
static LAST: Table<CodeCommit, u64> = Table::regional("last-pull-request");
/// Repository id, number.
pub(crate) static OF_REPOSITORY: Table<CodeCommit, ()> = Table::new("repository-pull-requests");
/// Repository id, source reference, number: those that are open.
static OPEN: Table<CodeCommit, ()> = Table::new("open-pull-requests");
/// Account, number, order.
pub(crate) static HAPPENINGS: Table<CodeCommit, Happening> = Table::regional("pull-request-events");

const MAX_OPEN: usize = 1000;
pub(crate) const MAX_RULES: usize = 30;
pub(crate) const MAX_APPROVALS: usize = 200;

pub(crate) fn digits(number: u64) -> String {
    format!("{number:020}")
}

fn number(id: &str) -> Result<u64, Error> {
    id.parse().ok().filter(|n| *n > 0 && id.len() <= 19).ok_or_else(|| {
        Error::new(
            "InvalidPullRequestIdException",
            format!("The pull request ID '{}' is not valid: it is a number", crate::names::shown(id)),
        )
    })
}

fn find(view: &mut View<'_, CodeCommit>, id: &str) -> Result<Option<Row>, Error> {
    let (account, number) = (view.account()?, digits(number(id)?));
    view.get(&REQUESTS, &[account.as_str(), number.as_str()])
}

/// The right to `action` on a pull request's repository.
pub(crate) fn demand(view: &mut View<'_, CodeCommit>, action: &'static str, id: &str) -> Result<Demand, Error> {
    demand_with(view, action, id).map(|(demand, _)| demand)
}

/// The same, and the pull request if there is one.
pub(crate) fn demand_with(view: &mut View<'_, CodeCommit>, action: &'static str, id: &str) -> Result<(Demand, Option<Row>), Error> {
    let Some(row) = find(view, id)? else { return Ok((Demand::any(action), None)) };
    let demand = match state::name_of(view, row.account, &row.repository)? {
        Some(name) => Demand::new(action, view.arn(&name)?),
        None => Demand::any(action),
    };
    Ok((demand, Some(row)))
}

/// The pull request of this id.
pub(crate) fn load(scope: &mut Scope<'_, CodeCommit>, id: &str) -> Result<Row, Error> {
    find(scope, id)?.ok_or_else(|| {
        Error::new("PullRequestDoesNotExistException", format!("The pull request {id} does not exist. Verify its ID and the Region."))
    })
}

/// The same, which is still open.
pub(crate) fn load_open(scope: &mut Scope<'_, CodeCommit>, id: &str) -> Result<Row, Error> {
    let row = load(scope, id)?;
    if row.open {
        return Ok(row);
    }
    Err(Error::new("PullRequestAlreadyClosedException", format!("The pull request {id} is closed already")))
}

pub(crate) fn keep(scope: &mut Scope<'_, CodeCommit>, row: &Row) -> Result<(), Error> {
    scope.put(&REQUESTS, &[row.account.as_str(), digits(row.number).as_str()], row)
}

/// The repository of a pull request.
pub(crate) fn repository(scope: &mut Scope<'_, CodeCommit>, row: &Row) -> Result<Repository, Error> {
    let name = state::name_of(scope, row.account, &row.repository)?;
    let name = name.ok_or_else(|| error::no_repository(&row.repository))?;
    state::repository(scope, &name)
}

/// The name of a revision: no two are alike.
pub(crate) fn new_revision(scope: &Scope<'_, CodeCommit>) -> String {
    let mut bytes = [0; 32];
    scope.entropy().fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Keeps a new pull request under the next number.
pub(crate) fn open(scope: &mut Scope<'_, CodeCommit>, mut row: Row) -> Result<Row, Error> {
    let open = scope.scan(&OPEN, row.repository.as_str())?.len();
    if open >= MAX_OPEN {
        return Err(Error::new(
            "MaximumOpenPullRequestsExceededException",
            format!("The repository has {open} open pull requests; at most {MAX_OPEN} can be. Close one or more."),
        ));
    }
    row.number = scope.get(&LAST, row.account.as_str())?.unwrap_or(0) + 1;
    scope.put(&LAST, row.account.as_str(), &row.number)?;
    let number = digits(row.number);
    scope.put(&OF_REPOSITORY, &[row.repository.as_str(), number.as_str()], &())?;
    scope.put(&OPEN, &[row.repository.as_str(), row.source.as_str(), number.as_str()], &())?;
    keep(scope, &row)?;
    Ok(row)
}

/// Closes it: it follows its source no longer.
pub(crate) fn close(scope: &mut Scope<'_, CodeCommit>, row: &mut Row) -> Result<(), Error> {
    row.open = false;
    let number = digits(row.number);
    scope.delete(&OPEN, &[row.repository.as_str(), row.source.as_str(), number.as_str()]);
    Ok(())
}

/// A reference moved: the pull requests that come from it have a new revision, which nobody approved.
pub(crate) fn source_moved(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, one: &Move<'_>) -> Result<(), Error> {
    let Some(tip) = one.new else { return Ok(()) };
    for (key, ()) in scope.scan(&OPEN, &[repository.id.as_str(), one.name])? {
        let Some(mut row) = scope.get(&REQUESTS, &[repository.account.as_str(), key[2].as_str()])? else { continue };
        let destination = scope.get(&state::REFERENCES, &[repository.id.as_str(), row.destination.as_str()])?;
        let before = std::mem::replace(&mut row.source_commit, tip.to_owned());
        row.destination_commit = destination.unwrap_or(row.destination_commit);
        row.merge_base = None;
        row.revision = new_revision(scope);
        row.activity = scope.now();
        keep(scope, &row)?;
        let metadata = json!({"repositoryName": repository.name, "beforeCommitId": before, "afterCommitId": tip});
        happened(scope, &row, "PULL_REQUEST_SOURCE_REFERENCE_UPDATED", "pullRequestSourceReferenceUpdatedEventMetadata", metadata)?;
        tell(scope, &row, "pullRequestSourceBranchUpdated", json!({}))?;
    }
    Ok(())
}

/// Notes what the caller did.
pub(crate) fn happened(scope: &mut Scope<'_, CodeCommit>, row: &Row, kind: &str, member: &str, metadata: Value) -> Result<(), Error> {
    let happening = Happening { time: scope.now(), kind: kind.into(), actor: scope.caller().name(), metadata: (member.into(), metadata) };
    // Two of one call have the same time: their number keeps their order.
    let number = digits(row.number);
    let order = digits(scope.scan(&HAPPENINGS, &[row.account.as_str(), number.as_str()])?.len() as u64);
    scope.put(&HAPPENINGS, &[row.account.as_str(), number.as_str(), order.as_str()], &happening)
}

/// Tells the feed of a pull request's change; `more` holds what the change adds.
pub(crate) fn tell(scope: &mut Scope<'_, CodeCommit>, row: &Row, event: &str, more: Value) -> Result<(), Error> {
    let repository = repository(scope, row)?;
    let status = if row.open { "Open" } else { "Closed" };
    let mut detail = json!({
        "event": event,
        "pullRequestId": row.number.to_string(),
        "repositoryNames": [repository.name],
        "title": row.title,
        "description": row.description,
        "author": row.author,
        "creationDate": events::moment(row.created),
        "lastModifiedDate": events::moment(row.activity),
        "pullRequestStatus": status,
        "sourceReference": row.source,
        "sourceCommit": row.source_commit,
        "destinationReference": row.destination,
        "destinationCommit": row.destination_commit,
        "revisionId": row.revision,
        "isMerged": if row.merged.is_some() { "True" } else { "False" },
        "mergeOption": row.merged.as_ref().map(|merged| merged.option),
        "notificationBody": format!(
            "A pull request event occurred in the following AWS CodeCommit repository: {}. Event: {event}. Pull request: {}, \"{}\". Caller: {}.",
            repository.name, row.number, row.title, scope.caller().name()
        ),
    });
    if let (Some(detail), Value::Object(more)) = (detail.as_object_mut(), more) {
        detail.extend(more);
    }
    events::tell(scope, "CodeCommit Pull Request State Change", &[&repository.arn()], detail)
}

/// Deletes the pull requests of a repository that is deleted.
pub(crate) fn forget(scope: &mut Scope<'_, CodeCommit>, repository: &Repository) -> Result<(), Error> {
    let account = repository.account;
    for (key, ()) in scope.scan(&OF_REPOSITORY, repository.id.as_str())? {
        for (event, _) in scope.scan(&HAPPENINGS, &[account.as_str(), key[1].as_str()])? {
            scope.delete(&HAPPENINGS, &[account.as_str(), event[1].as_str(), event[2].as_str()]);
        }
        scope.delete(&REQUESTS, &[account.as_str(), key[1].as_str()]);
        scope.delete(&OF_REPOSITORY, &[repository.id.as_str(), key[1].as_str()]);
    }
    for (key, ()) in scope.scan(&OPEN, repository.id.as_str())? {
        scope.delete(&OPEN, &[repository.id.as_str(), key[1].as_str(), key[2].as_str()]);
    }
    Ok(())
}

/// What a pull request's rules make of its approvals.
pub(crate) struct Evaluation {
    pub(crate) overridden: bool,
    pub(crate) satisfied: Vec<String>,
    pub(crate) unsatisfied: Vec<String>,
}

impl Evaluation {
    pub(crate) fn of(row: &Row, revision: &str) -> Self {
        let approvers = row.approvals.iter().filter(|a| a.revision == revision).map(|a| a.user.as_str());
        let good = |rule: &&Rule| approvals::Content::read(&rule.content).is_ok_and(|content| content.satisfied(approvers.clone()));
        let (satisfied, unsatisfied): (Vec<&Rule>, Vec<&Rule>) = row.rules.iter().partition(good);
        let names = |rules: Vec<&Rule>| rules.into_iter().map(|rule| rule.name.clone()).collect();
        let overridden = row.overrides.iter().any(|o| o.revision == revision);
        Self { overridden, satisfied: names(satisfied), unsatisfied: names(unsatisfied) }
    }
    /// Whether the pull request may be merged.
    pub(crate) fn approved(&self) -> bool {
        self.overridden || self.unsatisfied.is_empty()
    }
}

/// A revision that a request names: the present one.
pub(crate) fn current(row: &Row, revision: &str) -> Result<(), Error> {
    is_revision(revision)?;
    if revision == row.revision {
        return Ok(());
    }
    Err(Error::new(
        "RevisionNotCurrentException",
        format!(
            "The revision {revision} is not the current one of pull request {}: its source branch has changed since. Review it anew.",
            row.number
        ),
    ))
}

pub(crate) fn is_revision(revision: &str) -> Result<(), Error> {
    if revision.len() == 64 && revision.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Error::new("InvalidRevisionIdException", "The revision ID is not valid. Use GetPullRequest to determine the value."))
}

/// A pull request as it is shown.
pub(crate) fn show(scope: &mut Scope<'_, CodeCommit>, mut row: Row) -> Result<PullRequest, Error> {
    let repository = repository(scope, &row)?;
    if row.merge_base.is_none() {
        // A rehearsal has no content; it tells the rest.
        row.merge_base = match objects::of(scope, &repository) {
            Ok(objects) => objects.merge_base(&row.source_commit, &row.destination_commit)?,
            Err(error) if error.status == 501 => None,
            Err(error) => return Err(error),
        };
    }
    let merged = row.merged.as_ref();
    let target = PullRequestTarget {
        repository_name: repository.name,
        source_reference: row.source,
        destination_reference: row.destination,
        destination_commit: row.destination_commit,
        source_commit: row.source_commit,
        merge_base: row.merge_base,
        merge_metadata: MergeMetadata {
            is_merged: merged.is_some(),
            merged_by: merged.map(|m| m.by.clone()),
            merge_commit_id: merged.map(|m| m.commit.clone()),
            merge_option: merged.map(|m| m.option),
        },
    };
    Ok(PullRequest {
        pull_request_id: row.number.to_string(),
        title: row.title,
        description: row.description,
        last_activity_date: EpochTime(row.activity),
        creation_date: EpochTime(row.created),
        pull_request_status: if row.open { "OPEN" } else { "CLOSED" },
        author_arn: row.author,
        pull_request_targets: vec![target],
        client_request_token: row.token,
        revision_id: row.revision,
        approval_rules: row.rules.iter().map(ApprovalRule::from).collect(),
    })
}

/// Refuses another repository than the pull request's.
pub(crate) fn is_of(repository: &Repository, name: &str) -> Result<(), Error> {
    if repository.name == name {
        return Ok(());
    }
    Err(Error::new(
        "RepositoryNotAssociatedWithPullRequestException",
        format!("The pull request belongs to {}, not to {}", repository.name, crate::names::shown(name)),
    ))
}
