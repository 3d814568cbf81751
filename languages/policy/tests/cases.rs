//! The published cases, and the form they are written in.

use policy::cases;

const CASES: &str = include_str!("iam-cases.json");

#[test]
fn every_case_has_its_verdict() {
    let all = cases::read(CASES).unwrap();
    assert_eq!(all.len(), 58);
    let failed: Vec<_> = all.iter().map(cases::run).filter(|result| !result.passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Finer points, each with its name.
#[test]
fn every_case_of_our_own_has_its_verdict() {
    let all = cases::read(include_str!("own-cases.json")).unwrap();
    let failed: Vec<_> = all.iter().map(cases::run).filter(|result| !result.passed || result.expect.is_none()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The time that a file takes grows with it, in one line as in many.
#[test]
fn a_huge_file_is_read_in_one_go() {
    let one = include_str!("own-cases.json").trim();
    let list = one.trim_start_matches('[').trim_end_matches(']');
    let many = format!("[{}]", vec![list; 60].join(","));
    for text in [many.replace('\n', " "), many] {
        let all = cases::read(&text).unwrap();
        assert!(all.len() > 3000 && all.iter().all(|case| cases::run(case).passed));
    }
}

const ONE: &str = r#"{"name":"n","request":{"principal":"anonymous","action":"s3:GetObject","resource":"*","resourceAccount":"1","context":{}},"expect":"implicitDeny"}"#;

#[test]
fn one_case_a_list_or_a_case_a_line() {
    for (text, count) in [(ONE.to_owned(), 1), (format!("[{ONE},{ONE}]"), 2), (format!("{ONE}\n{ONE}\n{ONE}\n"), 3), (String::new(), 0)] {
        let all = cases::read(&text).unwrap();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|case| cases::run(case).passed && case.name == "n"));
    }
}

#[test]
fn a_case_that_fails_says_so() {
    let all = cases::read(&ONE.replace("implicitDeny", "allow")).unwrap();
    assert!(!cases::run(&all[0]).passed);
}

#[test]
fn what_is_misspelt_is_an_error() {
    // replaced, by, part of the error
    let table = [
        (r#""name""#, r#""nmae""#, "unknown key 'nmae'"),
        (r#""action""#, r#""actoin""#, "case[0].request: unknown key 'actoin'"),
        (r#""resource":"*","#, "", "the request has no resource"),
        ("implicitDeny", "deny", "unknown variant"),
        ("s3:GetObject", "s3:Get*", "is no action"),
        ("anonymous", "arn:aws:iam::111111111111:role/R", "cannot call"),
        ("anonymous", "somebody", "is no principal"),
        (r#""expect""#, r#""options":{"x":true},"expect""#, "unknown field"),
        (r#""expect""#, r#""policies":{"identiy":[]},"expect""#, "unknown key 'identiy'"),
        (r#""expect""#, r#""policies":{"grants":[{"Name":"n"}]},"expect""#, "missing field"),
        (r#""expect""#, r#""policies":{"boundary":[{"Statement":{"Effect":"No"}}]},"expect""#, "policies.boundary[0].Statement[0].Effect"),
        (r#"{}"#, r#"{"aws:X":"1","AWS:x":"2"}"#, "there twice"),
        (r#""name":"n""#, r#""name":"n","name":"n""#, "there twice"),
    ];
    for (from, to, part) in table {
        let text = ONE.replacen(from, to, 1);
        let error = cases::read(&text).expect_err(&text).to_string();
        assert!(error.contains(part), "{error}");
    }
}
