//! Repairs: what they change, what they leave alone, and that a rehearsal is clean behind them.

mod guardrails;
mod law;
mod right;
mod styles;

use base::Timestamp;
use rehearsal::{
    Estate, Finding, Fixes, Judged, Report, Setup, Severity,
    inputs::{Held, Options, Reader, read},
    rehearse,
};
use std::collections::BTreeMap;

/// Files by their paths.
#[derive(Clone, Debug, PartialEq)]
struct Folder(BTreeMap<String, String>);

impl Folder {
    fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| (format!("d/{path}"), (*text).to_owned())).collect())
    }

    fn text(&self, path: &str) -> &str {
        &self.0[&format!("d/{path}")]
    }

    /// The same with a file's text changed.
    fn with(&self, path: &str, text: &str) -> Self {
        let mut changed = self.clone();
        changed.0.insert(format!("d/{path}"), text.to_owned());
        changed
    }

    fn replaced(&self, path: &str, from: &str, to: &str) -> Self {
        assert!(self.text(path).contains(from), "{path} has no {from}");
        self.with(path, &self.text(path).replacen(from, to, 1))
    }
}

impl Reader for Folder {
    fn held(&self, path: &str) -> Held {
        let inside = format!("{path}/");
        match () {
            () if self.0.contains_key(path) => Held::File,
            () if self.0.keys().any(|file| file.starts_with(&inside)) => Held::Folder,
            () => Held::Nothing,
        }
    }
    fn read(&self, path: &str, _most: usize) -> Result<Vec<u8>, String> {
        self.0.get(path).map(|text| text.as_bytes().to_vec()).ok_or_else(|| "there is no such file".into())
    }
    fn list(&self, folder: &str) -> Result<Vec<(String, Held)>, String> {
        let inside = format!("{folder}/");
        let within = self.0.keys().filter_map(|file| file.strip_prefix(&inside));
        let names: BTreeMap<String, Held> = within
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), Held::Folder),
                None => (rest.to_owned(), Held::File),
            })
            .collect();
        Ok(names.into_iter().collect())
    }
}

fn services() -> Vec<gate::Registration> {
    vec![
        cloudformation::service(),
        codebuild::service(),
        codecommit::service(),
        codepipeline::service(),
        ecr::service(),
        events::service(),
        iam::service(),
        kms::service(),
        logs::service(),
        s3::service(),
        secretsmanager::service(),
        ssm::service(),
        sts::service(),
    ]
}

fn estate(folder: &Folder) -> Estate {
    let options = Options { paths: vec!["d".into()], ..Options::default() };
    read(&options, folder).unwrap_or_else(|problems| panic!("{problems:?}")).0
}

fn rehearsed(folder: &Folder) -> Report {
    let runtime = tempfile::tempdir().unwrap();
    let now = Timestamp::parse_iso("2026-11-23T05:00:00Z").unwrap();
    rehearse(&estate(folder), &Setup { services, runtime_dir: runtime.path().into(), now }).unwrap()
}

fn errors(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.severity == Severity::Error).collect()
}

/// The rounds of `--fix` after which nothing changes, at most.
const ROUNDS: usize = 5;

/// The folder after `--fix` until nothing changes, and what a rehearsal says of it.
fn mended(folder: &Folder, allow: &[&str]) -> (Folder, Report) {
    let allow: Vec<String> = allow.iter().map(|name| (*name).to_owned()).collect();
    let mut folder = folder.clone();
    for _ in 0..ROUNDS {
        let report = rehearsed(&folder);
        let judged = Judged::plain(&report);
        let fixes = Fixes::of(&judged, &report.files, &allow);
        if fixes.patches.is_empty() {
            return (folder, report);
        }
        for patch in &fixes.patches {
            let text = patch.apply(&report.files.get(&patch.file).unwrap().text).unwrap();
            folder.0.insert(patch.file.clone(), text);
        }
    }
    panic!("it never ends: {:#?}", errors(&rehearsed(&folder)));
}

/// The lines that one text has and another has not, in order.
fn lines_of(after: &str, before: &str) -> Vec<String> {
    let before: Vec<&str> = before.lines().map(str::trim).collect();
    after.lines().map(str::trim).filter(|line| !before.contains(line)).map(str::to_owned).collect()
}

/// A delivery of the examples.
macro_rules! example {
    ($name:literal: $($path:literal),+) => {
        $crate::Folder::of(&[$(($path, include_str!(concat!("../../../examples/", $name, "/", $path)))),+])
    };
}
pub(crate) use example;

fn quickstart() -> Folder {
    example!("quickstart": "sekisho.yaml", "template.yaml", "site/buildspec.yml", "site/index.html.in")
}

fn cross_account() -> Folder {
    example!("cross-account": "sekisho.yaml", "pipeline.yaml", "target.yaml", "shop/buildspec.yml", "shop/release.yaml",
        "shop/web/style.css", "shop/web/index.html", "shop/tests/check.sh")
}
