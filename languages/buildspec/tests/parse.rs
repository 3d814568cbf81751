//! Buildspecs, good and bad, with what is read from them or said about them.

use buildspec::{Batch, Buildspec, CacheAction, FileFormat, OnFailure, PhaseName, Phases, Shell, Version, parse};

const WHOLE: &str = r#"
version: 0.2
run-as: codebuild-user
env:
  shell: bash
  variables: { VERSION: 1.10, ID: 007, DEBUG: true, EMPTY: "" }
  parameter-store:
    TOKEN: /shop/token
  secrets-manager:
    PASSWORD: shop/db:password
  exported-variables: [VERSION]
  git-credential-helper: yes
phases:
  install:
    runtime-versions: { nodejs: 22 }
    commands:
      - npm ci
  build:
    run-as: root
    on-failure: CONTINUE
    commands:
      - |
        for each in a b; do
          echo "$each: done"
        done
      - 12
    finally:
      - echo over
  post_build:
    commands: [ls]
reports:
  shop-tests:
    files: ["**/*.xml"]
    base-directory: target
  coverage:
    files: [cov.json]
    file-format: SIMPLECOV
    discard-paths: yes
artifacts:
  files: ["**/*"]
  base-directory: dist
  discard-paths: no
  enable-symlinks: "yes"
  secondary-artifacts:
    docs:
      files: [docs/**/*]
      name: the-docs
cache:
  key: npm-$(codebuild-hash-files package-lock.json)
  fallback-keys: [npm-]
  action: save
  paths: [node_modules/**/*]
proxy:
  upload-artifacts: no
  logs: yes
"#;

fn whole() -> Buildspec {
    parse(WHOLE).unwrap_or_else(|error| panic!("{error}"))
}

fn phases(spec: &Buildspec) -> Phases {
    spec.phases.clone().unwrap()
}

#[test]
fn a_whole_buildspec_is_read() {
    let spec = whole();
    assert_eq!((spec.version, spec.run_as.as_deref()), (Version::V0_2, Some("codebuild-user")));

    let variables: Vec<_> = spec.env.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(variables, ["DEBUG=true", "EMPTY=", "ID=007", "VERSION=1.10"]);
    assert_eq!((spec.env.shell, spec.env.git_credential_helper), (Some(Shell::Bash), true));
    assert_eq!(spec.env.parameter_store["TOKEN"], "/shop/token");
    assert_eq!(spec.env.secrets_manager["PASSWORD"], "shop/db:password");
    assert_eq!(spec.env.exported_variables, ["VERSION"]);

    let phases = phases(&spec);
    let names: Vec<_> = phases.in_order().map(|(name, _)| name).collect();
    assert_eq!(names, [PhaseName::Install, PhaseName::Build, PhaseName::PostBuild]);
    let build = phases.build.as_ref().unwrap();
    assert_eq!(build.commands, ["for each in a b; do\n  echo \"$each: done\"\ndone\n", "12"]);
    assert_eq!(build.finally, ["echo over"]);
    assert_eq!((build.run_as.as_deref(), &build.on_failure), (Some("root"), &Some(OnFailure::Continue)));
    assert_eq!(phases.install.as_ref().unwrap().runtime_versions["nodejs"], "22");

    assert_eq!(spec.reports["shop-tests"].file_format, FileFormat::JunitXml);
    let coverage = &spec.reports["coverage"];
    assert_eq!((coverage.file_format, coverage.discard_paths), (FileFormat::SimpleCov, true));
    let artifacts = spec.artifacts.as_ref().unwrap();
    assert_eq!((artifacts.discard_paths, artifacts.enable_symlinks), (false, true));
    assert_eq!(artifacts.secondary_artifacts["docs"].name.as_deref(), Some("the-docs"));
    assert_eq!(spec.cache.paths, ["node_modules/**/*"]);
    assert_eq!((spec.cache.fallback_keys.as_slice(), spec.cache.action), (["npm-".to_owned()].as_slice(), Some(CacheAction::Save)));
    assert!(spec.cache.key.unwrap().starts_with("npm-$(") && spec.proxy.logs && !spec.proxy.upload_artifacts);
}

