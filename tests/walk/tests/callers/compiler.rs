//! The compiler, over the crates that this test was built with.

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    time::SystemTime,
};

/// What the cases use.
const CRATES: [&str; 4] = ["gate", "iam", "s3", "serde_json"];

/// Compiles only if the crates are of one build: each of the services' types is known to the gate's traits.
const CONTROL: [(&str, &str); 4] = [
    ("gate", "pub fn f(_: &gate::Gate) {}"),
    ("iam", "pub fn f() -> gate::Registration { iam::service() }"),
    ("s3", "pub fn f() -> (gate::Registration, gate::Registration) { (iam::service(), s3::service()) }"),
    ("serde_json", "pub fn f(i: gate::OperationInfo, v: serde_json::Value) -> serde_json::Value { (i.recorded)(v) }"),
];

pub struct Compiler {
    libraries: PathBuf,
    /// `name=path` of each crate.
    externs: Vec<String>,
}

impl Compiler {
    /// Finds the libraries beside this test's own program. Several builds may lie there: the newest that fit together count.
    pub fn found() -> Self {
        let libraries = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
        let mut compiler = Self { libraries, externs: Vec::new() };
        assert!(compiler.complete(&CRATES), "no build of {CRATES:?} in {} fits together", compiler.libraries.display());
        compiler
    }

    /// Chooses libraries for the rest of the crates, so that the controls compile.
    fn complete(&mut self, rest: &[&str]) -> bool {
        let Some((name, rest)) = rest.split_first() else { return true };
        let control = CONTROL.iter().find(|(c, _)| c == name).map(|(_, text)| *text).unwrap_or_default();
        for library in self.builds(name) {
            self.externs.push(format!("{name}={}", library.display()));
            if self.errors(control).is_empty() && self.complete(rest) {
                return true;
            }
            self.externs.pop();
        }
        false
    }

    /// The builds of a crate, newest first.
    fn builds(&self, name: &str) -> Vec<PathBuf> {
        let prefix = format!("lib{name}-");
        let files = std::fs::read_dir(&self.libraries).unwrap().map(|entry| entry.unwrap());
        let mut builds: Vec<(SystemTime, PathBuf)> = files
            .filter(|file| {
                let file = file.file_name().to_string_lossy().into_owned();
                file.starts_with(&prefix) && file.ends_with(".rlib")
            })
            .map(|file| (file.metadata().unwrap().modified().unwrap(), file.path()))
            .collect();
        builds.sort();
        builds.into_iter().rev().map(|(_, path)| path).collect()
    }

    /// What the compiler says against this crate: codes and messages.
    pub fn errors(&self, text: &str) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(compiler);
        command.args([
            "--edition=2024",
            "--crate-type=lib",
            "--crate-name=case",
            "--emit=metadata",
            "--error-format=json",
            "--cap-lints=allow",
        ]);
        command.arg("-L").arg(format!("dependency={}", self.libraries.display())).arg("--out-dir").arg(folder.path()).arg("-");
        for one in &self.externs {
            command.args(["--extern", one]);
        }
        let mut running = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = running.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let errors: Vec<(String, String)> = said
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|m| m["level"] == "error" && !m["message"].as_str().unwrap_or_default().starts_with("aborting"))
            .map(|m| (m["code"]["code"].as_str().unwrap_or("?").to_owned(), m["message"].as_str().unwrap_or_default().to_owned()))
            .collect();
        assert_eq!(output.status.success(), errors.is_empty(), "{said}");
        errors
    }
}
