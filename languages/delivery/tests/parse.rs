//! Delivery files, good and bad, with what is read from them or said about them.

use delivery::{Account, Capability, Delivery, Parameter, parse};

const WHOLE: &str = r#"# A delivery over three accounts.
accounts: { dev: "111111111111", staging: '012345678901', prod: "333333333333" }
region: ap-northeast-1
stacks:
  - { name: target,   account: staging, template: target.yaml, parameters: { Environment: staging } }
  - name: target
    account: prod
    template: ./stacks//target.yaml
    parameters: { Version: 1.10, Id: 007, Debug: true, Long: "a: b", Big: 123456789012345678901234567890 }
    capabilities: [CAPABILITY_NAMED_IAM, CAPABILITY_IAM]
    tags: { team: shop, cost: 12 }
  - { name: delivery, account: dev, template: pipeline.yaml, parameters: { StagingRole: { output: staging/target.RoleArn } } }
pipelines:
  - { account: dev, file: pipeline.json }
sources:
  - { account: dev, repository: shop, from: shop/ }
  - { account: dev, repository: shop, branch: feature/one, from: . }
"#;

fn whole() -> Delivery {
    parse(WHOLE, "sekisho.yaml").unwrap_or_else(|found| panic!("{found:?}"))
}

#[test]
fn a_whole_delivery_is_read() {
    let delivery = whole();
    let account = |name: &str, id: &str| Account { name: name.to_owned(), id: id.to_owned() };
    let accounts = [account("dev", "111111111111"), account("staging", "012345678901"), account("prod", "333333333333")];
    assert_eq!(delivery.accounts, accounts);
    assert_eq!((delivery.account_id("staging"), delivery.account_id("none")), (Some("012345678901"), None));
    assert_eq!(delivery.region, "ap-northeast-1");

    let [first, second, third] = delivery.stacks.as_slice() else { panic!("{:?}", delivery.stacks) };
    assert_eq!((first.name.as_str(), first.account.as_str()), ("target", "staging"));
    assert_eq!((second.template.as_str(), second.position.line, second.position.column), ("stacks/target.yaml", 8, 15));
    let texts: Vec<_> = second
        .parameters
        .iter()
        .map(|(name, value)| match value {
            Parameter::Text(text) => format!("{name}={text}"),
            Parameter::Output(output) => panic!("{output:?}"),
        })
        .collect();
    assert_eq!(texts, ["Big=123456789012345678901234567890", "Debug=true", "Id=007", "Long=a: b", "Version=1.10"]);
    assert_eq!(second.capabilities, [Capability::Iam, Capability::NamedIam]);
    assert_eq!((second.tags["team"].as_str(), second.tags["cost"].as_str()), ("shop", "12"));
    let Parameter::Output(output) = &third.parameters["StagingRole"] else { panic!("{third:?}") };
    assert_eq!((output.account.as_str(), output.stack.as_str(), output.key.as_str()), ("staging", "target", "RoleArn"));
    assert_eq!(delivery.pipelines[0].file, "pipeline.json");
    let sources: Vec<_> = delivery.sources.iter().map(|s| (s.branch.as_str(), s.from.as_str())).collect();
    assert_eq!(sources, [("main", "shop"), ("feature/one", ".")]);
}

#[test]
fn accounts_alone_are_a_delivery() {
    let delivery = parse("accounts: {dev: \"111111111111\"}", "f").unwrap();
    assert_eq!((delivery.region.as_str(), delivery.stacks.len()), ("us-east-1", 0));
}

/// Checks what is said about a file whose first line defines dev and prod; the body starts on line 2.
fn check(body: &str, expected: &[&str]) {
    let text = format!("accounts: {{ dev: \"111111111111\", prod: \"222222222222\" }}\n{body}");
    check_all(&text, expected);
}

fn check_all(text: &str, expected: &[&str]) {
    let told: Vec<String> = match parse(text, "f") {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(|diagnostic| diagnostic.to_string()).collect(),
    };
    assert_eq!(told, expected, "{text}");
}

