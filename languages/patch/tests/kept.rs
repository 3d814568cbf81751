//! What a change leaves as it is, and how it is written: each case is a text, a change, and the text that comes of it.

use patch::{Change, Document, Error, Path, Syntax, apply};
use serde_json::{Value, json};

fn append(path: &str, value: Value) -> Change {
    Change::Append { path: Path::pointer(path), value }
}
fn insert(path: &str, key: &str, value: Value) -> Change {
    Change::Insert { path: Path::pointer(path), key: key.into(), value }
}
fn replace(path: &str, value: Value) -> Change {
    Change::Replace { path: Path::pointer(path), value }
}
fn remove(path: &str) -> Change {
    Change::Remove { path: Path::pointer(path) }
}

fn changed(before: &str, changes: &[Change]) -> Result<String, Error> {
    let document = Document::read(before, Syntax::of(before))?;
    apply(before, &document.change(changes)?)
}

#[track_caller]
fn check(before: &str, change: Change, after: &str) {
    match changed(before, &[change]) {
        Ok(text) => assert_eq!(text, after, "\n--- is:\n{text}\n--- should be:\n{after}"),
        Err(error) => panic!("{error}\n{before}"),
    }
}

mod lists {
    use super::*;

    #[test]
    fn in_blocks() {
        let action = |offset: &str, after: &str| format!("Action:\n{offset}- s3:GetObject # read\n{after}# foot\nResource: '*'\n");
        check(&action("  ", ""), append("/Action", json!("kms:Decrypt")), &action("  ", "  - kms:Decrypt\n"));
        check(&action("", ""), append("/Action", json!("kms:Decrypt")), &action("", "- kms:Decrypt\n"));
        check("a:\n-   x\n", append("/a", json!("w")), "a:\n-   x\n-   w\n");
        check("a:\n  - x", append("/a", json!("w")), "a:\n  - x\n  - w");
        check("a:\n  - x\n\n  # of w\n  - w\n\nb: 1\n", append("/a", json!("z")), "a:\n  - x\n\n  # of w\n  - w\n\n  - z\n\nb: 1\n");
        check("- - a\n  - b\n- c\n", append("/0", json!("d")), "- - a\n  - b\n  - d\n- c\n");
        check("a:\r\n  - x\r\nb: 1\r\n", append("/a", json!("w")), "a:\r\n  - x\r\n  - w\r\nb: 1\r\n");
        check(
            "a:\n  - |\n    - no\n    item\n\n# end\nb: 1\n",
            append("/a", json!("w")),
            "a:\n  - |\n    - no\n    item\n  - w\n\n# end\nb: 1\n",
        );
    }

