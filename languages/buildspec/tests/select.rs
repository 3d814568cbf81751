//! Which of a build's files an artifact holds, and under which names.

use buildspec::{Artifacts, Glob};

fn check_glob(pattern: &str, matching: &[&str], other: &[&str]) {
    let glob = Glob::new(pattern);
    for path in matching {
        assert!(glob.matches(path), "{pattern} should match {path}");
    }
    for path in other {
        assert!(!glob.matches(path), "{pattern} should not match {path}");
    }
}

#[test]
fn patterns() {
    check_glob("**/*", &["a", "a/b", ".hidden", "a/.b/c"], &[]);
    check_glob("*", &["a", ".hidden"], &["a/b"]);
    check_glob("dir/**/*", &["dir/a", "dir/a/b/c"], &["a", "other/dir/a", "dirs/a"]);
    check_glob("dir/*", &["dir/a"], &["dir/a/b", "dir"]);
    check_glob("*.jar", &["a.jar", ".jar"], &["a.jar.x", "b/a.jar"]);
    check_glob("**/*.jar", &["a.jar", "b/c/a.jar"], &["a.war"]);
    check_glob("a/**/b/**/c", &["a/b/c", "a/x/b/y/z/c", "a/b/b/c/c"], &["a/c", "a/b", "b/c"]);
    check_glob("a*b*c", &["abc", "axbxc", "abbcc"], &["ab", "abcd"]);
    check_glob("?.txt", &["a.txt", "é.txt"], &[".txt", "ab.txt"]);
    check_glob("[a-c]x[!0-9]", &["axz", "cx-"], &["dxz", "ax1"]);
    check_glob("[]]", &["]"], &["a"]);
    check_glob("a[b", &["a[b"], &["ab"]);
    check_glob(r"my\[file\*", &["my[file*"], &["my[filex"]);
    check_glob("./a//b", &["a/b"], &["b"]);
    check_glob("**.js", &["a.js"], &["a/b.js"]);
    check_glob("", &[], &["a"]);
}

#[test]
fn a_pattern_of_many_stars_is_quick() {
    let path = format!("{}b", "a/".repeat(300));
    assert!(!Glob::new(&"**/a/".repeat(100)).matches(&path));
    let name = "a".repeat(5_000);
    assert!(!Glob::new(&format!("{}b", "*a".repeat(200))).matches(&name));
}

fn check(artifacts: Artifacts, expected: &[(&str, &str)]) {
    let paths = ["app.jar", "dist/a.js", "dist/a.map", "dist/sub/a.js", "dist/sub/b.js", "dist2/c.js", ".env"];
    let chosen = artifacts.select(&paths.map(str::to_owned));
    let chosen: Vec<_> = chosen.iter().map(|(path, name)| (path.as_str(), name.as_str())).collect();
    assert_eq!(chosen, expected, "{artifacts:?}");
}

fn files(patterns: &[&str]) -> Artifacts {
    Artifacts { files: patterns.iter().map(|&pattern| pattern.to_owned()).collect(), ..Artifacts::default() }
}

#[test]
fn artifacts() {
    check(files(&["*.jar", "app.jar", "gone"]), &[("app.jar", "app.jar")]);
    check(files(&["*"]), &[(".env", ".env"), ("app.jar", "app.jar")]);
    check(
        Artifacts { base_directory: Some("./dist/".to_owned()), ..files(&["**/*"]) },
        &[("dist/a.js", "a.js"), ("dist/a.map", "a.map"), ("dist/sub/a.js", "sub/a.js"), ("dist/sub/b.js", "sub/b.js")],
    );
    check(
        Artifacts {
            base_directory: Some("dist".to_owned()),
            exclude_paths: vec!["sub/**".to_owned(), "*.map".to_owned()],
            ..files(&["**/*"])
        },
        &[("dist/a.js", "a.js")],
    );
    check(
        Artifacts { discard_paths: true, ..files(&["dist/**/*.js"]) },
        // Two files of one name: the last one stays.
        &[("dist/sub/a.js", "a.js"), ("dist/sub/b.js", "b.js")],
    );
    check(Artifacts { base_directory: Some("dist*".to_owned()), ..files(&["*.js"]) }, &[("dist/a.js", "a.js"), ("dist2/c.js", "c.js")]);
    check(Artifacts { base_directory: Some("gone".to_owned()), ..files(&["**/*"]) }, &[]);
    check(files(&[]), &[]);
}