#[test]
fn retries_are_counted_and_matched() {
    let read = |text: &str| {
        let spec = parse(&format!("version: 0.2\nphases: {{build: {{on-failure: '{text}'}}}}")).map_err(|e| e.to_string())?;
        Ok::<_, String>(phases(&spec).build.unwrap().on_failure.unwrap())
    };
    let retry = |count, pattern: Option<&str>| Ok(OnFailure::Retry { count, pattern: pattern.map(str::to_owned) });
    assert_eq!(read("RETRY"), retry(3, None));
    assert_eq!(read("RETRY-8"), retry(8, None));
    assert_eq!(read("RETRY-.*Unable to connect.*"), retry(3, Some(".*Unable to connect.*")));
    assert_eq!(read("Retry-3-.*timed-out.*"), retry(3, Some(".*timed-out.*")));
    assert!(read("RETRY-101").unwrap_err().contains("`101` is no count of retries: 0 to 100"));
    assert!(read("RETRYING").unwrap_err().contains("is not known"));
}

fn batch(text: &str) -> Batch {
    parse(&format!("version: 0.2\nbatch:\n{text}")).unwrap_or_else(|e| panic!("{e}")).batch.unwrap()
}

#[test]
fn batches_become_builds_in_order() {
    let graph = batch(
        "  fast-fail: true
  build-graph:
    - {identifier: last, depend-on: [one, two], env: {variables: {WHO: me}, compute-type: BUILD_GENERAL1_LARGE}}
    - {identifier: one, buildspec: one.yml, ignore-failure: true}
    - {identifier: two}\n",
    );
    assert!(graph.fast_fail);
    let names: Vec<_> = graph.tasks().unwrap().into_iter().map(|task| task.identifier).collect();
    assert_eq!(names, ["one", "two", "last"]);

    let matrix = batch(
        "  build-matrix:
    static: {ignore-failure: true, env: {privileged-mode: true}}
    dynamic: {buildspec: [a.yml, b.yml], env: {image: [i, j], variables: {V: ['1', '2', '3']}}}\n",
    );
    let tasks = matrix.tasks().unwrap();
    assert_eq!(tasks.len(), 12);
    assert!(tasks.iter().all(|task| task.ignore_failure && task.env.privileged_mode == Some(true)));
    assert_eq!(tasks[11].env.variables["V"], "3");

    let wrong = |text: &str, part: &str| {
        let told = batch(text).tasks().unwrap_err();
        assert!(told.contains(part), "{told}");
    };
    wrong("  fast-fail: no\n", "needs one of");
    wrong("  build-graph: [{identifier: a, depend-on: [b]}, {identifier: b, depend-on: [a]}]\n", "wait for each other: a, b");
    wrong("  build-graph: [{identifier: a, depend-on: [c]}]\n", "depends on `c`");
    wrong("  build-list: [{identifier: a}, {identifier: a}]\n", "two builds");
    let values = ["x"; 11].join(", ");
    wrong(&format!("  build-matrix: {{dynamic: {{env: {{image: [{values}], compute-type: [{values}]}}}}}}\n"), "1 to 100");
}

#[test]
fn every_format_has_aws_s_name() {
    for name in [
        "JUNITXML",
        "CUCUMBERJSON",
        "TESTNGXML",
        "NUNITXML",
        "NUNIT3XML",
        "VISUALSTUDIOTRX",
        "COBERTURAXML",
        "JACOCOXML",
        "CLOVERXML",
        "SIMPLECOV",
    ] {
        let text = format!("version: 0.2\nphases: {{}}\nreports: {{r: {{files: [a], file-format: {name}}}}}");
        assert!(parse(&text).is_ok(), "{name}");
    }
}

