//! Comments on commits and pull requests, and the reactions to them.

use crate::{
    CodeCommit, error, events,
    git::objects::Objects,
    names,
    state::{self, Repository},
};
use base::{AccountId, EpochTime, Timestamp};
use gate::{Demand, Error, Scope, Table, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

const MAX_CONTENT: usize = 10_240;

/// Where in a file a comment stands.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    file_path: Option<String>,
    file_position: Option<u64>,
    relative_file_version: Option<Version>,
}

/// The version of the file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "UPPERCASE")]
pub enum Version {
    /// Before the change.
    Before,
    /// After it.
    After,
}

/// What a comment is about.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pull_request_id: Option<String>,
    pub(crate) before_commit_id: Option<String>,
    pub(crate) after_commit_id: String,
    pub(crate) before_blob_id: Option<String>,
    pub(crate) after_blob_id: Option<String>,
    pub(crate) location: Option<Location>,
}

/// A comment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) account: AccountId,
    /// The repository's id.
    pub(crate) repository: String,
    pub(crate) subject: Subject,
    pub(crate) content: Option<String>,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) author: String,
    pub(crate) token: Option<String>,
    /// Who reacted, and the reaction's short code.
    pub(crate) reactions: BTreeMap<String, String>,
}

/// Account, id.
pub(crate) static COMMENTS: Table<CodeCommit, Row> = Table::regional("comments");
/// Repository id, what it is about (a pull request's number, or `-`), comment id in order of time.
static ORDER: Table<CodeCommit, ()> = Table::new("comment-order");

const OF_COMMITS: &str = "-";

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Comment.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    comment_id: String,
    content: Option<String>,
    in_reply_to: Option<String>,
    creation_date: EpochTime,
    last_modified_date: EpochTime,
    author_arn: String,
    deleted: bool,
    client_request_token: Option<String>,
    caller_reactions: Vec<String>,
    reaction_counts: BTreeMap<String, usize>,
}

/// An answer with a comment.
#[derive(Debug, Serialize)]
pub struct CommentOutput {
    pub(crate) comment: Comment,
}

/// A comment with what it is about.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PostedOutput {
    pub(crate) repository_name: String,
    #[serde(flatten)]
    pub(crate) subject: Subject,
    pub(crate) comment: Comment,
}

/// The comments on one thing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentsOn {
    pub(crate) repository_name: String,
    #[serde(flatten)]
    pub(crate) subject: Subject,
    pub(crate) comments: Vec<Comment>,
}

impl Comment {
    pub(crate) fn of(row: &Row, caller: &str) -> Self {
        let mut reaction_counts = BTreeMap::new();
        for code in row.reactions.values() {
            *reaction_counts.entry(code.clone()).or_default() += 1;
        }
        Self {
            comment_id: row.id.clone(),
            content: row.content.clone(),
            in_reply_to: row.in_reply_to.clone(),
            creation_date: EpochTime(row.created),
            last_modified_date: EpochTime(row.modified),
            author_arn: row.author.clone(),
            deleted: row.content.is_none(),
            client_request_token: row.token.clone(),
            caller_reactions: row.reactions.get(caller).cloned().into_iter().collect(),
            reaction_counts,
        }
    }
}

pub(crate) fn content(text: &str) -> Result<(), Error> {
    match text.chars().count() {
        0 => Err(Error::new("CommentContentRequiredException", "The comment is empty")),
        1..=MAX_CONTENT => Ok(()),
        count => Err(Error::new(
            "CommentContentSizeLimitExceededException",
            format!("The comment has {count} characters; at most {MAX_CONTENT} are allowed"),
        )),
    }
}

fn id(id: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-:".contains(c);
    if (1..=128).contains(&id.len()) && id.chars().all(plain) {
        return Ok(());
    }
    Err(Error::new("InvalidCommentIdException", format!("The comment ID '{}' is not valid", names::shown(id))))
}

