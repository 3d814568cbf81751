//! Webhooks of projects: what a git host tells, which of it starts builds, and with what.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html>

use crate::{CodeBuild, checks::one_of, error::invalid, model::EnvironmentVariable, names::Owner, state::ProjectRow};
use base::{Blob, EpochTime, Secret, Timestamp};
use gate::{Document, Error, Scope, View};
use regex_lite::RegexBuilder;
use serde::{Deserialize, Serialize};
use wire::webhook::Change;

/// A filter: what it looks at, and the pattern that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookFilter {
    /// `EVENT`, `HEAD_REF`, `BASE_REF`, `ACTOR_ACCOUNT_ID`, `FILE_PATH` or `COMMIT_MESSAGE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For `EVENT` names between commas, otherwise a regular expression.
    pub pattern: String,
    /// Whether what fits it starts no build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_matched_pattern: Option<bool>,
}

/// A project's webhook, as it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct WebhookRow {
    pub(crate) branch_filter: Option<String>,
    pub(crate) filter_groups: Vec<Vec<WebhookFilter>>,
    pub(crate) build_type: Option<String>,
    pub(crate) secret: Blob,
    pub(crate) secret_changed: Timestamp,
}

/// A project's webhook, as answers show it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Where the host sends to.
    pub payload_url: String,
    /// What it signs with: shown when it is made, and never again.
    pub secret: Option<Secret<String>>,
    /// Branches that are built.
    pub branch_filter: Option<String>,
    /// Any group of which all filters fit.
    pub filter_groups: Vec<Vec<WebhookFilter>>,
    /// `BUILD` or `BUILD_BATCH`.
    pub build_type: Option<String>,
    /// It always is: no host's API is called.
    pub manual_creation: bool,
    /// When its secret was made.
    pub last_modified_secret: EpochTime,
    /// `ACTIVE`.
    pub status: &'static str,
}

impl Webhook {
    pub(crate) fn of(server: &str, owner: &Owner, project: &str, row: WebhookRow, secret: Option<Secret<String>>) -> Self {
        Self {
            payload_url: format!("{server}/webhooks/codebuild/{}/{}/{project}", owner.account, owner.region),
            secret,
            branch_filter: row.branch_filter,
            filter_groups: row.filter_groups,
            build_type: row.build_type,
            manual_creation: true,
            last_modified_secret: EpochTime(row.secret_changed),
            status: "ACTIVE",
        }
    }
}

const EVENTS: [&str; 6] =
    ["PUSH", "PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED", "PULL_REQUEST_CLOSED", "PULL_REQUEST_REOPENED", "PULL_REQUEST_MERGED"];
/// AWS's own that are told by no webhook that is read here.
const EVENTS_NOT_HERE: [&str; 3] = ["RELEASED", "PRERELEASED", "WORKFLOW_JOB_QUEUED"];
const KINDS: [&str; 6] = ["EVENT", "BASE_REF", "HEAD_REF", "ACTOR_ACCOUNT_ID", "FILE_PATH", "COMMIT_MESSAGE"];
const KINDS_NOT_HERE: [&str; 5] = ["WORKFLOW_NAME", "TAG_NAME", "RELEASE_NAME", "REPOSITORY_NAME", "ORGANIZATION_NAME"];
const MOST_GROUPS: usize = 50;
const MOST_FILTERS: usize = 50;
const LONGEST_PATTERN: usize = 1024;
/// Of a compiled pattern, in bytes.
const MOST_STATES: usize = 1 << 20;

fn expression(pattern: &str) -> Result<regex_lite::Regex, Error> {
    let built = (pattern.len() <= LONGEST_PATTERN).then(|| RegexBuilder::new(pattern).size_limit(MOST_STATES).build());
    match built {
        Some(Ok(expression)) => Ok(expression),
        Some(Err(why)) => Err(invalid(format!("Invalid webhook filter: the pattern {pattern:.200} is no regular expression: {why}"))),
        None => Err(invalid(format!("Invalid webhook filter: a pattern has at most {LONGEST_PATTERN} characters"))),
    }
}

fn names(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split(',').map(str::trim).filter(|name| !name.is_empty())
}

