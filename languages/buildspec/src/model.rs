use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

use crate::{Artifacts, Batch, OnFailure};

/// A buildspec. What a field means is AWS's build specification reference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a mapping of version, phases, …")]
pub struct Buildspec {
    /// The language's version.
    pub version: Version,
    /// The Linux user that runs the commands, unless a phase says otherwise.
    pub run_as: Option<String>,
    /// Shell and variables.
    #[serde(default)]
    pub env: Env,
    /// What goes through an explicit proxy.
    #[serde(default)]
    pub proxy: Proxy,
    /// The builds of a batch; only StartBuildBatch looks at it.
    #[serde(default)]
    pub batch: Option<Batch>,
    /// The commands: there, unless the buildspec is of a batch alone.
    pub phases: Option<Phases>,
    /// What the build gives back.
    #[serde(default, deserialize_with = "crate::artifacts::checked")]
    pub artifacts: Option<Artifacts>,
    /// What the next build gets from this one.
    #[serde(default)]
    pub cache: Cache,
    /// Test and coverage reports, by report group.
    #[serde(default)]
    pub reports: BTreeMap<String, Report>,
}

/// The language's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Version {
    /// All commands of a build run in one shell.
    #[serde(rename = "0.2")]
    V0_2,
}

/// What goes through an explicit proxy server, where a build runs in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of upload-artifacts, logs")]
pub struct Proxy {
    /// Artifacts.
    #[serde(deserialize_with = "yes_or_no")]
    pub upload_artifacts: bool,
    /// The log.
    #[serde(deserialize_with = "yes_or_no")]
    pub logs: bool,
}

/// Shell and variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of variables, shell, …")]
pub struct Env {
    /// The shell that runs the commands.
    pub shell: Option<Shell>,
    /// Variables in the clear.
    pub variables: BTreeMap<String, String>,
    /// Variables whose values are names of Systems Manager parameters.
    pub parameter_store: BTreeMap<String, String>,
    /// Variables whose values are `secret-id:json-key:version-stage:version-id` of Secrets Manager.
    pub secrets_manager: BTreeMap<String, String>,
    /// Variables that the pipeline sees after the build.
    pub exported_variables: Vec<String>,
    /// Whether git gets the build's credentials.
    #[serde(deserialize_with = "yes_or_no")]
    pub git_credential_helper: bool,
}

/// A shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Shell {
    /// The system's POSIX shell.
    #[serde(rename = "sh", alias = "/bin/sh")]
    Sh,
    /// GNU Bash.
    #[serde(rename = "bash", alias = "/bin/bash")]
    Bash,
}

/// The phases that a buildspec can fill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping of install, pre_build, build, post_build")]
pub struct Phases {
    /// Installs what the build needs.
    pub install: Option<Phase>,
    /// Before the build.
    #[serde(deserialize_with = "without_runtimes")]
    pub pre_build: Option<Phase>,
    /// The build.
    #[serde(deserialize_with = "without_runtimes")]
    pub build: Option<Phase>,
    /// After the build, which may have failed.
    #[serde(deserialize_with = "without_runtimes")]
    pub post_build: Option<Phase>,
}

impl Phases {
    /// The phases that are there, in the order in which they run.
    pub fn in_order(&self) -> impl Iterator<Item = (PhaseName, &Phase)> {
        [
            (PhaseName::Install, &self.install),
            (PhaseName::PreBuild, &self.pre_build),
            (PhaseName::Build, &self.build),
            (PhaseName::PostBuild, &self.post_build),
        ]
        .into_iter()
        .filter_map(|(name, phase)| Some((name, phase.as_ref()?)))
    }
}

/// A phase's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseName {
    /// `install`
    Install,
    /// `pre_build`
    PreBuild,
    /// `build`
    Build,
    /// `post_build`
    PostBuild,
}

impl PhaseName {
    /// The name as CodeBuild's API and logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "INSTALL",
            Self::PreBuild => "PRE_BUILD",
            Self::Build => "BUILD",
            Self::PostBuild => "POST_BUILD",
        }
    }
}

