//! What builds are imagined to do: the calls and the files that their buildspecs and scripts tell of.

use crate::{
    Files,
    calls::{self, Calling},
    refusals::Refusals,
    runs::UNKNOWN_BUILD,
    wanted::{self, OfBuilds},
};
use buildspec::Artifacts;
use codebuild::{Imagine, ImaginedBuild, ImaginedEnd};
use gate::Gate;
use script::{Line, Reading, Source, Word};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// What an imagined file holds, of which nothing but its name is known.
const UNKNOWN: &[u8] = b"";
/// What an exported variable is, of which nothing but its name is known.
const UNKNOWN_VALUE: &str = "unknown";
/// Files of a source that are read as scripts, at most.
const MOST_FILES: usize = 500;

/// Imagines builds from what their buildspecs say.
pub(crate) struct Builds {
    /// The values of exported variables, where what uses them does not take any: by the variable's name.
    pub(crate) values: Mutex<BTreeMap<String, String>>,
    pub(crate) refusals: Arc<Refusals>,
    /// The files that were given: buildspecs stand in templates.
    pub(crate) files: Files,
    /// The files that actions ask for.
    pub(crate) wanted: Mutex<OfBuilds>,
    /// The world's gate, once it is there.
    pub(crate) gate: OnceLock<Gate>,
}

impl Imagine for Builds {
    fn run(&self, build: &ImaginedBuild<'_>) -> ImaginedEnd {
        let (present, spec) = (build.files(), build.buildspec);
        let texts: BTreeMap<String, String> =
            present.iter().take(MOST_FILES).filter_map(|path| Some((path.clone(), text(build, path)?))).collect();
        let written = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let given = self.files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
        let (lines, file) = calls::lines(spec, written.chain(given));
        let reading = read(build, &texts, lines);
        self.call(build, file, &reading, &texts);
        let mut produced = self.asked_for(build, &reading, &present);
        let read = reading.produced.iter().map(|(path, content)| (path, content.as_ref().map(|content| content.clone().into_bytes())));
        for (path, content) in read {
            match content {
                Some(content) => drop(produced.insert(path.clone(), content)),
                None => drop(produced.entry(path.clone()).or_insert_with(|| UNKNOWN.to_vec())),
            }
        }
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

fn read(build: &ImaginedBuild<'_>, texts: &BTreeMap<String, String>, lines: Vec<Line>) -> Reading {
    let variables = build.environment.iter().map(|(name, value)| (name.clone(), Word::known(value))).collect();
    script::read(&Source {
        lines,
        variables,
        files: texts.clone(),
        account: Some(build.account.to_string()),
        region: Some(build.region.to_string()),
    })
}

/// Programs that leave no files behind but where their output is sent to.
const LEAVE_NOTHING: [&str; 17] =
    [":", "[", "[[", "cat", "cd", "date", "docker", "echo", "env", "export", "ls", "printf", "pwd", "set", "sleep", "test", "true"];

/// Whether all that a build's commands leave was read.
fn is_whole(reading: &Reading) -> bool {
    let quiet = |word: Option<&Word>| word.and_then(Word::text).is_some_and(|name| LEAVE_NOTHING.contains(&name.as_str()));
    reading.unread.is_empty() && reading.invocations.iter().all(|one| quiet(one.words.first()))
}

impl Builds {
    /// The files that actions ask of this build and that it may make: in its artifacts, and neither in its source nor known.
    fn asked_for(&self, build: &ImaginedBuild<'_>, reading: &Reading, present: &[String]) -> BTreeMap<String, Vec<u8>> {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let of_project = wanted.get(&(build.account, build.project.to_owned()));
        // What stands for a build of which nothing is known says nothing of what it leaves.
        let whole = is_whole(reading) && build.file("buildspec.yml").is_none_or(|text| text != UNKNOWN_BUILD.as_bytes());
        let mut files = BTreeMap::new();
        for (artifact, one) in of_project.into_iter().flatten() {
            let declared = build.buildspec.artifacts.as_ref();
            let declared = declared.map(|all| all.secondary_artifacts.get(artifact).unwrap_or(all));
            let Some(path) = declared.and_then(|declared| wanted::left_at(declared, &one.path)) else { continue };
            let made = reading.produced.get(&path);
            if present.contains(&path) || made.is_some_and(Option::is_some) || (made.is_none() && whole) {
                continue;
            }
            self.refusals.unread(one.told.clone());
            files.insert(path, one.content.clone());
        }
        files
    }

    fn value(&self, name: &str) -> String {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_else(|| UNKNOWN_VALUE.into())
    }

    /// Makes the calls that are known; tells of the others.
    fn call(&self, build: &ImaginedBuild<'_>, file: Option<String>, reading: &Reading, texts: &BTreeMap<String, String>) {
        let calls = script::calls(reading, &|path| texts.get(path).cloned());
        let place = calls::Place {
            account: build.account,
            region: build.region.clone(),
            file,
            call: &|name, input| build.call(name, input),
            credentials: &|| build.credentials(),
        };
        let mut calling = Calling::new(place, self.gate.get(), &self.refusals);
        for unread in &calls.unread {
            self.refusals.unread(format!("{} ({})", unread.why, calling.read_at(&unread.place)));
        }
        for call in &calls.calls {
            calling.make(call);
        }
    }
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