impl WebhookRow {
    /// Whether it can be kept.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(kind) = &self.build_type {
            one_of(kind, "buildType", &["BUILD", "BUILD_BATCH"], &["RUNNER_BUILDKITE_BUILD"])?;
        }
        if let Some(pattern) = &self.branch_filter {
            expression(pattern)?;
        }
        if self.branch_filter.is_some() && !self.filter_groups.is_empty() {
            return Err(invalid("Invalid webhook: branchFilter and filterGroups cannot be given together"));
        }
        if self.filter_groups.len() > MOST_GROUPS || self.filter_groups.iter().any(|group| group.len() > MOST_FILTERS) {
            return Err(invalid(format!("Invalid webhook: it has at most {MOST_GROUPS} filter groups, of {MOST_FILTERS} filters each")));
        }
        for group in &self.filter_groups {
            if !group.iter().any(|filter| filter.kind == "EVENT") {
                return Err(invalid("Invalid webhook filter group: each group has to have a filter of type EVENT"));
            }
            for filter in group {
                one_of(&filter.kind, "webhook filter type", &KINDS, &KINDS_NOT_HERE)?;
                match filter.kind.as_str() {
                    "EVENT" if names(&filter.pattern).next().is_none() => {
                        return Err(invalid("Invalid webhook filter: EVENT names no event"));
                    }
                    "EVENT" => names(&filter.pattern).try_for_each(|name| one_of(name, "webhook event", &EVENTS, &EVENTS_NOT_HERE))?,
                    _ => expression(&filter.pattern).map(drop)?,
                }
            }
        }
        Ok(())
    }

    /// Whether a change starts a build.
    pub(crate) fn wants(&self, change: &Change) -> bool {
        let told = Told::of(change);
        if let Some(pattern) = self.branch_filter.as_deref().filter(|pattern| !pattern.is_empty()) {
            return told.is_built_anyway() && change.kind != "tag" && expression(pattern).is_ok_and(|wanted| wanted.is_match(&change.name));
        }
        match self.filter_groups.is_empty() {
            true => told.is_built_anyway(),
            false => self.filter_groups.iter().any(|group| group.iter().all(|filter| told.fits(filter))),
        }
    }
}

/// A change in CodeBuild's words.
struct Told<'c> {
    event: String,
    head: String,
    base: Option<String>,
    change: &'c Change,
}

impl<'c> Told<'c> {
    fn of(change: &'c Change) -> Self {
        let folder = if change.kind == "tag" { "tags" } else { "heads" };
        Self {
            event: change.more.outcome.map_or_else(|| "PUSH".into(), |outcome| format!("PULL_REQUEST_{outcome}")),
            head: format!("refs/{folder}/{}", change.name),
            base: change.into.as_ref().map(|into| format!("refs/heads/{into}")),
            change,
        }
    }
    /// Without filters what is pushed or proposed is built.
    fn is_built_anyway(&self) -> bool {
        !matches!(self.event.as_str(), "PULL_REQUEST_CLOSED" | "PULL_REQUEST_MERGED")
    }
    fn fits(&self, filter: &WebhookFilter) -> bool {
        let excluded = filter.exclude_matched_pattern == Some(true);
        if filter.kind == "EVENT" {
            return names(&filter.pattern).any(|name| name == self.event) != excluded;
        }
        let Ok(wanted) = expression(&filter.pattern) else { return false };
        let more = &self.change.more;
        let one = |text: Option<&str>| text.map(|text| wanted.is_match(text));
        let fits = match filter.kind.as_str() {
            "HEAD_REF" => one(Some(&self.head)),
            "BASE_REF" => one(self.base.as_deref()),
            "ACTOR_ACCOUNT_ID" => one(more.actor.as_deref()),
            "COMMIT_MESSAGE" => one(more.message.as_deref()),
            "FILE_PATH" if self.change.paths.is_empty() => None,
            // One file that is not left out is reason enough to build.
            "FILE_PATH" if excluded => return self.change.paths.iter().any(|path| !wanted.is_match(path)),
            "FILE_PATH" => Some(self.change.paths.iter().any(|path| wanted.is_match(path))),
            _ => None,
        };
        // What the host does not tell fits no pattern, and is left out by none.
        fits.is_some_and(|fits| fits != excluded)
    }
}

