//! Repairs in the user's own style: JSON, long forms, anchors, comments, other ends of lines.

use crate::{Folder, errors, lines_of, mended, quickstart};

fn clean(folder: &Folder) -> Folder {
    let (changed, report) = mended(folder, &[]);
    assert!(errors(&report).is_empty(), "{:#?}", errors(&report));
    assert_ne!(changed, *folder);
    changed
}

const BATCH: &str = "Action: [codebuild:StartBuild, codebuild:BatchGetBuilds]";

/// The quickstart's template as JSON, without one action and one statement.
fn as_json() -> Folder {
    let document = patch::Document::read(quickstart().text("template.yaml"), patch::Syntax::Yaml).unwrap();
    let text = serde_json::to_string_pretty(&document.value(&patch::Path::root()).unwrap()).unwrap();
    quickstart().with("template.yaml", &text).replaced("template.yaml", "\"codecommit:GetCommit\",\n", "")
}

#[test]
fn json_stays_json() {
    let folder = as_json();
    let changed = clean(&folder);
    serde_json::from_str::<serde_json::Value>(changed.text("template.yaml")).unwrap();
    assert_eq!(
        lines_of(changed.text("template.yaml"), folder.text("template.yaml")),
        ["\"codecommit:CancelUploadArchive\",", "\"codecommit:GetCommit\""]
    );
}

#[test]
fn json_gets_long_forms() {
    let folder = as_json();
    let text = folder.text("template.yaml");
    // The statement on the site's objects goes.
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    let statements = &mut value["Resources"]["PipelineRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    statements.as_array_mut().unwrap().pop();
    let folder = folder.with("template.yaml", &serde_json::to_string_pretty(&value).unwrap());
    let changed = clean(&folder);
    let value: serde_json::Value = serde_json::from_str(changed.text("template.yaml")).unwrap();
    let statements = value["Resources"]["PipelineRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let last = statements.last().unwrap();
    assert_eq!(last["Resource"], serde_json::json!({"Fn::Sub": "${Site.Arn}/*"}), "{last:#}");
}

#[test]
fn carriage_returns_stay() {
    let text = quickstart().text("template.yaml").replace(", codebuild:BatchGetBuilds]", "]").replace('\n', "\r\n");
    let changed = clean(&quickstart().with("template.yaml", &text));
    assert!(changed.text("template.yaml").split_inclusive('\n').all(|line| line.ends_with("\r\n")));
}

#[test]
fn comments_stay_where_they_are() {
    let with_comments = "# who builds\n                Action: # what\n                  # it starts\n                  - codebuild:StartBuild # a build\n                  # and no more";
    let folder = quickstart().replaced("template.yaml", BATCH, with_comments);
    let changed = clean(&folder);
    assert_eq!(lines_of(changed.text("template.yaml"), folder.text("template.yaml")), ["- codebuild:BatchGetBuilds"]);
    for comment in ["# who builds", "# what", "# it starts", "# a build", "# and no more"] {
        assert!(changed.text("template.yaml").contains(comment), "{comment}");
    }
}

#[test]
fn long_forms_are_answered_by_long_forms() {
    let gone = "              - Effect: Allow\n                Action: s3:PutObject\n                Resource: !Sub ${Site.Arn}/*\n";
    let mut long = quickstart().text("template.yaml").replace(gone, "");
    for (short, full) in [("!GetAtt ", "Fn::GetAtt"), ("!Ref ", "Ref"), ("!Sub ", "Fn::Sub")] {
        while let Some(at) = long.find(short) {
            let rest = &long[at + short.len()..];
            // `${…}` has brackets of its own.
            let ends = |(at, c): (usize, char)| (c == '\n' || c == ',' || c == ' ' || c == '}' && !rest[..at].contains("${")).then_some(at);
            let end = rest.char_indices().find_map(ends).unwrap_or(rest.len());
            long = format!("{}{{ \"{full}\": \"{}\" }}{}", &long[..at], &rest[..end], &rest[end..]);
        }
    }
    assert!(!long.contains('!'), "{long}");
    let changed = clean(&quickstart().with("template.yaml", &long));
    assert!(!changed.text("template.yaml").contains('!'), "{}", changed.text("template.yaml"));
    let lines = lines_of(changed.text("template.yaml"), &long);
    assert!(lines.iter().any(|line| line.contains("Fn::Sub") && line.contains("${Site.Arn}/*")), "{lines:#?}");
}

#[test]
fn what_anchors_share_is_not_changed_for_others() {
    let shared = "Action: &builds [codebuild:StartBuild]";
    let folder = quickstart().replaced("template.yaml", BATCH, shared);
    let more = "Metadata:\n  Builds: *builds\n";
    let folder = folder.with("template.yaml", &format!("{}\n{more}", folder.text("template.yaml")));
    let changed = clean(&folder);
    assert!(changed.text("template.yaml").contains(shared), "{}", changed.text("template.yaml"));
}

#[test]
fn a_text_with_its_own_values_is_followed() {
    let list = "!Sub [ \"${Bucket}/*\", { Bucket: !GetAtt Site.Arn } ]";
    let folder = quickstart();
    let at = folder.text("template.yaml").rfind("!Sub ${Site.Arn}/*").unwrap();
    let text = folder.text("template.yaml");
    let text = format!("{}{list}{}", &text[..at], &text[at + "!Sub ${Site.Arn}/*".len()..]);
    // It is right as it is; without its action it joins the statement on the same objects.
    let folder = folder.with("template.yaml", &text.replace("Action: s3:PutObject", "Action: s3:PutObjectAcl"));
    let changed = clean(&folder);
    assert_eq!(lines_of(changed.text("template.yaml"), folder.text("template.yaml")), ["Action: [ s3:PutObjectAcl, s3:PutObject ]"]);
}
