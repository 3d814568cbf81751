//! The script that runs a build's commands inside its sandbox.
//!
//! Each command is a script of its own, so that `exit` ends it and no more; folder and exported variables are carried
//! from one to the next, as on AWS. What happens is told on the output, in marked words that a build could forge: it
//! would lie about itself alone.

use crate::CodeBuild;
use buildspec::{Buildspec, OnFailure, Phase, PhaseName, Shell};
use gate::Service;
use std::fmt::Write;

/// What begins and ends a marked word (ASCII's record separator).
pub(super) const MARK: char = '\u{1e}';

/// The scripts of a build.
pub(super) struct Driver {
    /// What the sandbox runs.
    pub(super) script: String,
    /// The other files beside it, by name.
    pub(super) files: Vec<(String, String)>,
    /// The commands' texts, by number.
    pub(super) texts: Vec<String>,
}

/// A text in which the build's shell puts commands' outputs and variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A key of the cache: 0 is the primary one, others are those to fall back to.
    CacheKey(usize),
    /// The name of an artifact, by its identifier; empty: the primary one.
    Artifact(String),
    /// A report group, by its key in the buildspec.
    ReportGroup(String),
}

/// What a driver is made of beside the buildspec.
pub(super) struct Setting<'a> {
    /// Where the scripts lie as the build sees it.
    pub(super) folder: &'a str,
    /// The primary source.
    pub(super) source: &'a str,
    /// What marks the driver's own words.
    pub(super) nonce: &'a str,
    /// The addresses of listeners are told by a file, which appears when they are known.
    pub(super) wait: bool,
    /// Texts that the shell completes, and when.
    pub(super) texts: &'a [(Named, String)],
    /// Folders outside the source that the cache takes, absolute.
    pub(super) kept: &'a [String],
}

/// Where the driver puts the folders of the cache that lie outside the source, and where it finds a cache that is given.
pub(super) const KEPT: &str = "kept";
pub(super) const CACHE: &str = "cache";
/// A cache with a key is looked for when the key is known; this file says that it is there, or is not.
pub(super) const GO: &str = "go";

pub(super) const SCRIPT: &str = "driver.sh";

pub(super) fn command_file(number: usize) -> String {
    format!("command-{number}.sh")
}

/// Single quotes, which keep everything but themselves.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The phases in their order, those that the buildspec leaves out too: AWS shows all four.
pub(super) fn phases(spec: &Buildspec) -> [(PhaseName, Phase); 4] {
    let phases = spec.phases.clone().unwrap_or_default();
    [
        (PhaseName::Install, phases.install.unwrap_or_default()),
        (PhaseName::PreBuild, phases.pre_build.unwrap_or_default()),
        (PhaseName::Build, phases.build.unwrap_or_default()),
        (PhaseName::PostBuild, phases.post_build.unwrap_or_default()),
    ]
}

/// Whether the next phase follows when this one has failed.
fn goes_on(name: PhaseName, phase: &Phase) -> bool {
    match phase.on_failure {
        Some(OnFailure::Continue) => true,
        Some(OnFailure::Abort | OnFailure::Retry { .. }) => false,
        None => name == PhaseName::Build,
    }
}

/// The hash of files of the source, for keys of caches: AWS's images have a program of this name.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/caching-s3.html>
const HASH_FILES: &str = r#"#!/usr/bin/env bash
shopt -s globstar nullglob dotglob
IFS=
cd "$CODEBUILD_SRC_DIR" || exit 1
for pattern in "$@"; do
  for file in $pattern; do
    if [ -f "$file" ]; then sha256sum <"$file"; fi
  done
done | sha256sum | cut -d' ' -f1
"#;

/// What completes the texts: a document that the shell reads, so that quotes in it mean themselves.
fn text_file(text: &str) -> String {
    format!("cat <<SEKISHO_TEXT\n{}\nSEKISHO_TEXT\n", text.replace("SEKISHO_TEXT", ""))
}

fn completing(setting: &Setting<'_>, when: impl Fn(&Named) -> bool) -> String {
    let numbers = setting.texts.iter().enumerate().filter(|(_, (named, _))| when(named)).map(|(number, _)| number);
    numbers.fold(String::new(), |all, number| all + &format!("  complete {number}\n"))
}

fn is_key(named: &Named) -> bool {
    matches!(named, Named::CacheKey(_))
}

/// Copies a cache that was given to its places, and at the end the folders outside the source to where they are seen.
fn cache_functions(setting: &Setting<'_>) -> String {
    let mut script = String::from("uncache() {\n  if [ -d \"$D/cache\" ]; then\n");
    let _ = writeln!(script, "    [ ! -d \"$D/cache/source\" ] || cp -a \"$D/cache/source/.\" {}", quoted(setting.source));
    script += "    [ ! -d \"$D/cache/outside\" ] || cp -a \"$D/cache/outside/.\" /\n    rm -rf \"$D/cache\"\n  fi\n}\nkeep() {\n  :\n";
    for folder in setting.kept {
        let (parent, whole) = (quoted(folder.rsplit_once('/').map_or("", |(parent, _)| parent)), quoted(folder));
        let _ = writeln!(script, "  [ ! -e {whole} ] || {{ mkdir -p \"$D/{KEPT}\"{parent} && cp -a {whole} \"$D/{KEPT}\"{parent}/; }}");
    }
    script + "}\n"
}

