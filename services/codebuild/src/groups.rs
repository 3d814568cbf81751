//! Report groups and reports: their names, rows, and answers.

use crate::{
    CodeBuild,
    error::{invalid, no_group, no_report},
    model::{
        Tag, epoch,
        report::{CodeCoverageReportSummary, Report, ReportExportConfig, ReportGroup, TestReportSummary},
    },
    names::Owner,
};
use base::{Arn, Timestamp};
use gate::{Demand, Demands, Error, Scope, Table};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long AWS keeps reports.
const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GroupRow {
    pub(crate) kind: String,
    pub(crate) export: ReportExportConfig,
    pub(crate) tags: Vec<Tag>,
    pub(crate) created: Timestamp,
    pub(crate) last_modified: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ReportRow {
    pub(crate) kind: String,
    pub(crate) export: ReportExportConfig,
    pub(crate) execution: String,
    pub(crate) status: String,
    pub(crate) created: Timestamp,
    pub(crate) truncated: bool,
    pub(crate) tests: Option<TestReportSummary>,
    pub(crate) coverage: Option<CodeCoverageReportSummary>,
    /// Test cases or files that were put in.
    pub(crate) items: u64,
}

/// Account, region, name.
pub(crate) static GROUPS: Table<CodeBuild, GroupRow> = Table::new("report-groups");
/// Account, region, group, UUID by time.
pub(crate) static REPORTS: Table<CodeBuild, ReportRow> = Table::new("reports");
/// Account, region, UUID by time: the group.
pub(crate) static REPORTS_BY_TIME: Table<CodeBuild, String> = Table::new("reports-by-time");
/// Account, region, `group:uuid`, number as 20 digits.
pub(crate) static CASES: Table<CodeBuild, crate::model::report::TestCase> = Table::new("test-cases");
/// Account, region, `group:uuid`, number as 20 digits.
pub(crate) static COVERAGES: Table<CodeBuild, crate::model::report::CodeCoverage> = Table::new("code-coverages");

/// A report group that a call names by its ARN.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) owner: Owner,
    pub(crate) name: String,
}

/// A report that a call names by its ARN.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) group: Group,
    pub(crate) id: String,
}

fn parts<'a>(text: &'a str, kind: &str) -> Option<(Owner, &'a str)> {
    let arn: Arn = text.parse().ok()?;
    if arn.service() != "codebuild" {
        return None;
    }
    let owner = Owner { account: arn.account()?, region: arn.region().to_owned() };
    let (_, name) = text.rsplit_once(&format!(":{kind}/"))?;
    Some((owner, name))
}

impl Group {
    pub(crate) fn of(text: &str) -> Result<Self, Error> {
        let (owner, name) = parts(text, "report-group").ok_or_else(|| invalid(format!("Invalid report group ARN: {text}")))?;
        check_name(name)?;
        Ok(Self { owner, name: name.into() })
    }
    pub(crate) fn arn(&self) -> Arn {
        self.owner.group_arn(&self.name)
    }
    pub(crate) fn demand(&self, action: &'static str) -> Demand {
        Demand::new(action, self.arn())
    }
    pub(crate) fn row(&self, scope: &mut Scope<'_, CodeBuild>) -> Result<GroupRow, Error> {
        scope.get(&GROUPS, &self.owner.row(&self.name))?.ok_or_else(|| no_group(self.arn().as_str()))
    }
    pub(crate) fn answer(&self, row: GroupRow) -> ReportGroup {
        ReportGroup {
            arn: self.arn(),
            name: self.name.clone(),
            kind: row.kind,
            export_config: row.export,
            created: epoch(row.created),
            last_modified: epoch(row.last_modified),
            tags: row.tags,
            status: "ACTIVE".into(),
        }
    }
}

