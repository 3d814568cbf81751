//! Approval rule templates: rules for all pull requests of the repositories that they are associated with.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html>

use crate::{
    CodeCommit, approvals, error, events, names,
    request_shapes::hash,
    requests::{MAX_RULES, Rule},
    state::{self, Repository},
};
use base::{AccountId, Arn, EpochTime, Timestamp};
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) content: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) user: String,
}

/// Account, name.
pub(crate) static TEMPLATES: Table<CodeCommit, Row> = Table::regional("approval-rule-templates");
/// Account, template id, repository id.
pub(crate) static REPOSITORIES_OF: Table<CodeCommit, ()> = Table::regional("template-repositories");
/// Repository id, template name.
pub(crate) static TEMPLATES_OF: Table<CodeCommit, ()> = Table::new("repository-templates");

const MAX_TEMPLATES: usize = 1000;
const MAX_OF_REPOSITORY: usize = 25;
const MAX_DESCRIPTION: usize = 1000;
pub(crate) const MAX_BATCH: usize = 100;

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ApprovalRuleTemplate.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRuleTemplate {
    approval_rule_template_id: String,
    approval_rule_template_name: String,
    approval_rule_template_description: Option<String>,
    approval_rule_template_content: String,
    rule_content_sha256: String,
    last_modified_date: EpochTime,
    creation_date: EpochTime,
    last_modified_user: String,
}

/// An answer with a template.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateOutput {
    approval_rule_template: ApprovalRuleTemplate,
}

impl From<Row> for TemplateOutput {
    fn from(row: Row) -> Self {
        Self {
            approval_rule_template: ApprovalRuleTemplate {
                approval_rule_template_id: row.id,
                approval_rule_template_name: row.name,
                approval_rule_template_description: row.description,
                rule_content_sha256: hash(&row.content),
                approval_rule_template_content: row.content,
                last_modified_date: EpochTime(row.modified),
                creation_date: EpochTime(row.created),
                last_modified_user: row.user,
            },
        }
    }
}

pub(crate) fn name(name: &str) -> Result<(), Error> {
    if (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidApprovalRuleTemplateNameException",
        "The name of the approval rule template is not valid: it has 1 to 100 characters",
    ))
}

pub(crate) fn description(text: Option<&str>) -> Result<(), Error> {
    if text.is_none_or(|text| text.chars().count() <= MAX_DESCRIPTION) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidApprovalRuleTemplateDescriptionException",
        format!("The description of the approval rule template has more than {MAX_DESCRIPTION} characters"),
    ))
}

pub(crate) fn content(text: &str) -> Result<approvals::Content, Error> {
    approvals::Content::read(text).map_err(|why| {
        Error::new("InvalidApprovalRuleTemplateContentException", format!("The content of the approval rule template is not valid: {why}"))
    })
}

pub(crate) fn load(scope: &mut Scope<'_, CodeCommit>, name: &str) -> Result<Row, Error> {
    let account = scope.account()?;
    scope.get(&TEMPLATES, &[account.as_str(), name])?.ok_or_else(|| {
        Error::new("ApprovalRuleTemplateDoesNotExistException", format!("The approval rule template {} does not exist", names::shown(name)))
    })
}

pub(crate) fn keep(scope: &mut Scope<'_, CodeCommit>, row: &mut Row) -> Result<(), Error> {
    row.modified = scope.now();
    row.user = scope.caller().name();
    scope.put(&TEMPLATES, &[row.account.as_str(), row.name.as_str()], row)
}

/// Refuses a name that is taken.
pub(crate) fn is_new(scope: &mut Scope<'_, CodeCommit>, name: &str) -> Result<(), Error> {
    let account = scope.account()?;
    if scope.get(&TEMPLATES, &[account.as_str(), name])?.is_some() {
        return Err(Error::new(
            "ApprovalRuleTemplateNameAlreadyExistsException",
            format!("There is an approval rule template {} already", names::shown(name)),
        ));
    }
    Ok(())
}

pub(crate) fn has_room(scope: &mut Scope<'_, CodeCommit>) -> Result<(), Error> {
    let account = scope.account()?;
    match scope.scan(&TEMPLATES, account.as_str())?.len() {
        0..MAX_TEMPLATES => Ok(()),
        _ => {
            Err(Error::new("NumberOfRuleTemplatesExceededException", format!("There are {MAX_TEMPLATES} approval rule templates already")))
        }
    }
}

/// The ids of the repositories that a template is associated with.
pub(crate) fn repositories(scope: &mut Scope<'_, CodeCommit>, row: &Row) -> Result<Vec<String>, Error> {
    let rows = scope.scan(&REPOSITORIES_OF, &[row.account.as_str(), row.id.as_str()])?;
    Ok(rows.into_iter().filter_map(|(key, ())| key.into_iter().nth(2)).collect())
}

/// The names of a repository's templates, in order.
pub(crate) fn of_repository(scope: &mut Scope<'_, CodeCommit>, repository: &Repository) -> Result<Vec<String>, Error> {
    let rows = scope.scan(&TEMPLATES_OF, repository.id.as_str())?;
    Ok(rows.into_iter().filter_map(|(key, ())| key.into_iter().nth(1)).collect())
}