#[test]
fn accounts_and_region() {
    check_all(
        "accounts: { dev: 012345678901, prod: 1234, a: \"12\", b: x, c/d: \"111111111111\", e: \"111111111111\" }",
        &[
            "f:1:18: the account id 012345678901 is written as a number (quote it: \"012345678901\")",
            "f:1:38: the account id 1234 is written as a number (quote it: \"000000001234\")",
            "f:1:47: `12` is not an account id (an account id is twelve digits in quotes)",
            "f:1:56: `x` is not an account id (an account id is twelve digits in quotes)",
            "f:1:59: `c/d` cannot be an account's name (it has up to 64 letters, digits and `-`, `_`)",
            "f:1:83: the accounts `c/d` and `e` have the same id (give each account an id of its own)",
        ],
    );
    check_all("accounts: {}", &["f:1:11: there is no account (name at least one, as in `accounts: { dev: \"111111111111\" }`)"]);
    check_all("region: us-east-1", &["f:1:1: the key `accounts` is missing"]);
    for region in ["tokyo", "us-1", "US-east-1", "us-east-", "-east-1", "us east-1"] {
        let told = format!("f:2:9: `{region}` is not a region (a region is one like us-east-1 or ap-northeast-1)");
        check(&format!("region: {region}"), &[&told]);
    }
    check("region: us-gov-west-1", &[]);
}

#[test]
fn shapes() {
    check("stack: []", &["f:2:1: unknown key `stack` (did you mean `stacks`?)"]);
    check("stacks:\n  - { name: a, acount: dev }", &["f:3:16: unknown key `acount` (did you mean `account`?)"]);
    check("stacks:\n  - { name: a, account: dev }", &["f:3:16: `stacks[0]`: the key `template` is missing"]);
    check("stacks: { a: b }", &["f:2:9: `stacks`: expected a list (write each item on a line of its own after `- `)"]);
    check("stacks: [ a ]", &["f:2:11: `stacks[0]`: expected a mapping (write `key: value` lines, indented below the key)"]);
    check(
        "pipelines:\n  - { account: dev, file: [a] }",
        &["f:3:27: `pipelines[0].file`: expected a text (put quotes around a value with `: ` in it)"],
    );
    check(
        "stacks:\n  - { name: a, account: dev, template: t, parameters: { A: [b] } }",
        &["f:3:57: `stacks[0].parameters`: expected a text or `{ output: account/stack.Key }`"],
    );
    check(
        "stacks:\n  - { name: a, account: dev, template: t, parameters: { A: { otput: b } } }",
        &["f:3:62: unknown key `otput` (did you mean `output`?)"],
    );
    check("region: us-east-1\nregion: us-east-1", &["f:3:1: the key `region` is there twice (keep one of them)"]);
    check("stacks:\n\t- name: a", &["f:3:2: tabs disallowed within this context (block indentation) (indent with spaces)"]);
    check_all("", &["f:1:1: unexpected end of input"]);
}

#[test]
fn references() {
    check(
        "stacks:\n  - { name: a, account: pord, template: t }\n  - { name: b, account: '222222222222', template: t }",
        &[
            "f:3:25: the account `pord` is not defined under `accounts` (did you mean `prod`?)",
            "f:4:25: the account `222222222222` is not defined under `accounts` (accounts are named here: write `prod`)",
        ],
    );
    let with_output = |output: &str, expected: &[&str]| {
        let body = format!(
            "stacks:\n  - {{ name: first, account: dev, template: t }}\n  - name: a\n    account: dev\n    template: t\n    \
             parameters: {{ A: {{ output: {output} }} }}\n  - {{ name: last, account: dev, template: t }}"
        );
        check(&body, expected);
    };
    with_output("dev/first.Arn", &[]);
    with_output(
        "dev/last.Arn",
        &["f:7:32: the stack `dev/last` has no outputs yet, for it is not deployed before \
           (stacks are deployed in their order here: move it further up)"],
    );
    with_output(
        "dev/a.Arn",
        &["f:7:32: the stack `dev/a` has no outputs yet, for it is not deployed before \
           (stacks are deployed in their order here: move it further up)"],
    );
    with_output("dev/frist.Arn", &["f:7:32: there is no stack `dev/frist` (did you mean `dev/first`?)"]);
    with_output("prod/x.Arn", &["f:7:32: there is no stack `prod/x` (one of: dev/first)"]);
    with_output("pro/first.Arn", &["f:7:32: the account `pro` is not defined under `accounts` (did you mean `prod`?)"]);
    for wrong in ["dev/first", "first.Arn", "dev/first.", "/first.Arn", "dev/first.A-B"] {
        let told = format!("f:7:32: `{wrong}` does not name an output (write account/stack.Key, as in `staging/target.RoleArn`)");
        with_output(wrong, &[&told]);
    }
    check(
        "stacks:\n  - { name: a, account: dev, template: t }\n  - { name: a, account: dev, template: t }",
        &["f:4:13: the stack `dev/a` is there twice (give one of them another name)"],
    );
    check(
        "stacks:\n  - { name: -a, account: dev, template: t, capabilities: [CAPABILITY_IMA] }",
        &[
            "f:3:13: `-a` cannot be a stack's name (it has up to 128 letters, digits and `-`)",
            "f:3:59: `CAPABILITY_IMA` is not a capability (did you mean `CAPABILITY_IAM`?)",
        ],
    );
}