    #[test]
    fn quotes_are_those_of_the_neighbours() {
        check("a:\n  - 'x'\n", append("/a", json!("w")), "a:\n  - 'x'\n  - 'w'\n");
        check("a:\n  - \"x\"\n", append("/a", json!("w")), "a:\n  - \"x\"\n  - \"w\"\n");
        check("a:\n  - x\n  - '*'\n", append("/a", json!("w")), "a:\n  - x\n  - '*'\n  - w\n");
        check("a:\n  - '*'\n", append("/a", json!("w")), "a:\n  - '*'\n  - w\n");
        check("a:\n  - x\nb: '1'\n", append("/a", json!("*")), "a:\n  - x\n  - '*'\nb: '1'\n");
        for (value, written) in [
            ("*", "\"*\""),
            ("yes", "\"yes\""),
            ("2012-10-17", "\"2012-10-17\""),
            ("1.10", "\"1.10\""),
            ("012345678901", "\"012345678901\""),
            ("0x1f", "\"0x1f\""),
            ("1:30", "\"1:30\""),
            ("~", "\"~\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("- a", "\"- a\""),
            ("!Ref x", "\"!Ref x\""),
            ("it's", "it's"),
            ("aws:kms", "aws:kms"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*"),
            ("two\nlines", "\"two\\nlines\""),
            ("back\\slash", "back\\slash"),
        ] {
            check("a:\n  - x\n", append("/a", json!(value)), &format!("a:\n  - x\n  - {written}\n"));
        }
        check("a: ['x']\n", append("/a", json!("it's")), "a: ['x', 'it''s']\n");
    }

    #[test]
    fn between_brackets() {
        check("a: [x, w] # c\n", append("/a", json!("z")), "a: [x, w, z] # c\n");
        check("a: [ x, w ]\n", append("/a", json!("z")), "a: [ x, w, z ]\n");
        check("a: [x,w,]\n", append("/a", json!("z")), "a: [x,w,z,]\n");
        check("a: [\n  x, # one\n  w # two\n]\n", append("/a", json!("z")), "a: [\n  x, # one\n  w, # two\n  z\n]\n");
        check("a: [\n  x,\n  w,\n]\n", append("/a", json!("z")), "a: [\n  x,\n  w,\n  z,\n]\n");
        check("a: [x]\n", append("/a", json!("b,c")), "a: [x, \"b,c\"]\n");
        check("a: []\nb: [x]\n", append("/a", json!("z")), "a: [z]\nb: [x]\n");
        check("a: []\n", append("/a", json!({"k": "v"})), "a:\n  - k: v\n");
        check("a:\nb: 1\n", append("/a", json!("z")), "a:\n  - z\nb: 1\n");
    }

    #[test]
    fn a_single_value_becomes_a_list() {
        check(
            "Action: s3:GetObject # why\n",
            append("/Action", json!("kms:Decrypt")),
            "Action:\n  - s3:GetObject # why\n  - kms:Decrypt\n",
        );
        check(
            "a:\n  Action: [x, w]\nb:\n  Action: s3:GetObject # why\n",
            append("/b/Action", json!("kms:Decrypt")),
            "a:\n  Action: [x, w]\nb:\n  Action: [s3:GetObject, kms:Decrypt] # why\n",
        );
        check(
            "Action: [x]\nResource: !Sub ${Bucket.Arn}/*\n",
            append("/Resource", json!({"Fn::GetAtt": ["Bucket", "Arn"]})),
            "Action: [x]\nResource: [!Sub \"${Bucket.Arn}/*\", !GetAtt Bucket.Arn]\n",
        );
        check(
            "P:\n  Statement:\n    Effect: Allow\n    # all\n    Action: x\nQ: 1\n",
            append("/P/Statement", json!({"Effect": "Deny", "Action": "w"})),
            "P:\n  Statement:\n    - Effect: Allow\n      # all\n      Action: x\n    - Effect: Deny\n      Action: w\nQ: 1\n",
        );
        check(
            "L:\n- a\nStatement:\n  Effect: Allow\n  Action: x\n",
            append("/Statement", json!({"Effect": "Deny"})),
            "L:\n- a\nStatement:\n- Effect: Allow\n  Action: x\n- Effect: Deny\n",
        );
        check("{\"Action\": \"a\"}", append("/Action", json!("b")), "{\"Action\": [\"a\", \"b\"]}");
        check(
            "{\n  \"Statement\": {\n    \"Effect\": \"Allow\"\n  }\n}\n",
            append("/Statement", json!({"Effect": "Deny"})),
            "{\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\"\n    },\n    {\n      \"Effect\": \"Deny\"\n    }\n  ]\n}\n",
        );
    }

    #[test]
    fn a_key_that_is_not_there() {
        check("a: 1\n", append("/b", json!("x")), "a: 1\nb:\n  - x\n");
        check("{\"a\": 1}", append("/b", json!("x")), "{\"a\": 1, \"b\": [\"x\"]}");
    }

    #[test]
    fn statements_look_like_their_neighbours() {
        let before = "Statement:\n  - Sid: One\n    Effect: Allow\n    Principal: { AWS: !Sub \"arn:${A}\" }\n    Action: [a:B, c:D]\n    Resource: \"*\"\n";
        let statement = json!({"Sid": "Two", "Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:${B}"}}, "Action": ["e:F"],
            "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "s3.amazonaws.com"}}});
        let added = "  - Sid: Two\n    Effect: Allow\n    Principal: { AWS: !Sub \"arn:${B}\" }\n    Action: [e:F]\n    Resource: \"*\"\n    Condition:\n      StringEquals:\n        kms:ViaService: s3.amazonaws.com\n";
        check(before, append("/Statement", statement), &format!("{before}{added}"));
        let before = "Statement:\n- Effect: Allow\n  Principal:\n    Fn::Sub: 'x'\n  Action:\n  - 'a:B'\n  Resource: '*'\n";
        let added = "- Effect: 'Deny'\n  Principal:\n    Fn::Sub: 'w'\n  Action:\n  - 'e:F'\n  Resource: '*'\n";
        let statement = json!({"Effect": "Deny", "Principal": {"Fn::Sub": "w"}, "Action": ["e:F"], "Resource": "*"});
        check(before, append("/Statement", statement), &format!("{}{}", before, added.replace("'Deny'", "Deny")));
    }
}

mod mappings {
    use super::*;

