//! Reads the report files that a build left, and files them as reports, by calls as the build's role.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/test-permissions.html>

use super::{
    book::{Book, Ending},
    objects::{Manner, put, told},
    outputs::{Member, MemberKind, Outputs, client_error, pack},
};
use crate::{
    BatchPutCodeCoverages, BatchPutCodeCoveragesInput, BatchPutTestCases, BatchPutTestCasesInput, CreateReport, CreateReportGroup,
    CreateReportGroupInput, CreateReportInput, UpdateReport, UpdateReportInput,
    model::report::{CodeCoverage, CodeCoverageReportSummary, ReportExportConfig, TestCase, TestReportSummary},
    reports::{self, Content, MAX_FILE},
};
use base::Arn;
use buildspec::{Artifacts, Buildspec, Report};
use gate::Error;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
};

/// What AWS keeps of a report: the rest is counted, and the report says that it was cut.
const MAX_CASES: usize = 500;
const MAX_FILES: usize = 5_000;
/// Items of one call.
const BATCH: usize = 100;
const MAX_GROUPS: usize = 5;

pub(super) struct Reporting<'a> {
    pub(super) outputs: &'a Outputs<'a>,
    pub(super) book: &'a Book<'a>,
    /// Names of report groups that the shell completed, by their keys in the buildspec.
    pub(super) groups: &'a BTreeMap<String, String>,
}

/// All that the files of a report hold.
#[derive(Default)]
struct Found {
    cases: Vec<TestCase>,
    coverages: Vec<CodeCoverage>,
}