/// The version of the source that a change asks for.
pub(crate) fn version(change: &Change, source: &str) -> String {
    match change.more.number {
        Some(number) if source != "BITBUCKET" => format!("pr/{number}"),
        _ => change.commit.clone(),
    }
}

/// What a build is told of the change that started it.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html>
pub(crate) fn variables(change: &Change) -> Vec<EnvironmentVariable> {
    let told = Told::of(change);
    let trigger = match (change.kind, change.more.number) {
        (_, Some(number)) => format!("pr/{number}"),
        (kind, None) => format!("{kind}/{}", change.name),
    };
    let merged = (told.event == "PULL_REQUEST_MERGED").then(|| change.commit.clone());
    let all = [
        ("CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID", change.more.actor.clone()),
        ("CODEBUILD_WEBHOOK_BASE_REF", told.base),
        ("CODEBUILD_WEBHOOK_EVENT", Some(told.event)),
        ("CODEBUILD_WEBHOOK_HEAD_REF", Some(told.head)),
        ("CODEBUILD_WEBHOOK_MERGE_COMMIT", merged),
        ("CODEBUILD_WEBHOOK_PREV_COMMIT", change.more.before.clone()),
        ("CODEBUILD_WEBHOOK_TRIGGER", Some(trigger)),
    ];
    let variable = |(name, value): (&str, Option<String>)| {
        Some(EnvironmentVariable { name: name.into(), value: value?.replace('\0', ""), kind: "PLAINTEXT".into() })
    };
    all.into_iter().filter_map(variable).collect()
}

/// Whoever proves the secret may deliver.
pub(crate) fn policy() -> Document {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"codebuild:ReceiveWebhook","Resource":"*","Condition":{"StringEquals":{"codebuild:WebhookSigned":"true"}}}}"#;
    Document { name: "policy of the project's webhook".into(), text: text.into() }
}

/// What binds a sealed secret to its project.
fn place(owner: &Owner, project: &str) -> String {
    format!("webhook of {}", owner.project_arn(project))
}

/// A new secret, open and sealed.
pub(crate) fn new_secret(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, project: &str) -> Result<(Secret<String>, Blob), Error> {
    let mut bytes = [0; 32];
    scope.entropy().fill(&mut bytes);
    let text = hex::encode(bytes);
    let sealed = Blob(scope.seal(&place(owner, project), text.as_bytes())?);
    Ok((Secret::new(text), sealed))
}

