//! The crates of the workspace, their arrows and their sources.

use crate::{lexer, paths};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// A crate of ours.
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Its folder, from the root: `services/s3`.
    pub(crate) folder: String,
    pub(crate) manifest: String,
    /// What it is built from: normal and build dependencies, ours and others'. Development dependencies are free.
    pub(crate) uses: BTreeSet<String>,
    /// Those of them that only a feature brings.
    pub(crate) optional: BTreeSet<String>,
    pub(crate) sources: Vec<Source>,
}

/// A file of Rust.
pub(crate) struct Source {
    /// From the root: `services/s3/src/lib.rs`.
    pub(crate) path: String,
    pub(crate) lines: usize,
    /// A test: the file lies in `tests/` or `benches/`, or is a unit test module of its own.
    pub(crate) test: bool,
    /// Without comments and unit test modules.
    pub(crate) code: String,
    /// And without the content of strings.
    pub(crate) bare: String,
    /// Every path that the code names, with `use` trees written out.
    pub(crate) paths: BTreeSet<String>,
}

impl Crate {
    /// What the crate ships: no tests.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.test)
    }
    pub(crate) fn is_service(&self) -> bool {
        self.folder.starts_with("services/")
    }
    pub(crate) fn is_language(&self) -> bool {
        self.folder.starts_with("languages/")
    }
    /// Knows everyone, used by no one but tests: worlds, benches, this crate.
    pub(crate) fn is_outside(&self) -> bool {
        self.folder.starts_with("tests/") || self.folder == "benches"
    }
    /// A service that has no operation yet.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.is_service() && !self.shipped().any(|source| source.path.contains("/operations/"))
    }
}

impl Source {
    /// Whether `word` is in the code (not in comments, strings or tests) as a word of its own.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        paths::words(&self.bare).any(|found| found == word)
    }
    /// Whether a path of the code begins with `prefix`, segment by segment.
    pub(crate) fn names(&self, prefix: &str) -> bool {
        self.paths.iter().any(|path| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
    }
    /// The types for which `bound` is implemented here: `impl Operation for CreateRole` gives `CreateRole`.
    pub(crate) fn implementors(&self, bound: &str) -> Vec<String> {
        paths::implementors(&self.bare, bound)
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace's root").to_path_buf()
}

pub(crate) fn crates() -> &'static [Crate] {
    static CRATES: LazyLock<Vec<Crate>> = LazyLock::new(read);
    &CRATES
}

pub(crate) fn one(name: &str) -> &'static Crate {
    crates().iter().find(|c| c.name == name).unwrap_or_else(|| panic!("there is no crate {name}"))
}

fn read() -> Vec<Crate> {
    let root = root();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(&root)
        .output()
        .expect("cargo metadata starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(|package| read_crate(&root, package)).collect()
}

fn read_crate(root: &Path, package: &Value) -> Crate {
    let manifest = PathBuf::from(package["manifest_path"].as_str().expect("a manifest"));
    let folder = manifest.parent().expect("a folder");
    let built = || package["dependencies"].as_array().into_iter().flatten().filter(|d| d["kind"] != "dev");
    let name = |dependency: &Value| dependency["name"].as_str().expect("a name").to_owned();
    let mut files = Vec::new();
    rust_files(folder, &mut files);
    files.sort();
    Crate {
        name: name(package),
        folder: relative(root, folder),
        manifest: fs::read_to_string(&manifest).expect("the manifest"),
        uses: built().map(name).collect(),
        optional: built().filter(|d| d["optional"] == true).map(name).collect(),
        sources: files.iter().map(|file| read_source(root, folder, file)).collect(),
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).expect("within the workspace").to_str().expect("a readable name").to_owned()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

fn read_source(root: &Path, folder: &Path, path: &Path) -> Source {
    let text = fs::read_to_string(path).expect("a source");
    let within = path.strip_prefix(folder).expect("within the crate");
    let test_folder = within.starts_with("tests") || within.starts_with("benches") || folder.starts_with(root.join("tests"));
    let test = test_folder || within.iter().any(|part| part == "tests" || part == "tests.rs");
    let stripped = lexer::strip(&text);
    let paths = paths::named(&stripped.bare);
    Source { path: relative(root, path), lines: text.lines().count(), test, code: stripped.code, bare: stripped.bare, paths }
}