impl Reporting<'_> {
    /// Makes all reports of a buildspec; one that fails does not keep the others from being made.
    pub(super) fn all(&self, spec: &Buildspec) -> Result<(), Ending> {
        if spec.reports.len() > MAX_GROUPS {
            return Err(client_error(format!("the buildspec has {} report groups; at most {MAX_GROUPS} are allowed", spec.reports.len())));
        }
        let mut failures = Vec::new();
        for (key, report) in &spec.reports {
            let name = self.groups.get(key).unwrap_or(key);
            if let Err(why) = self.one(name, report) {
                failures.push(format!("{name}: [{why}]"));
            }
        }
        if failures.is_empty() {
            return Ok(());
        }
        Err(client_error(format!("Error in UPLOAD_ARTIFACTS phase: [{}]", failures.join(", "))))
    }

    fn one(&self, name: &str, report: &Report) -> Result<(), String> {
        let log = self.outputs.log;
        log.say(&format!("Preparing to copy {} report {name}", reports::kind(report.file_format).replace('_', " ").to_lowercase()));
        let chosen = Artifacts {
            files: report.files.clone(),
            base_directory: report.base_directory.clone(),
            discard_paths: report.discard_paths,
            ..Artifacts::default()
        };
        let members = self.outputs.members(&chosen).map_err(|_| "report files not found in build".to_owned())?;
        let found = self.read(&members, report)?;
        let call = |error: Error| told(&error);
        let group = self.group(name, report).map_err(call)?;
        let client = self.outputs.client;
        let made = client
            .call::<CreateReport>(|| CreateReportInput { report_group_arn: group.to_string(), execution_id: self.book.arn().to_string() })
            .map_err(call)?;
        let (arn, export) = (made.report.arn, made.report.export_config);
        self.book.update(|row, _| row.reports.push(arn.clone())).map_err(call)?;
        self.file(&arn, &found).map_err(call)?;
        self.export(&arn, &export, &members)?;
        log.say(&format!("Report {arn}: {} case(s), {} file(s) with coverage", found.cases.len(), found.coverages.len()));
        Ok(())
    }

    fn read(&self, members: &[Member], report: &Report) -> Result<Found, String> {
        let mut found = Found::default();
        for member in members {
            let MemberKind::File(path) = &member.kind else { continue };
            let mut bytes = Vec::new();
            let read = File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
            read.map_err(|e| format!("{} cannot be read: {e}", member.name))?;
            if bytes.len() as u64 > MAX_FILE {
                return Err(format!("{} is larger than {} MiB", member.name, MAX_FILE >> 20));
            }
            let text = String::from_utf8_lossy(&bytes);
            match reports::parse(report.file_format, &text).map_err(|why| format!("{} cannot be read: {why}", member.name))? {
                Content::Tests(cases) => {
                    found.cases.extend(cases.into_iter().map(|case| TestCase { test_raw_data_path: member.name.clone(), ..case }));
                }
                Content::Coverage(files) => found.coverages.extend(files),
            }
        }
        for case in &mut found.cases {
            case.message = self.outputs.log.masked(case.message.as_str()).into_owned();
        }
        Ok(found)
    }

    /// The report group, made where only its name is given.
    fn group(&self, name: &str, report: &Report) -> Result<Arn, Error> {
        let client = self.outputs.client;
        if name.starts_with("arn:") {
            return name.parse().map_err(|_| crate::error::invalid(format!("'{name}' is no ARN of a report group")));
        }
        let full = format!("{}-{name}", self.outputs.row.project);
        let made = client.call::<CreateReportGroup>(|| CreateReportGroupInput {
            name: full.clone(),
            kind: reports::kind(report.file_format).into(),
            export_config: ReportExportConfig { export_config_type: Some("NO_EXPORT".into()), s3_destination: None },
            tags: Vec::new(),
        });
        match made {
            Ok(output) => Ok(output.report_group.arn),
            Err(error) if error.code == "ResourceAlreadyExistsException" => Ok(self.book.owner.group_arn(&full)),
            Err(error) => Err(error),
        }
    }

    fn file(&self, arn: &Arn, found: &Found) -> Result<(), Error> {
        let client = self.outputs.client;
        let (cases, coverages) =
            (&found.cases[..found.cases.len().min(MAX_CASES)], &found.coverages[..found.coverages.len().min(MAX_FILES)]);
        for batch in cases.chunks(BATCH) {
            client.call::<BatchPutTestCases>(|| BatchPutTestCasesInput { report_arn: arn.to_string(), test_cases: batch.to_vec() })?;
        }
        for batch in coverages.chunks(BATCH) {
            client.call::<BatchPutCodeCoverages>(|| BatchPutCodeCoveragesInput {
                report_arn: arn.to_string(),
                code_coverages: batch.to_vec(),
            })?;
        }
        let (mut tests, mut coverage) = (TestReportSummary::default(), CodeCoverageReportSummary::default());
        tests.add(&found.cases);
        coverage.add(&found.coverages);
        let status = if tests.succeeded() { "SUCCEEDED" } else { "FAILED" };
        let truncated = found.cases.len() > MAX_CASES || found.coverages.len() > MAX_FILES;
        client
            .call::<UpdateReport>(|| UpdateReportInput {
                report_arn: arn.to_string(),
                status: status.into(),
                truncated,
                test_summary: Some(tests.clone()),
                code_coverage_summary: Some(coverage.clone()),
            })
            .map(drop)
    }

    /// Puts the raw files where the group wants them.
    fn export(&self, arn: &Arn, export: &ReportExportConfig, members: &[Member]) -> Result<(), String> {
        let Some(to) = export.s3_destination.as_ref() else { return Ok(()) };
        let place = arn.resource().rsplit(':').next().unwrap_or_default();
        let parts = [to.path.as_deref().unwrap_or_default().trim_matches('/'), place];
        let base = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let kms = to.encryption_key.as_deref().filter(|_| to.encryption_disabled != Some(true));
        let manner = Manner { kms, ..Manner::default() };
        let client = self.outputs.client;
        if to.packaging.as_deref() == Some("ZIP") {
            let file = self.outputs.place.own.join("report.zip");
            pack(members, &file).map_err(|ending| ending.context.message)?;
            let sent = put(client, &to.bucket, &format!("{base}.zip"), &file, &manner).map_err(|error| told(&error));
            // The next report takes the name again.
            let _ = fs::remove_file(&file);
            return sent;
        }
        for member in members {
            let MemberKind::File(path) = &member.kind else { continue };
            put(client, &to.bucket, &format!("{base}/{}", member.name), path, &manner).map_err(|error| told(&error))?;
        }
        Ok(())
    }
}