    #[test]
    fn members_come_where_the_neighbours_have_them() {
        let before = "S:\n  - Sid: A # a\n    Effect: Allow\n    Resource: '*'\n  - Effect: Allow\n    # all\n    Resource: '*'\n";
        check(
            before,
            insert("/S/1", "Sid", json!("B")),
            "S:\n  - Sid: A # a\n    Effect: Allow\n    Resource: '*'\n  - Sid: B\n    Effect: Allow\n    # all\n    Resource: '*'\n",
        );
        check(
            before,
            insert("/S/0", "Action", json!("a:B")),
            "S:\n  - Sid: A # a\n    Effect: Allow\n    Action: a:B\n    Resource: '*'\n  - Effect: Allow\n    # all\n    Resource: '*'\n",
        );
        check("a: {x: 1}\n", insert("/a", "w", json!("z")), "a: {x: 1, w: z}\n");
        check("a: {}\n", insert("/a", "w", json!("z")), "a: { w: z }\n");
        check("a:\n", insert("/a", "w", json!("z")), "a:\n  w: z\n");
        check("a:\n    b: 1\nc:\n", insert("/c", "w", json!({"z": 1})), "a:\n    b: 1\nc:\n    w:\n        z: 1\n");
        check("\"a\": 1\n", insert("", "b", json!(true)), "\"a\": 1\n\"b\": true\n");
    }

    #[test]
    fn in_json() {
        check("{\n\t\"a\": 1 // one\n}", insert("", "b", json!("x")), "{\n\t\"a\": 1, // one\n\t\"b\": \"x\"\n}");
        check("{\n\t\"a\": 1,\n}", insert("", "b", json!("x")), "{\n\t\"a\": 1,\n\t\"b\": \"x\",\n}");
        check("{\n  \"a\" : 1\n}", insert("", "b", json!({"c": "d"})), "{\n  \"a\" : 1,\n  \"b\" : {\n    \"c\" : \"d\"\n  }\n}");
        check("{\"a\":1}", insert("", "b", json!(["x", "w"])), "{\"a\":1,\"b\":[\"x\",\"w\"]}");
        check(
            "{\n    \"S\": [\n        {\n            \"Action\": [\"a\", \"b\"],\n            \"Effect\": \"Allow\"\n        }\n    ]\n}\n",
            append("/S", json!({"Action": ["c"], "Resource": ["x"], "Effect": "Allow"})),
            "{\n    \"S\": [\n        {\n            \"Action\": [\"a\", \"b\"],\n            \"Effect\": \"Allow\"\n        },\n        {\n            \"Action\": [\"c\"],\n            \"Resource\": [\"x\"],\n            \"Effect\": \"Allow\"\n        }\n    ]\n}\n",
        );
    }
}

mod removals {
    use super::*;

    #[test]
    fn from_blocks() {
        let before = "# top\n\na:\n  # of x\n  # more\n  - x # x\n\n  # of w\n  - w\nb: 1\n";
        check(before, remove("/a/0"), "# top\n\na:\n\n  # of w\n  - w\nb: 1\n");
        check(before, remove("/a/1"), "# top\n\na:\n  # of x\n  # more\n  - x # x\nb: 1\n");
        check(before, remove("/a"), "# top\n\nb: 1\n");
        check("a:\n  - x\nb: 1\n", remove("/a/0"), "a: []\nb: 1\n");
        check("a:\n  b: 1 # c\nc: 1\n", remove("/a/b"), "a: {} # c\nc: 1\n");
        check("- a: 1\n  # b\n  b: 2\n", remove("/0/a"), "- # b\n  b: 2\n");
        check("- a: 1\n  b: 2\n", remove("/0/a"), "- b: 2\n");
        check("a: 1\nb: 2", remove("/b"), "a: 1");
        check("# c\na: 1 # d\n", remove("/a"), "# c\n{} # d\n");
        check("Action: x\n", remove("/Action/0"), "Action: []\n");
    }

    #[test]
    fn from_brackets() {
        check("a: [x, w, z]\n", remove("/a/0"), "a: [w, z]\n");
        check("a: [x, w, z]\n", remove("/a/1"), "a: [x, z]\n");
        check("a: [x, w, z]\n", remove("/a/2"), "a: [x, w]\n");
        check("a: [x]\n", remove("/a/0"), "a: []\n");
        check("{\n  \"a\": 1, // one\n  // of b\n  \"b\": 2 // two\n}", remove("/b"), "{\n  \"a\": 1 // one\n}");
        check("{\n  \"a\": 1, // one\n  \"b\": 2,\n}", remove("/b"), "{\n  \"a\": 1, // one\n}");
        check("{\n  \"a\": 1,\n  \"b\": 2\n}", remove("/a"), "{\n  \"b\": 2\n}");
        check("{\n  \"a\": [ 1 ]\n}", remove("/a/0"), "{\n  \"a\": []\n}");
        check("{\"a\": 1, \"b\": 2}", remove("/b"), "{\"a\": 1}");
    }
}

mod replacements {
    use super::*;

