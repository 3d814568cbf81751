use super::*;
use serde_json::json;

fn read(text: &str) -> Result<Form, QueryError> {
    Form::read(text.as_bytes())
}

#[test]
fn forms() {
    for (text, expected) in [
        ("Action=A", json!({})),
        ("Version=2010-05-08&Action=A&UserName=a+b%2Fc", json!({"UserName": "a b/c"})),
        (
            "Action=A&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.2.Key=l",
            json!({"Tags": [{"Key": "k", "Value": "v"}, {"Key": "l"}]}),
        ),
        ("Action=A&N.member.10=j&N.member.2=b&N.member.1=a", json!({"N": ["a", "b", "j"]})),
        ("Action=A&N.1=a&N.2=b", json!({"N": ["a", "b"]})),
        ("Action=A&M.entry.1.key=a&M.entry.1.value=1&M.entry.2.key=b&M.entry.2.value=2", json!({"M": {"a": "1", "b": "2"}})),
        ("Action=A&M.entry.1.key=a", json!({"M": {"a": ""}})),
        ("Action=A&S.A.B=1&S.C=2", json!({"S": {"A": {"B": "1"}, "C": "2"}})),
        ("Action=A&Tags=", json!({"Tags": ""})),
        ("Action=A&Tags", json!({"Tags": ""})),
        ("Action=A&S.member.x=1", json!({"S": {"member": {"x": "1"}}})),
        ("Action=A&S.01=1", json!({"S": {"01": "1"}})),
        ("Action=A&X-Amz-Date=1&X-Amz-Signature=2", json!({})),
        ("Action=A&L.member.1.P.member.1=x", json!({"L": [{"P": ["x"]}]})),
    ] {
        assert_eq!(read(text).map(|f| f.input), Ok(expected), "{text}");
    }
    let form = read("Version=2010-05-08&Action=GetUser").unwrap();
    assert_eq!(form.version, "2010-05-08");
    let decoded = form.to("iam");
    assert_eq!((decoded.service.as_str(), decoded.operation.as_str()), ("iam", "GetUser"));
}

#[test]
fn refusals() {
    let many = format!("Action=A{}", "&x=1".repeat(20_000));
    let deep = format!("Action=A&{}=1", vec!["a"; 100].join("."));
    for text in [
        "",
        "Action=",
        "Action=a/b",
        "Version=1",
        "Action=A&Action=B",
        "Action=A&x=1&x=2",
        "Action=A&x=1&x.y=2",
        "Action=A&x.y=1&x=2",
        "Action=A&x..y=1",
        "Action=A&=1",
        "Action=A&x=%ff",
        &many,
        &deep,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(Form::read(b"Action=A&x=\xff").is_err());
    assert_eq!(read("x=1").unwrap_err().code, "MissingAction");
}

#[test]
fn recognised() {
    let mut headers = http::HeaderMap::new();
    assert!(is_query(&headers, "Action=GetUser"));
    assert!(!is_query(&headers, "list-type=2&Actions=1"));
    headers.insert("content-type", "application/x-www-form-urlencoded; charset=utf-8".parse().unwrap());
    assert!(is_query(&headers, ""));
}

#[test]
fn answers() {
    let result = json!({"A": "x<y", "N": 1, "B": true, "Z": null, "L": [{"K": "v"}, "t"], "E": [], "M": {"$map": {"k": "1", "l": {"Q": 2}}}, "O": {}});
    assert_eq!(
        response("GetThing", "https://iam.amazonaws.com/doc/2010-05-08/", &result, "id"),
        "<GetThingResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetThingResult><A>x&lt;y</A><N>1</N><B>true</B>\
         <L><member><K>v</K></member><member>t</member></L><E></E><M><entry><key>k</key><value>1</value></entry>\
         <entry><key>l</key><value><Q>2</Q></value></entry></M><O></O></GetThingResult>\
         <ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetThingResponse>"
    );
    assert_eq!(
        response("DeleteThing", "x", &Value::Null, "id"),
        "<DeleteThingResponse xmlns=\"x\"><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DeleteThingResponse>"
    );
    assert_eq!(
        error("x", true, "NoSuchEntity", "no & nothing \u{0}", "id"),
        "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &amp; nothing \u{fffd}</Message></Error><RequestId>id</RequestId></ErrorResponse>"
    );
}

#[test]
fn damage_never_panics() {
    crate::mutate::each(&[b"Action=A&Tags.member.1.Key=k&M.entry.1.key=a&M.entry.1.value=%20&N.2=b&S.A.B=1"], 20_000, |bytes| {
        if let Ok(form) = Form::read(bytes) {
            response(&form.operation, "x", &form.input, "id");
        }
    });
}