/// Checks what is said about a buildspec that has `body` after its version; the body starts on line 2.
fn check(body: &str, expected: &str) {
    let told = match parse(&format!("version: 0.2\n{body}")) {
        Ok(_) => "taken".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(told, expected, "{body}");
}

#[test]
fn unknown_and_unsupported_keys() {
    check("phases:\n  build:\n    comands: [a]", "4:5: unknown key `phases.build.comands` (did you mean `commands`?)");
    check("phases: {pre-build: {}}", "2:10: unknown key `phases.pre-build` (did you mean `pre_build`?)");
    check("phases: {deployment: {}}", "2:10: unknown key `phases.deployment` (one of: install, pre_build, build, post_build)");
    check("artefacts: {}", "2:1: unknown key `artefacts` (did you mean `artifacts`?)");
    check(
        "batch: {build-fanout: {}}",
        "2:9: the key `batch.build-fanout` is not supported (use a build-list, one entry for each part of the tests)",
    );
    check("phases: {}\ncache: {action: keep}", "3:17: `cache.action`: `keep` is not known (one of: restore, save)");
    check("phases:\n  build:\n    on-failure: abort", "4:5: `phases.build.on-failure`: `abort` is not known (did you mean `ABORT`?)");
    check(
        "env: {shell: powershell.exe}\nphases: {}",
        "2:14: `env.shell`: `powershell.exe` is a shell of Windows, which is not there (use bash or /bin/sh)",
    );
}

#[test]
fn wrong_shapes() {
    let quote = "put quotes around a command or value with `: ` in it, or write it as a block after `- |`";
    let list = "write each item on a line of its own after `- `";
    let mapping = "write `key: value` lines, indented below the key";
    check("phases:\n  build:\n    commands:\n      - echo a: b", &format!("5:9: `phases.build.commands[0]`: expected a text ({quote})"));
    check("env: {variables: {A: [1]}}", &format!("2:22: `env.variables.A`: expected a text ({quote})"));
    check("phases:\n  build:\n    commands: {a: b}", "4:15: `phases.build.commands`: expected a list, found map");
    check("env: {exported-variables: A}\nphases: {}", &format!("2:27: `env.exported-variables`: expected a list ({list})"));
    check("phases:\n  build: [ls]", &format!("3:10: `phases.build`: expected a mapping ({mapping})"));
    check("env: {variables: {A: }}\nphases: {}", "2:20: `env.variables.A`: expected a text, found nothing (write \"\" for an empty text)");
    check("", "1:1: the key `phases` is missing");
    check("phases: {}\nartifacts: {name: a}", "3:1: `artifacts`: the key `files` is missing");
    check("phases: {}\nphases: {}", "3:1: the key `phases` is there twice (keep one of them)");
    check(
        "phases: {}\nartifacts: {files: [a], discard-paths: maybe}",
        "3:25: `artifacts.discard-paths`: `maybe` is not known (one of: yes, no)",
    );
    check("phases: {build: {runtime-versions: {go: 1}}}", "2:17: `phases.build`: `runtime-versions` belongs to the install phase");
    check("phases: {}\nartifacts: {secondary-artifacts: {a: {files: [b]}}}", "taken");
    check("phases: {}\nartifacts: {secondary-artifacts: {a: {}}}", "3:12: `artifacts`: the secondary artifact `a` has no `files`");
    check("phases:\n\tbuild: {}", "3:2: tabs disallowed within this context (block indentation) (indent with spaces)");
}

#[test]
fn not_a_buildspec() {
    let told = |text: &str| parse(text).unwrap_err().to_string();
    assert!(told("").starts_with("1:1: "));
    assert!(told("[1]").starts_with("1:1: expected a mapping"));
    assert_eq!(
        told("version: 0.1\nphases: {}"),
        "1:10: `version`: version 0.1 is not supported (write `version: 0.2`; it runs all commands in one shell)"
    );
    assert_eq!(told("phases: {}"), "1:1: the key `version` is missing");
    assert!(told("version: 0.2\nphases: {}\n---\nversion: 0.2\n").contains("document"));
    assert!(!told("version: \"\\e[31m\"").contains('\u{1b}'));
    assert!(told(&"#".repeat(buildspec::MAX_LENGTH + 1)).contains("more than"));
}

#[test]
fn hostile_texts_end_quickly() {
    let deep = format!("version: 0.2\nphases: {}", "[".repeat(100_000));
    assert!(parse(&deep).is_err());
    let deep = format!("version: 0.2\nphases: {}", "{a: ".repeat(100_000));
    assert!(parse(&deep).is_err());
    let mut laughs = String::from("version: 0.2\nenv:\n  exported-variables: &a0 [x, x, x, x, x, x, x, x]\n");
    for at in 1..20 {
        laughs.push_str(&format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 8].join(", ")));
    }
    assert!(parse(&laughs).is_err());
}

#[test]
fn changed_and_random_texts_never_panic() {
    let mut state = 11u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    const PIECES: [&str; 16] = [":", "- ", "\n", "\t", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "|\n", "é", "<<: ", "\u{0}"];
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..3000 {
        let mut text: Vec<char> = WHOLE.chars().collect();
        for _ in 0..=random(3) {
            let at = random(text.len());
            let end = (at + random(4)).min(text.len());
            text.splice(at..end, PIECES[random(PIECES.len())].chars());
        }
        match parse(&text.into_iter().collect::<String>()) {
            Ok(_) => taken += 1,
            Err(error) => {
                assert!(error.line >= 1 && error.column >= 1, "{error}");
                refused += 1;
            }
        }
        let noise: String = (0..random(60)).map(|_| PIECES[random(PIECES.len())]).collect();
        assert!(parse(&noise).is_err());
    }
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
}

#[test]
fn one_item_stands_for_a_list() {
    let spec = parse("version: 0.2\nphases: {build: {commands: ls}}\nartifacts: {files: '**/*'}\n").unwrap();
    assert_eq!(phases(&spec).build.unwrap().commands, ["ls"]);
    assert_eq!(spec.artifacts.unwrap().files, ["**/*"]);
}