    #[test]
    fn of_texts_and_functions() {
        check("a: 'x' # c\n", replace("/a", json!("w")), "a: 'w' # c\n");
        check("a: x # c\n", replace("/a", json!("*")), "a: \"*\" # c\n");
        check("a: !Ref X # c\n", replace("/a", json!({"Ref": "Key"})), "a: !Ref Key # c\n");
        check("a: !Sub 'x'\n", replace("/a", json!({"Fn::Sub": "w"})), "a: !Sub 'w'\n");
        check("a: x\nb: !Ref Z\n", replace("/a", json!({"Fn::GetAtt": ["Key", "Arn"]})), "a: !GetAtt Key.Arn\nb: !Ref Z\n");
        check("{\"a\": \"x\"}", replace("/a", json!({"Fn::GetAtt": "Y.Arn"})), "{\"a\": {\"Fn::GetAtt\": [\"Y\", \"Arn\"]}}");
        check("a: # why\n  - x\nb: 1\n", replace("/a", json!("w")), "a: w # why\nb: 1\n");
        check("a: |\n  x\n  w\nb: 1\n", replace("/a", json!("w")), "a: w\nb: 1\n");
    }

    #[test]
    fn only_what_differs_is_changed() {
        check(
            "S:\n  - Effect: Allow # keep\n    # the actions\n    Action:\n      - a # a\n      - b # b\n      - c # c\n    Resource: '*' # all\n",
            replace("/S/0", json!({"Effect": "Allow", "Action": ["a", "c", "d"], "Resource": {"Fn::Sub": "x${w}"}})),
            "S:\n  - Effect: Allow # keep\n    # the actions\n    Action:\n      - a # a\n      - c # c\n      - d\n    Resource: !Sub x${w} # all\n",
        );
        check("a: [x, w, z]\n", replace("/a", json!(["x", "z"])), "a: [x, z]\n");
        check("a: [x, w, z]\n", replace("/a", json!("x")), "a: x\n");
        check("a:\n  - x\n  - w\n", replace("/a", json!("x")), "a: x\n");
    }
}

mod inside {
    use super::*;

    #[test]
    fn of_blocks() {
        let before = "Key:\n  KeyPolicy: !Sub |\n    {\n      \"Statement\": [\n        { \"Effect\": \"Allow\", \"Action\": [\"a\"], \"Resource\": \"*\" }\n      ]\n    }\n  Other: 1\n";
        check(before, append("/Key/KeyPolicy/Statement/0/Action", json!("b")), &before.replace("[\"a\"]", "[\"a\", \"b\"]"));
        check(
            before,
            append("/Key/KeyPolicy/Statement", json!({"Effect": "Deny", "Resource": {"Fn::GetAtt": ["X", "Arn"]}})),
            &before.replace("\"*\" }\n", "\"*\" },\n        { \"Effect\": \"Deny\", \"Resource\": \"${X.Arn}\" }\n"),
        );
        check(
            before,
            append("/Key/KeyPolicy/Fn::Sub/Statement/0/Action", json!("${aws:username}")),
            &before.replace("[\"a\"]", "[\"a\", \"${!aws:username}\"]"),
        );
    }

    #[test]
    fn of_quotes_and_escapes() {
        check("a: '{\"b\": [\"it''s\"]}'\n", append("/a/b", json!("o'c")), "a: '{\"b\": [\"it''s\", \"o''c\"]}'\n");
        check("a: \"{\\\"b\\\": [1]}\"\n", append("/a/b", json!("x")), "a: \"{\\\"b\\\": [1, \\\"x\\\"]}\"\n");
        check(
            "{\"a\": \"{\\n  \\\"b\\\": [\\n    1\\n  ]\\n}\"}",
            append("/a/b", json!(2)),
            "{\"a\": \"{\\n  \\\"b\\\": [\\n    1,\\n    2\\n  ]\\n}\"}",
        );
        check("a: >-\n  {\"b\":\n  [1]}\nc: 1\n", append("/a/b", json!(2)), "a: >-\n  {\"b\":\n  [1, 2]}\nc: 1\n");
        check("a: '{\"b\":\n  [1]}'\nc: 1\n", append("/a/b", json!(2)), "a: '{\"b\":\n  [1, 2]}'\nc: 1\n");
        check(
            "a: |\r\n  {\r\n    \"b\": 1\r\n  }\r\n",
            insert("/a", "c", json!(2)),
            "a: |\r\n  {\r\n    \"b\": 1,\r\n    \"c\": 2\r\n  }\r\n",
        );
        check(
            "BuildSpec: |\n  phases:\n    build:\n      commands:\n        - make\n",
            append("/BuildSpec/phases/build/commands", json!("x")),
            "BuildSpec: |\n  phases:\n    build:\n      commands:\n        - make\n        - x\n",
        );
    }