#[test]
fn paths_stay_inside() {
    for (path, reason) in [
        ("/etc/passwd", "is absolute"),
        ("../t.yaml", "holds `..`"),
        ("a/../../t.yaml", "holds `..`"),
        ("a\\b", "holds a backslash or a NUL character"),
    ] {
        let told = |at: &str| format!("f:{at}: the path `{path}` {reason} (paths are relative to this file's folder and stay inside it)");
        check(&format!("stacks:\n  - {{ name: a, account: dev, template: {path} }}"), &[&told("3:40")]);
        check(&format!("pipelines:\n  - {{ account: dev, file: {path} }}"), &[&told("3:27")]);
        check(&format!("sources:\n  - {{ account: dev, repository: a, from: {path} }}"), &[&told("3:42")]);
    }
    check("stacks:\n  - { name: a, account: dev, template: stacks/ }", &["f:3:40: the path `stacks/` names a folder (name a file)"]);
}

#[test]
fn sources() {
    check(
        "sources:\n  - { account: dev, repository: a b, from: x }\n  - { account: dev, repository: c, branch: -d, from: x }",
        &[
            "f:3:33: `a b` cannot be a repository's name (it has up to 100 letters, digits and `-`, `_`, `.`)",
            "f:4:44: `-d` is not a branch's name (write the name alone, as in `main` or `feature/one`)",
        ],
    );
    for branch in ["a b", "a..b", "\"a:b\"", "/a", "a/", "a.lock", "\"@\"", "\"a\\u0007\"", ".a"] {
        let body = format!("accounts: {{dev: \"111111111111\"}}\nsources: [{{account: dev, repository: a, branch: {branch}, from: x}}]");
        let found = parse(&body, "f").expect_err(branch);
        assert!(found[0].message.contains("is not a branch's name"), "{branch}: {found:?}");
    }
    check(
        "sources:\n  - { account: dev, repository: a, from: x }\n  - { account: dev, repository: a, branch: main, from: y }",
        &["f:4:33: `dev/a` has two sources for `main` (keep one of them)"],
    );
}

#[test]
fn a_diagnostic_shows_its_line() {
    let source = "accounts: { é: 012345678901, b: \"222222222222\" }\n";
    let found = parse(source, "dir/sekisho.yaml").unwrap_err();
    assert_eq!(
        found[1].render(source),
        "error: the account id 012345678901 is written as a number
 --> dir/sekisho.yaml:1:16
  |
1 | accounts: { é: 012345678901, b: \"222222222222\" }
  |                ^
  = help: quote it: \"012345678901\"
"
    );
    let source = format!("accounts: {{ a: \"111111111111\" }}\nregion: \"\\e[31m{}\"\n", "x".repeat(300));
    let shown = parse(&source, "f").unwrap_err()[0].render(&source);
    let line = shown.lines().find(|line| line.starts_with("2 | ")).unwrap();
    assert!(line.chars().count() < 110 && line.ends_with('…'), "{shown:?}");
    assert!(shown.contains("`\u{fffd}[31mxxx") && !shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn changed_and_random_texts_never_panic() {
    let mut state = 13u64;
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
        let text: String = text.into_iter().collect();
        match parse(&text, "f") {
            Ok(_) => taken += 1,
            Err(found) => {
                for diagnostic in found {
                    assert!(diagnostic.render(&text).contains(&format!("f:{}:", diagnostic.line)));
                }
                refused += 1;
            }
        }
        let noise: String = (0..random(60)).map(|_| PIECES[random(PIECES.len())]).collect();
        assert!(parse(&noise, "f").is_err());
    }
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
}
