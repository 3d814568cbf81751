//! What builds are imagined to do: the calls and the files that their buildspecs and scripts tell of.

use crate::{imagined::Act, refusals::Refusals};
use buildspec::{Artifacts, Buildspec};
use codebuild::{Imagine, ImaginedBuild, ImaginedEnd};
use script::{ByRule, Call, Caller, Line, Place, Reading, Source, Word};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What an imagined file holds, of which nothing but its name is known.
const UNKNOWN: &[u8] = b"";
/// What an exported variable is, of which nothing but its name is known.
const UNKNOWN_VALUE: &str = "unknown";
/// Files of a source that are read as scripts, at most.
const MOST_FILES: usize = 500;
/// The operation by which anything else is demanded.
const PERFORM: &str = "imagined:Perform";

/// Imagines builds from what their buildspecs say.
pub(crate) struct Builds {
    /// The values of exported variables, where what uses them does not take any.
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) refusals: Arc<Refusals>,
}

impl Imagine for Builds {
    fn run(&self, build: &ImaginedBuild<'_>) -> ImaginedEnd {
        let (present, spec) = (build.files(), build.buildspec);
        let texts: BTreeMap<String, String> =
            present.iter().take(MOST_FILES).filter_map(|path| Some((path.clone(), text(build, path)?))).collect();
        let reading = read(build, &texts);
        self.call(build, &reading, &texts);
        let produced: BTreeMap<String, Vec<u8>> = reading
            .produced
            .iter()
            .map(|(path, content)| {
                (path.clone(), content.as_ref().map_or_else(|| UNKNOWN.to_vec(), |content| content.clone().into_bytes()))
            })
            .collect();
        let there: Vec<String> = present.iter().chain(produced.keys()).cloned().collect();
        let mut files: Vec<(String, Vec<u8>)> = produced.into_iter().collect();
        let named = spec.artifacts.iter().flat_map(|one| std::iter::once(one).chain(one.secondary_artifacts.values()));
        let missing: BTreeSet<String> = named.flat_map(|artifacts| missing(artifacts, &there)).collect();
        files.extend(missing.into_iter().map(|path| (path, UNKNOWN.to_vec())));
        ImaginedEnd { files, exported: spec.env.exported_variables.iter().map(|name| (name.clone(), self.value(name))).collect() }
    }
}

fn text(build: &ImaginedBuild<'_>, path: &str) -> Option<String> {
    String::from_utf8(build.file(path)?).ok()
}

/// The lines of a buildspec's commands: by the text of the file, where it is one of the source's.
fn lines(spec: &Buildspec, written: &str) -> Vec<Line> {
    let phases = spec.phases.clone().unwrap_or_default();
    let phases = [phases.install, phases.pre_build, phases.build, phases.post_build];
    let commands = phases.into_iter().flatten().flat_map(|phase| phase.commands.into_iter().chain(phase.finally));
    let mut from = 0;
    let mut lines = Vec::new();
    for text in commands {
        let first = text.lines().next().unwrap_or_default().trim();
        let at = written.lines().enumerate().skip(from).find(|(_, line)| !first.is_empty() && line.contains(first)).map(|(n, _)| n);
        from = at.unwrap_or(from);
        lines.push(Line { text, line: u32::try_from(from).unwrap_or(u32::MAX).saturating_add(1) });
    }
    lines
}

fn read(build: &ImaginedBuild<'_>, texts: &BTreeMap<String, String>) -> Reading {
    let written = texts.get(BUILDSPEC).map_or("", String::as_str);
    let variables = build.environment.iter().map(|(name, value)| (name.clone(), Word::known(value))).collect();
    script::read(&Source {
        lines: lines(build.buildspec, written),
        variables,
        files: texts.clone(),
        account: Some(build.account.to_string()),
        region: Some(build.region.to_string()),
    })
}

/// Where a buildspec lies unless the project says otherwise.
const BUILDSPEC: &str = "buildspec.yml";

/// Where a call was read.
fn place(place: &Place) -> String {
    let file = place.file.as_deref().unwrap_or("the buildspec");
    format!("read from line {} of {file}", place.line)
}

impl Builds {
    fn value(&self, name: &str) -> String {
        self.values.get(name).cloned().unwrap_or_else(|| UNKNOWN_VALUE.into())
    }

    /// Makes the calls that are known; tells of the others.
    fn call(&self, build: &ImaginedBuild<'_>, reading: &Reading, texts: &BTreeMap<String, String>) {
        let calls = script::calls(reading, &|path| texts.get(path).cloned(), &ByRule);
        for unread in &calls.unread {
            self.refusals.unread(format!("{} ({})", unread.why, place(&unread.place)));
        }
        for call in &calls.calls {
            let name = format!("{}:{}", call.service, call.operation);
            let here = place(&call.place);
            if call.caller != Caller::Own || !call.unknown.is_empty() {
                self.refusals.unread(format!("{name} is called by whom or with what is not known ({here})"));
                continue;
            }
            self.refusals.because(Some(here.clone()));
            let made = match repository(build, call) {
                Some(act) => build.call(PERFORM, json!(act)),
                None => build.call(&name, call.input.clone()),
            };
            self.refusals.because(None);
            // What fails otherwise fails for want of what only a run has.
            if made.is_err_and(|error| error.status == 501) {
                self.refusals.unread(format!("{name} is not known here: what it needs is not checked ({here})"));
            }
        }
    }
}

/// A call of ECR by which images are moved.
fn repository(build: &ImaginedBuild<'_>, call: &Call) -> Option<Act> {
    if call.service != "ecr" {
        return None;
    }
    let action = format!("ecr:{}", call.operation);
    if call.operation == "GetAuthorizationToken" {
        return Some(Act::any(action));
    }
    let name = call.input["repositoryName"].as_str()?;
    let account = match &call.account {
        Some(account) => account.text()?,
        None => build.account.to_string(),
    };
    let region = match &call.region {
        Some(region) => region.text()?,
        None => build.region.to_string(),
    };
    Some(Act::on(action, format!("arn:aws:ecr:{region}:{account}:repository/{name}")))
}

/// The files that an artifact names and that neither the source nor a command that was read has.
fn missing(artifacts: &Artifacts, present: &[String]) -> Vec<String> {
    if artifacts.files.is_empty() {
        return Vec::new();
    }
    let base = artifacts.base_directory.as_deref().unwrap_or("").trim_matches('/');
    let is_pattern = |text: &str| text.contains(['*', '?', '[', '{', '$']);
    if is_pattern(base) {
        return Vec::new();
    }
    let under = |file: &str| match base {
        "" | "." => file.trim_start_matches("./").to_owned(),
        base => format!("{base}/{}", file.trim_start_matches("./")),
    };
    let named: Vec<String> =
        artifacts.files.iter().filter(|file| !is_pattern(file)).map(|file| under(file)).filter(|file| !present.contains(file)).collect();
    if named.is_empty() && artifacts.select(present).is_empty() {
        // All files of a folder that is not there yet: at least one will be.
        return vec![under("imagined")];
    }
    named
}