    #[test]
    fn functions_stand_only_where_they_are_evaluated() {
        let refused = changed("a: '{\"b\": [1]}'\n", &[append("/a/b", json!({"Ref": "X"}))]);
        assert!(matches!(refused, Err(Error::Function { .. })), "{refused:?}");
    }
}

mod refusals {
    use super::*;

    #[test]
    fn what_is_shared() {
        let before = "a: &acts\n  - x\nb: *acts\nc: &own [1]\nd:\n  <<: *own\n  e: 1\n";
        for change in [append("/a", json!("w")), append("/b", json!("w")), remove("/a"), replace("/a", json!(1)), append("/b/0", json!(1))]
        {
            let refused = changed(before, &[change]);
            assert!(matches!(&refused, Err(Error::Shared { anchor, .. }) if anchor == "acts"), "{refused:?}");
        }
        for change in [insert("/d", "f", json!(1)), remove("/d/<<")] {
            assert!(matches!(changed(before, std::slice::from_ref(&change)), Err(Error::Merged(_))), "{change:?}");
        }
        check("a: &x [1]\nb: *x\n", replace("/b", json!("w")), "a: &x [1]\nb: w\n");
        check("a: &x [1]\n", append("/a", json!(2)), "a: &x [1, 2]\n");
    }

    #[test]
    fn what_is_not_there_or_is_something_else() {
        assert!(matches!(changed("a: 1\n", &[remove("/b")]), Err(Error::NotFound(_))));
        assert!(matches!(changed("a: 1\na: 2\n", &[remove("/a")]), Err(Error::Twice(_))));
        assert!(matches!(changed("a: 1\n", &[insert("", "a", json!(1))]), Err(Error::Exists(_))));
        assert!(matches!(changed("a: 1\n", &[insert("/a", "b", json!(1))]), Err(Error::Unfit { .. })));
        assert!(matches!(changed("a: 1\n", &[remove("")]), Err(Error::Unfit { .. })));
        assert!(matches!(changed("a: [\n", &[]), Err(Error::Syntax { .. })));
    }
}

#[test]
fn changes_follow_one_another() {
    let changes = [append("/a", json!("w")), append("/a", json!("z")), remove("/a/0"), insert("", "b", json!(1)), replace("/b", json!(2))];
    assert_eq!(changed("# c\na: x # d\n", &changes).as_deref(), Ok("# c\na:\n  - w\n  - z\nb: 2\n"));
    let undone = [insert("", "b", json!({"c": 1})), remove("/b")];
    let document = Document::read("a: 1 # x\n", Syntax::Yaml).unwrap();
    assert_eq!(document.change(&undone), Ok(Vec::new()));
}

#[test]
fn places_and_paths() {
    let text = "é: x\nP: !Sub |\n  { \"S\": [\n    \"é\", \"b\" ] }\nL: [a, {k: v}]\n";
    let document = Document::read(text, Syntax::Yaml).unwrap();
    for (path, line, column, shown) in [
        ("/é", 1, 4, "x"),
        ("/P", 2, 4, "!Sub |\n  { \"S\": [\n    \"é\", \"b\" ] }"),
        ("/P/S/1", 4, 10, "\"b\""),
        ("/P/Fn::Sub/S/0", 4, 5, "\"é\""),
        ("/L/1/k", 5, 12, "v"),
    ] {
        let place = document.locate(&Path::pointer(path)).unwrap();
        assert_eq!((place.line, place.column, &text[place.start..place.end]), (line, column, shown), "{path}");
        let back = document.path_at(line, column).unwrap();
        assert_eq!(document.locate(&back).unwrap(), place, "{path}: {back}");
    }
    assert_eq!(document.path_at(5, 1), Some(Path::pointer("/L")));
    assert_eq!(document.path_at(9, 1), None);
    assert_eq!(document.value(&Path::pointer("/P/S")), Some(json!(["é", "b"])));
}