impl Place {
    pub(crate) fn of(text: &str) -> Result<Self, Error> {
        let wrong = || invalid(format!("Invalid report ARN: {text}"));
        let (owner, place) = parts(text, "report").ok_or_else(wrong)?;
        let (name, id) = place.rsplit_once(':').filter(|(_, id)| id.len() == 36).ok_or_else(wrong)?;
        check_name(name)?;
        Ok(Self { group: Group { owner, name: name.into() }, id: id.into() })
    }
    pub(crate) fn arn(&self) -> Arn {
        self.group.owner.report_arn(&self.place())
    }
    /// `group:uuid`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.group.name, self.id)
    }
    pub(crate) fn row(&self, scope: &mut Scope<'_, CodeBuild>) -> Result<ReportRow, Error> {
        self.find(scope)?.ok_or_else(|| no_report(self.arn().as_str()))
    }
    pub(crate) fn find(&self, scope: &mut Scope<'_, CodeBuild>) -> Result<Option<ReportRow>, Error> {
        scope.get(&REPORTS, &self.group.owner.row_of(&self.group.name, &self.id))
    }
    pub(crate) fn put(&self, scope: &mut Scope<'_, CodeBuild>, row: &ReportRow) -> Result<(), Error> {
        scope.put(&REPORTS, &self.group.owner.row_of(&self.group.name, &self.id), row)
    }
    pub(crate) fn answer(&self, row: ReportRow) -> Report {
        Report {
            arn: self.arn(),
            kind: row.kind,
            name: self.place(),
            report_group_arn: self.group.arn(),
            execution_id: row.execution,
            status: row.status,
            created: epoch(row.created),
            expired: epoch(row.created.plus(LIFE)),
            export_config: row.export,
            truncated: row.truncated,
            test_summary: row.tests,
            code_coverage_summary: row.coverage,
        }
    }
    /// Deletes a report and all that is in it.
    pub(crate) fn delete(&self, scope: &mut Scope<'_, CodeBuild>) -> Result<(), Error> {
        let (owner, place) = (&self.group.owner, self.place());
        for (key, _) in scope.scan(&CASES, &owner.row(&place))? {
            scope.delete(&CASES, &owner.row_of(&place, &key[3]));
        }
        for (key, _) in scope.scan(&COVERAGES, &owner.row(&place))? {
            scope.delete(&COVERAGES, &owner.row_of(&place, &key[3]));
        }
        scope.delete(&REPORTS_BY_TIME, &owner.row(&self.id));
        scope.delete(&REPORTS, &owner.row_of(&self.group.name, &self.id));
        Ok(())
    }
}

/// The right to `action` on each of the groups, once.
pub(crate) fn on_groups(action: &'static str, groups: Vec<Group>) -> Demands {
    let mut arns: Vec<Arn> = groups.iter().map(Group::arn).collect();
    arns.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    arns.dedup();
    Demands::all(arns.into_iter().map(|arn| Demand::new(action, arn)))
}

pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let fits = (2..=128).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if fits { Ok(()) } else { Err(invalid(format!("Invalid report group name: '{}'", name.escape_debug()))) }
}

pub(crate) fn check_export(config: &ReportExportConfig) -> Result<(), Error> {
    let kind = config.export_config_type.as_deref().unwrap_or("NO_EXPORT");
    crate::checks::one_of(kind, "exportConfigType", &["NO_EXPORT", "S3"], &[])?;
    if (kind == "S3") != config.s3_destination.is_some() {
        return Err(invalid("Invalid exportConfig: s3Destination goes with the type S3, and with no other"));
    }
    let packaging = config.s3_destination.as_ref().and_then(|to| to.packaging.as_deref());
    crate::checks::one_of(packaging.unwrap_or("NONE"), "packaging", &["NONE", "ZIP"], &[])
}

/// The condition keys of an export.
pub(crate) fn with_export(demand: Demand, config: Option<&ReportExportConfig>) -> Demand {
    let Some(to) = config.and_then(|config| config.s3_destination.as_ref()) else { return demand };
    let key = |name: &str| format!("codebuild:exportConfig.s3Destination.{name}");
    demand
        .with(key("bucket"), to.bucket.as_str())
        .with_some(key("bucketOwner"), to.bucket_owner.as_deref())
        .with_some(key("encryptionDisabled"), to.encryption_disabled)
        .with_some(key("encryptionKey"), to.encryption_key.as_deref())
        .with_some(key("path"), to.path.as_deref())
}