/// The right to `action` on the repository of a comment.
pub(crate) fn demand(view: &mut View<'_, CodeCommit>, action: &'static str, comment: &str) -> Result<Demand, Error> {
    id(comment)?;
    let account = view.account()?;
    let Some(row) = view.get(&COMMENTS, &[account.as_str(), comment])? else { return Ok(Demand::any(action)) };
    Ok(match state::name_of(view, account, &row.repository)? {
        Some(name) => Demand::new(action, view.arn(&name)?),
        None => Demand::any(action),
    })
}

pub(crate) fn load(scope: &mut Scope<'_, CodeCommit>, comment: &str) -> Result<Row, Error> {
    let account = scope.account()?;
    scope
        .get(&COMMENTS, &[account.as_str(), comment])?
        .ok_or_else(|| Error::new("CommentDoesNotExistException", format!("There is no comment with the ID {}", names::shown(comment))))
}

/// The same, which is not deleted.
pub(crate) fn load_living(scope: &mut Scope<'_, CodeCommit>, comment: &str) -> Result<Row, Error> {
    let row = load(scope, comment)?;
    if row.content.is_some() {
        return Ok(row);
    }
    Err(Error::new("CommentDeletedException", format!("The comment {comment} has been deleted")))
}

pub(crate) fn keep(scope: &mut Scope<'_, CodeCommit>, row: &Row) -> Result<(), Error> {
    scope.put(&COMMENTS, &[row.account.as_str(), row.id.as_str()], row)
}

pub(crate) fn output(scope: &Scope<'_, CodeCommit>, row: &Row) -> CommentOutput {
    CommentOutput { comment: Comment::of(row, &scope.caller().name()) }
}

/// A new comment's words.
pub(crate) struct Words {
    pub(crate) content: String,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) token: Option<String>,
}

/// Keeps a new comment.
pub(crate) fn post(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, subject: Subject, words: Words) -> Result<Row, Error> {
    let id = base::uuid_v7(scope.entropy(), scope.now());
    let (now, author) = (scope.now(), scope.caller().name());
    let Words { content, in_reply_to, token } = words;
    let (account, repository_id) = (repository.account, repository.id.clone());
    let on = subject.pull_request_id.clone().unwrap_or_else(|| OF_COMMITS.into());
    let row = Row {
        id,
        account,
        repository: repository_id,
        subject,
        content: Some(content),
        in_reply_to,
        created: now,
        modified: now,
        author,
        token,
        reactions: BTreeMap::new(),
    };
    keep(scope, &row)?;
    scope.put(&ORDER, &[row.repository.as_str(), on.as_str(), row.id.as_str()], &())?;
    tell(scope, repository, &row, "Created")?;
    Ok(row)
}

/// Tells the feed of a comment.
pub(crate) fn tell(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, row: &Row, what: &str) -> Result<(), Error> {
    let (kind, event) = match row.subject.pull_request_id {
        Some(_) => ("CodeCommit Comment on Pull Request", format!("commentOnPullRequest{what}")),
        None => ("CodeCommit Comment on Commit", format!("commentOnCommit{what}")),
    };
    let detail = json!({
        "event": event,
        "repositoryName": repository.name,
        "repositoryId": repository.id,
        "pullRequestId": row.subject.pull_request_id,
        "beforeCommitId": row.subject.before_commit_id,
        "afterCommitId": row.subject.after_commit_id,
        "commentId": row.id,
        "inReplyTo": row.in_reply_to,
        "notificationBody": format!("A comment event occurred in the repository {}: {event}. Caller: {}.", repository.name, scope.caller().name()),
    });
    events::tell(scope, kind, &[&repository.arn()], detail)
}

/// The comments on the commits of a repository or on one of its pull requests, as far as `wanted`: those on the same thing
/// together, oldest first.
pub(crate) fn on(
    scope: &mut Scope<'_, CodeCommit>,
    repository: &Repository,
    pull_request: Option<&str>,
    wanted: impl Fn(&Subject) -> bool,
) -> Result<Vec<CommentsOn>, Error> {
    let keys = scope.scan(&ORDER, &[repository.id.as_str(), pull_request.unwrap_or(OF_COMMITS)])?;
    let caller = scope.caller().name();
    let mut found: Vec<CommentsOn> = Vec::new();
    for (key, ()) in keys {
        let Some(row) = scope.get(&COMMENTS, &[repository.account.as_str(), key[2].as_str()])? else { continue };
        if !wanted(&row.subject) {
            continue;
        }
        let comment = Comment::of(&row, &caller);
        match found.iter_mut().find(|on| on.subject == row.subject) {
            Some(on) => on.comments.push(comment),
            None => found.push(CommentsOn { repository_name: repository.name.clone(), subject: row.subject, comments: vec![comment] }),
        }
    }
    Ok(found)
}

