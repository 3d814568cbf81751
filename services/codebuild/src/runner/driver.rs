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
    /// The commands' own scripts, by number.
    pub(super) commands: Vec<String>,
    /// The commands' texts, by number.
    pub(super) texts: Vec<String>,
}

pub(super) const SCRIPT: &str = "driver.sh";

pub(super) fn command_file(number: usize) -> String {
    format!("command-{number}.sh")
}

/// Single quotes, which keep everything but themselves.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The phases in their order, those that the buildspec leaves out too: AWS shows all four.
fn phases(spec: &Buildspec) -> [(PhaseName, Phase); 4] {
    let phase = |given: &Option<Phase>| given.clone().unwrap_or_default();
    [
        (PhaseName::Install, phase(&spec.phases.install)),
        (PhaseName::PreBuild, phase(&spec.phases.pre_build)),
        (PhaseName::Build, phase(&spec.phases.build)),
        (PhaseName::PostBuild, phase(&spec.phases.post_build)),
    ]
}

/// Whether the next phase follows when this one has failed.
fn goes_on(name: PhaseName, phase: &Phase) -> bool {
    match phase.on_failure {
        Some(OnFailure::Continue) => true,
        Some(OnFailure::Abort) => false,
        None => name == PhaseName::Build,
    }
}

/// `folder`: where the scripts lie as the build sees it. `wait`: the addresses of listeners are told by a file, which
/// appears when they are known.
pub(super) fn driver(spec: &Buildspec, folder: &str, source: &str, nonce: &str, wait: bool) -> Driver {
    let shell = match spec.env.shell {
        Some(Shell::Bash) => "bash",
        Some(Shell::Sh) | None => "sh",
    };
    let (mut commands, mut texts) = (Vec::new(), Vec::new());
    let mut add = |text: &String| {
        commands.push(command(text, folder));
        texts.push(text.clone());
        format!("one {}", commands.len() - 1)
    };
    let mut script = format!(
        "#!/bin/sh\n# Made by {} for one build.\nD={}\nsay() {{ printf '{MARK}{nonce} %s{MARK}\\n' \"$*\"; }}\n",
        CodeBuild::PRINCIPAL,
        quoted(folder),
    );
    if wait {
        script += "while [ ! -e \"$D/addresses\" ]; do sleep 0.02; done\n. \"$D/addresses\"\n";
    }
    let _ = writeln!(script, "export -p >\"$D/env\"\nprintf '%s\\n' {} >\"$D/dir\"\nall=0", quoted(source));
    script += "one() {\n  say run \"$1\"\n";
    let _ = writeln!(script, "  env -i {shell} \"$D/command-$1.sh\" </dev/null");
    script += "  s=$?\n  say ran \"$1\" \"$s\"\n  return \"$s\"\n}\n";
    script += "failing() { all=1; printf \"export CODEBUILD_BUILD_SUCCEEDING='0'\\n\" >>\"$D/env\"; }\n";
    script += "finish() {\n";
    for name in &spec.env.exported_variables {
        // Names are checked before: letters, digits and underscores.
        let _ = writeln!(
            script,
            "  (. \"$D/env\"; [ -z \"${{{name}+set}}\" ] || say export {name} \"$(printf %s \"${{{name}}}\" | base64 | tr -d '\\n')\")"
        );
    }
    script += "  say end \"$1\"\n  exit 0\n}\n";
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
    Driver { script, commands, texts }
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

    #[test]
    fn texts_are_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn on_failure_decides_what_follows() {
        let spec = buildspec::parse("version: 0.2\nphases:\n  build:\n    on-failure: ABORT\n    commands: [a]\n").unwrap();
        let made = driver(&spec, "/w/tmp", "/w/src", "n", false);
        assert!(made.script.contains("say done BUILD \"$r\"\nif [ \"$r\" -ne 0 ]; then failing; finish stopped; fi"), "{}", made.script);
        let spec = buildspec::parse("version: 0.2\nphases:\n  install:\n    on-failure: CONTINUE\n    commands: [a]\n  build:\n    commands: [b]\n    finally: [c]\n").unwrap();
        let made = driver(&spec, "/w/tmp", "/w/src", "n", false);
        assert!(!made.script.contains("say done BUILD \"$r\"\nif [ \"$r\" -ne 0 ]; then failing; finish"), "{}", made.script);
        assert!(!made.script.contains("say done INSTALL \"$r\"\nif [ \"$r\" -ne 0 ]; then failing; finish"), "{}", made.script);
        assert_eq!(made.texts, ["a", "b", "c"]);
    }
}