/// The scripts of a build.
pub(super) fn driver(spec: &Buildspec, setting: &Setting<'_>) -> Driver {
    let shell = match spec.env.shell {
        Some(Shell::Bash) => "bash",
        Some(Shell::Sh) | None => "sh",
    };
    let (folder, nonce) = (setting.folder, setting.nonce);
    let (mut files, mut texts) = (Vec::new(), Vec::new());
    let mut add = |text: &String| {
        files.push((command_file(texts.len()), command(text, folder)));
        texts.push(text.clone());
        format!("one {}", texts.len() - 1)
    };
    let mut script = format!(
        "#!/bin/sh\n# Made by {} for one build.\nD={}\nsay() {{ printf '{MARK}{nonce} %s{MARK}\\n' \"$*\"; }}\n",
        CodeBuild::PRINCIPAL,
        quoted(folder),
    );
    if setting.wait {
        script += "while [ ! -e \"$D/addresses\" ]; do sleep 0.02; done\n. \"$D/addresses\"\n";
    }
    let _ = writeln!(script, "export -p >\"$D/env\"\nprintf '%s\\n' {} >\"$D/dir\"\nall=0", quoted(setting.source));
    script += "one() {\n  say run \"$1\"\n";
    let _ = writeln!(script, "  env -i {shell} \"$D/command-$1.sh\" </dev/null");
    script += "  s=$?\n  say ran \"$1\" \"$s\"\n  return \"$s\"\n}\n";
    script += "failing() { all=1; printf \"export CODEBUILD_BUILD_SUCCEEDING='0'\\n\" >>\"$D/env\"; }\n";
    script += "coded() { printf %s \"$1\" | base64 | tr -d '\\n'; }\n";
    script += "complete() {\n  say text \"$1\" \"$(coded \"$(. \"$D/env\"; IFS= read -r d <\"$D/dir\"; cd \"$d\"; PATH=\"$D:$PATH\"; . \"$D/text-$1.sh\")\")\"\n}\n";
    script += &cache_functions(setting);
    script += "finish() {\n";
    for name in &spec.env.exported_variables {
        // Names are checked before: letters, digits and underscores.
        let _ = writeln!(script, "  (. \"$D/env\"; [ -z \"${{{name}+set}}\" ] || say export {name} \"$(coded \"${{{name}}}\")\")");
    }
    script += &completing(setting, |named| !is_key(named));
    script += "  [ \"$1\" != whole ] || keep\n  say end \"$1\"\n  exit 0\n}\n";
    if setting.texts.iter().any(|(named, _)| is_key(named)) {
        script += &completing(setting, is_key);
        let _ = writeln!(script, "say keys\nwhile [ ! -e \"$D/{GO}\" ]; do sleep 0.02; done");
    }
    script += "uncache\n";
    for (name, phase) in phases(spec) {
        let list = |commands: &[String], add: &mut dyn FnMut(&String) -> String| match commands {
            [] => ":".to_string(),
            some => some.iter().map(add).collect::<Vec<_>>().join(" && "),
        };
        let (word, main) = (name.as_str(), list(&phase.commands, &mut add));
        let _ = writeln!(script, "say phase {word}\nr=0\n{main} || r=$?");
        if !phase.finally.is_empty() {
            let finally = list(&phase.finally, &mut add);
            let _ = writeln!(script, "f=0\n{finally} || f=$?\n[ \"$r\" -ne 0 ] || r=$f");
        }
        let after = if name == PhaseName::PostBuild || !goes_on(name, &phase) { "; finish stopped" } else { "" };
        let _ = writeln!(script, "say done {word} \"$r\"\nif [ \"$r\" -ne 0 ]; then failing{after}; fi");
    }
    script += "finish whole\n";
    files.push(("codebuild-hash-files".into(), HASH_FILES.into()));
    files.extend(setting.texts.iter().enumerate().map(|(number, (_, text))| (format!("text-{number}.sh"), text_file(text))));
    Driver { script, files, texts }
}

/// A command with what carries its surroundings over: in one line, so that the shell's messages count the command's lines
/// from two.
fn command(text: &str, folder: &str) -> String {
    let folder = quoted(folder);
    let trap = quoted(&format!("export -p >{folder}/env; pwd >{folder}/dir"));
    format!(". {folder}/env; IFS= read -r SEKISHO_DIR <{folder}/dir; cd \"$SEKISHO_DIR\"; unset SEKISHO_DIR; trap {trap} EXIT\n{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTING: Setting<'_> = Setting { folder: "/w/tmp", source: "/w/src", nonce: "n", wait: false, texts: &[], kept: &[] };

    #[test]
    fn texts_are_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn on_failure_decides_what_follows() {
        let spec = buildspec::parse("version: 0.2\nphases:\n  build:\n    on-failure: ABORT\n    commands: [a]\n").unwrap();
        let made = driver(&spec, &SETTING);
        assert!(made.script.contains("say done BUILD \"$r\"\nif [ \"$r\" -ne 0 ]; then failing; finish stopped; fi"), "{}", made.script);
        let spec = buildspec::parse("version: 0.2\nphases:\n  install:\n    on-failure: CONTINUE\n    commands: [a]\n  build:\n    commands: [b]\n    finally: [c]\n").unwrap();
        let made = driver(&spec, &SETTING);
        assert!(!made.script.contains("say done BUILD \"$r\"\nif [ \"$r\" -ne 0 ]; then failing; finish"), "{}", made.script);
        assert!(!made.script.contains("say done INSTALL \"$r\"\nif [ \"$r\" -ne 0 ]; then failing; finish"), "{}", made.script);
        assert_eq!(made.texts, ["a", "b", "c"]);
    }
}