/// The things behind a token that were commented, and the token of what follows.
pub(crate) fn page(found: Vec<CommentsOn>, token: Option<String>, size: usize) -> Result<(Vec<CommentsOn>, Option<String>), Error> {
    let place = token.map(|t| base::place_of_token(&t).and_then(|p| p.parse::<usize>().ok()).ok_or_else(error::bad_continuation));
    let place = place.transpose()?.unwrap_or(0);
    let next = (found.len() > place.saturating_add(size)).then(|| base::list_token(&(place + size).to_string()));
    Ok((found.into_iter().skip(place).take(size).collect(), next))
}

/// Deletes the comments of a repository that is deleted.
pub(crate) fn forget(scope: &mut Scope<'_, CodeCommit>, repository: &Repository) -> Result<(), Error> {
    for (key, ()) in scope.scan(&ORDER, repository.id.as_str())? {
        scope.delete(&ORDER, &[repository.id.as_str(), key[1].as_str(), key[2].as_str()]);
        scope.delete(&COMMENTS, &[repository.account.as_str(), key[2].as_str()]);
    }
    Ok(())
}

/// What a comment is about, found in the commits that it names.
pub(crate) fn subject(
    objects: &Objects,
    pull_request_id: Option<String>,
    before: Option<String>,
    after: String,
    location: Option<Location>,
) -> Result<Subject, Error> {
    if before.as_ref() == Some(&after) {
        return Err(Error::new(
            "BeforeCommitIdAndAfterCommitIdAreSameException",
            "The before commit ID and the after commit ID are the same: they must differ",
        ));
    }
    for id in before.iter().chain([&after]) {
        objects.commit(id)?.ok_or_else(|| error::no_commit(id))?;
    }
    let mut subject = Subject {
        pull_request_id,
        before_commit_id: before,
        after_commit_id: after,
        before_blob_id: None,
        after_blob_id: None,
        location: location.clone(),
    };
    let Some(path) = location.as_ref().and_then(|l| l.file_path.as_deref()) else { return Ok(subject) };
    let path = names::path(path)?;
    let blob = |commit: Option<&str>| commit.map(|c| objects.entry(c, path)).transpose().map(|e| e.flatten().map(|e| e.object));
    subject.before_blob_id = blob(subject.before_commit_id.as_deref())?;
    subject.after_blob_id = blob(Some(&subject.after_commit_id))?;
    let version = location.as_ref().and_then(|l| l.relative_file_version).unwrap_or(Version::After);
    let there = if version == Version::Before { &subject.before_blob_id } else { &subject.after_blob_id };
    if there.is_none() {
        return Err(Error::new("PathDoesNotExistException", format!("Could not find path {path} in the commit")));
    }
    Ok(subject)
}

/// The repository of a comment.
pub(crate) fn repository(scope: &mut Scope<'_, CodeCommit>, row: &Row) -> Result<Repository, Error> {
    let name = state::name_of(scope, row.account, &row.repository)?;
    let name = name.ok_or_else(|| error::no_repository(&row.repository))?;
    state::repository(scope, &name)
}

/// Tells the feed that a comment's words changed.
pub(crate) fn tell_updated(scope: &mut Scope<'_, CodeCommit>, row: &Row) -> Result<(), Error> {
    let repository = repository(scope, row)?;
    tell(scope, &repository, row, "Updated")
}

/// A new comment with what it is about.
pub(crate) fn posted(scope: &mut Scope<'_, CodeCommit>, row: Row) -> Result<PostedOutput, Error> {
    let repository_name = repository(scope, &row)?.name;
    let comment = Comment::of(&row, &scope.caller().name());
    Ok(PostedOutput { repository_name, subject: row.subject, comment })
}