/// The commands of one phase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of commands, finally, …")]
pub struct Phase {
    /// The Linux user that runs this phase's commands.
    pub run_as: Option<String>,
    /// What a failing command means for the build. If nothing is said, a failed install or pre_build ends it, and a
    /// failed build goes on to post_build.
    pub on_failure: Option<OnFailure>,
    /// Runtimes asked for (`install` only), by name. They are reported; what the machine has is what runs.
    pub runtime_versions: BTreeMap<String, String>,
    /// Run one after another until one fails. A block of several lines is one command.
    #[serde(deserialize_with = "one_or_more")]
    pub commands: Vec<String>,
    /// Run after the commands, whether or not one failed.
    #[serde(deserialize_with = "one_or_more")]
    pub finally: Vec<String>,
}

/// What the next build gets from this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of paths, key, …")]
pub struct Cache {
    /// The name of this content; commands and variables in it are the runner's matter.
    pub key: Option<String>,
    /// How names begin that do as well, the best first.
    #[serde(deserialize_with = "at_most_five")]
    pub fallback_keys: Vec<String>,
    /// One of the two alone.
    pub action: Option<CacheAction>,
    /// Patterns of files and folders.
    #[serde(deserialize_with = "one_or_more")]
    pub paths: Vec<String>,
}

/// What is done with a cache, where it is not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheAction {
    /// The build gets it, and leaves it as it is.
    Restore,
    /// The build makes it anew.
    Save,
}

/// The report files of one report group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a mapping of files, file-format, …")]
pub struct Report {
    /// Patterns of files.
    #[serde(deserialize_with = "one_or_more")]
    pub files: Vec<String>,
    /// Their format.
    #[serde(default, deserialize_with = "format_in_any_case")]
    pub file_format: FileFormat,
    /// The folder that the patterns start from.
    pub base_directory: Option<String>,
    /// Whether the files' folders are dropped.
    #[serde(default, deserialize_with = "yes_or_no")]
    pub discard_paths: bool,
}

/// A report file's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names are the formats' own")]
pub enum FileFormat {
    #[default]
    JunitXml,
    CucumberJson,
    TestngXml,
    NunitXml,
    Nunit3Xml,
    VisualStudioTrx,
    CoberturaXml,
    JacocoXml,
    CloverXml,
    SimpleCov,
}

const MAX_FALLBACK_KEYS: usize = 5;

fn at_most_five<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let keys = one_or_more(deserializer)?;
    if keys.len() > MAX_FALLBACK_KEYS {
        return Err(D::Error::custom(format_args!("{} fallback keys; at most {MAX_FALLBACK_KEYS} are taken", keys.len())));
    }
    Ok(keys)
}

fn format_in_any_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FileFormat, D::Error> {
    struct AnyCase;

    impl Visitor<'_> for AnyCase {
        type Value = FileFormat;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a report format")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<FileFormat, E> {
            FileFormat::deserialize(StrDeserializer::<E>::new(&text.to_uppercase()))
        }
    }

    deserializer.deserialize_str(AnyCase)
}

fn without_runtimes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Phase>, D::Error> {
    let phase = Option::<Phase>::deserialize(deserializer)?;
    if phase.as_ref().is_some_and(|phase| !phase.runtime_versions.is_empty()) {
        return Err(D::Error::custom("`runtime-versions` belongs to the install phase"));
    }
    Ok(phase)
}

/// A list, or its only item: CodeBuild takes `files: '**/*'` too.
pub(crate) fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMore;

    impl<'de> Visitor<'de> for OneOrMore {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![text.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(items))
        }
    }

    deserializer.deserialize_any(OneOrMore)
}

/// AWS writes `yes` and `no`, which YAML 1.2 takes for texts; both they and true and false are taken.
pub(crate) fn yes_or_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct YesOrNo;

    impl Visitor<'_> for YesOrNo {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("yes or no")
        }

        fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<bool, E> {
            match text.to_ascii_lowercase().as_str() {
                "yes" | "true" => Ok(true),
                "no" | "false" => Ok(false),
                _ => Err(E::unknown_variant(text, &["yes", "no"])),
            }
        }
    }

    deserializer.deserialize_any(YesOrNo)
}