/// The secret of a project's webhook, if it has one.
pub(crate) fn secret(view: &View<'_, CodeBuild>, owner: &Owner, project: &str, row: Option<&ProjectRow>) -> Option<Secret<Vec<u8>>> {
    let webhook = row?.webhook.as_ref()?;
    view.unseal(&place(owner, project), &webhook.secret.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::webhook::Change;

    fn filter(kind: &str, pattern: &str, exclude: bool) -> WebhookFilter {
        WebhookFilter { kind: kind.into(), pattern: pattern.into(), exclude_matched_pattern: exclude.then_some(true) }
    }

    fn push(name: &str, paths: &[&str]) -> Change {
        let mut change = Change { kind: "branch", name: name.into(), commit: "1".repeat(40), ..Change::default() };
        change.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        change.more.actor = Some("7".into());
        change.more.message = Some("fix [skip ci]".into());
        change
    }

    fn pull(outcome: &'static str) -> Change {
        let mut change = Change { kind: "pull", into: Some("main".into()), ..push("topic", &[]) };
        change.more.outcome = Some(outcome);
        change.more.number = Some(9);
        change
    }

    fn row(groups: &[&[WebhookFilter]]) -> WebhookRow {
        WebhookRow { filter_groups: groups.iter().map(|group| group.to_vec()).collect(), ..WebhookRow::default() }
    }

    #[test]
    fn all_filters_of_any_group_have_to_fit() {
        let pushes = filter("EVENT", "PUSH, PULL_REQUEST_CREATED", false);
        let main = filter("HEAD_REF", "^refs/heads/main$", false);
        let both = row(&[&[pushes.clone(), main.clone()], &[filter("EVENT", "PULL_REQUEST_MERGED", false)]]);
        both.check().unwrap();
        assert!(both.wants(&push("main", &[])) && both.wants(&pull("MERGED")));
        assert!(!both.wants(&push("mainly", &[])) && !both.wants(&pull("CREATED")) && !both.wants(&pull("CLOSED")));
        let base = row(&[&[pushes.clone(), filter("BASE_REF", "main", false)]]);
        assert!(base.wants(&pull("CREATED")) && !base.wants(&push("main", &[])), "a push goes into no base");
        let not = |kind, pattern| row(&[&[pushes.clone(), filter(kind, pattern, true)]]);
        assert!(
            !not("COMMIT_MESSAGE", r"\[skip ci\]").wants(&push("main", &[])) && !not("ACTOR_ACCOUNT_ID", "^7$").wants(&push("main", &[]))
        );
        assert!(not("HEAD_REF", "^refs/tags/").wants(&push("main", &[])));
        let docs = not("FILE_PATH", "^docs/");
        assert!(
            docs.wants(&push("main", &["docs/a", "src/a"])) && !docs.wants(&push("main", &["docs/a"])) && !docs.wants(&push("main", &[]))
        );
        let sources = row(&[&[pushes, filter("FILE_PATH", "^src/", false)]]);
        assert!(sources.wants(&push("main", &["docs/a", "src/a"])) && !sources.wants(&push("main", &["docs/a"])));
    }

    #[test]
    fn without_filters_what_is_pushed_or_proposed_is_built() {
        let all = WebhookRow::default();
        assert!(all.wants(&push("main", &[])) && all.wants(&pull("CREATED")) && all.wants(&pull("UPDATED")) && !all.wants(&pull("CLOSED")));
        let branch = WebhookRow { branch_filter: Some("^main$".into()), ..WebhookRow::default() };
        assert!(branch.wants(&push("main", &[])) && !branch.wants(&push("dev", &[])));
    }

    #[test]
    fn what_cannot_be_a_filter_is_refused() {
        let event = || filter("EVENT", "PUSH", false);
        let nested = "(".repeat(2000);
        for wrong in [
            vec![filter("HEAD_REF", "x", false)],
            vec![event(), filter("HEAD_REF", "(", false)],
            vec![event(), filter("HEAD_REF", &nested, false)],
            vec![event(), filter("HEAD_REF", "(((a{1000}){1000}){1000})", false)],
            vec![filter("EVENT", "PUSHED", false)],
            vec![filter("EVENT", " , ", false)],
            vec![event(), filter("SOMETHING", "x", false)],
            vec![event(), filter("TAG_NAME", "x", false)],
            vec![filter("EVENT", "RELEASED", false)],
        ] {
            assert!(row(&[&wrong]).check().is_err(), "{wrong:?}");
        }
        assert!(WebhookRow { branch_filter: Some("a".into()), ..row(&[&[event()]]) }.check().is_err());
    }

    #[test]
    fn a_build_is_told_of_the_change() {
        let told = |change: &Change, name: &str| {
            variables(change).into_iter().find(|v| v.name.ends_with(name)).map(|v| v.value).unwrap_or_default()
        };
        let (pushed, merged) = (push("main", &[]), pull("MERGED"));
        assert_eq!(
            (told(&pushed, "_TRIGGER"), told(&pushed, "_EVENT"), told(&pushed, "_HEAD_REF")),
            ("branch/main".into(), "PUSH".into(), "refs/heads/main".into())
        );
        assert_eq!(
            (told(&merged, "_TRIGGER"), told(&merged, "_BASE_REF"), told(&merged, "_MERGE_COMMIT")),
            ("pr/9".into(), "refs/heads/main".into(), "1".repeat(40))
        );
        assert_eq!(
            (version(&pushed, "GITHUB"), version(&merged, "GITHUB"), version(&merged, "BITBUCKET")),
            ("1".repeat(40), "pr/9".into(), "1".repeat(40))
        );
    }
}