/// Associates a template with a repository; one that is already stays.
pub(crate) fn associate(scope: &mut Scope<'_, CodeCommit>, row: &Row, repository: &Repository) -> Result<(), Error> {
    let there = of_repository(scope, repository)?;
    if there.contains(&row.name) {
        return Ok(());
    }
    if there.len() >= MAX_OF_REPOSITORY {
        return Err(Error::new(
            "MaximumRuleTemplatesAssociatedWithRepositoryException",
            format!("{} has {MAX_OF_REPOSITORY} approval rule templates already", repository.name),
        ));
    }
    scope.put(&REPOSITORIES_OF, &[row.account.as_str(), row.id.as_str(), repository.id.as_str()], &())?;
    scope.put(&TEMPLATES_OF, &[repository.id.as_str(), row.name.as_str()], &())?;
    tell(scope, row, "approvalRuleTemplateAssociatedWithRepository", Some(repository))
}

/// Ends an association; one that is not there ended already.
pub(crate) fn disassociate(scope: &mut Scope<'_, CodeCommit>, row: &Row, repository: &Repository) -> Result<(), Error> {
    if !of_repository(scope, repository)?.contains(&row.name) {
        return Ok(());
    }
    scope.delete(&REPOSITORIES_OF, &[row.account.as_str(), row.id.as_str(), repository.id.as_str()]);
    scope.delete(&TEMPLATES_OF, &[repository.id.as_str(), row.name.as_str()]);
    tell(scope, row, "approvalRuleTemplateDisassociatedWithRepository", Some(repository))
}

/// Ends the associations of a repository that is deleted.
pub(crate) fn forget(scope: &mut Scope<'_, CodeCommit>, repository: &Repository) -> Result<(), Error> {
    for name in of_repository(scope, repository)? {
        let row = load(scope, &name)?;
        scope.delete(&REPOSITORIES_OF, &[row.account.as_str(), row.id.as_str(), repository.id.as_str()]);
        scope.delete(&TEMPLATES_OF, &[repository.id.as_str(), name.as_str()]);
    }
    Ok(())
}

/// The rules that a new pull request into `destination` gets.
pub(crate) fn rules(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, destination: &str) -> Result<Vec<Rule>, Error> {
    let mut rules = Vec::new();
    for name in of_repository(scope, repository)?.into_iter().take(MAX_RULES) {
        let row = load(scope, &name)?;
        if content(&row.content)?.is_for(destination) {
            let (id, now, user) = (base::uuid(scope.entropy()), scope.now(), row.user);
            let template = Some((row.id, row.name.clone()));
            rules.push(Rule { id, name: row.name, content: row.content, created: now, modified: now, user, template });
        }
    }
    Ok(rules)
}

/// What is said of one repository of a batch.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchError {
    repository_name: String,
    error_code: String,
    error_message: String,
}

/// Does the same with each repository, and tells which were done and which not.
pub(crate) fn batch(
    scope: &mut Scope<'_, CodeCommit>,
    template: &str,
    repositories: Vec<String>,
    work: fn(&mut Scope<'_, CodeCommit>, &Row, &Repository) -> Result<(), Error>,
) -> Result<(Vec<String>, Vec<BatchError>), Error> {
    let row = load(scope, template)?;
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for repository_name in repositories {
        match state::repository(scope, &repository_name).and_then(|repository| work(scope, &row, &repository)) {
            Ok(()) => done.push(repository_name),
            Err(e) if e.status < 500 => {
                errors.push(BatchError { repository_name, error_code: e.code.into_owned(), error_message: e.message });
            }
            Err(e) => return Err(e),
        }
    }
    Ok((done, errors))
}

pub(crate) fn batch_size(repositories: &[String]) -> Result<(), Error> {
    match repositories.len() {
        0 => Err(Error::new("RepositoryNamesRequiredException", "At least one repository name is required")),
        1..=MAX_BATCH => Ok(()),
        _ => Err(Error::new("MaximumRepositoryNamesExceededException", format!("The maximum number of repository names is {MAX_BATCH}"))),
    }
}

/// The part of a list of names behind a token, and the token of what follows.
pub(crate) fn page(names: Vec<String>, token: Option<String>, size: usize) -> Result<(Vec<String>, Option<String>), Error> {
    let last = token.map(|token| base::place_of_token(&token).ok_or_else(error::bad_continuation)).transpose()?;
    let mut names: Vec<String> = names.into_iter().filter(|name| last.as_ref().is_none_or(|last| name > last)).take(size + 1).collect();
    let more = names.len() > size;
    names.truncate(size);
    Ok((names.clone(), names.last().filter(|_| more).map(|last| base::list_token(last))))
}

/// Tells the feed of a template's change.
pub(crate) fn tell(scope: &mut Scope<'_, CodeCommit>, row: &Row, event: &str, repository: Option<&Repository>) -> Result<(), Error> {
    let arn = repository.map(Repository::arn);
    let resources: Vec<&Arn> = arn.iter().collect();
    let detail = json!({
        "event": event,
        "approvalRuleTemplateId": row.id,
        "approvalRuleTemplateName": row.name,
        "approvalRuleTemplateContentSha256": hash(&row.content),
        "creationDate": events::moment(row.created),
        "lastModifiedDate": events::moment(row.modified),
        "repositories": repository.map(|repository| json!({repository.name.clone(): repository.id})),
        "notificationBody": format!("An approval rule template event occurred: {event}. Template: {}. Caller: {}.", row.name, scope.caller().name()),
    });
    events::tell(scope, "CodeCommit Approval Rule Template Change", &resources, detail)
}
