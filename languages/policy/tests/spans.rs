//! Where statements stand, and which condition keys they ask for.

use policy::{Policy, PolicyKind, statement_spans};

fn spans(text: &str) -> Vec<[usize; 4]> {
    let spans = statement_spans(text).unwrap();
    spans.iter().map(|s| [s.start_line, s.start_column, s.end_line, s.end_column]).collect()
}

#[test]
fn statements_begin_and_end_where_the_simulator_says() {
    let one_line = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}"#;
    assert_eq!(spans(one_line), [[1, 41, 1, 60]]);
    // The places that AWS gives for its AdministratorAccess.
    let lines = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"*\",\n      \"Resource\": \"*\"\n    }\n  ]\n}";
    assert_eq!(spans(lines), [[3, 17, 8, 6]]);
    assert_eq!(spans("{\"Statement\": [{}, {}]}"), [[1, 16, 1, 18], [1, 19, 1, 22]]);
    assert_eq!(spans("{\"Statement\": {}}"), [[1, 14, 1, 17]]);
    assert!(spans("[]").is_empty() && spans("{}").is_empty());
    assert!(statement_spans("{").is_err());
}

#[test]
fn keys_of_conditions_and_variables_are_named_once() {
    let text = r#"{"Version":"VERSION","Statement":[
        {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/${s3:x, 'none'}/${*}"},
        {"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"AWS:UserName":"x","aws:SourceVpc":"${aws:PrincipalTag/vpc}"}}}]}"#;
    let keys = |version: &str| Policy::parse(&text.replace("VERSION", version), PolicyKind::Identity).unwrap().context_keys();
    assert_eq!(keys("2012-10-17"), ["aws:username", "s3:x", "aws:SourceVpc", "aws:PrincipalTag/vpc"]);
    assert_eq!(keys("2008-10-17"), ["AWS:UserName", "aws:SourceVpc"]);
}
