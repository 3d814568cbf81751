//! The right document, the right side, the exact resource, the tightest condition; and no more than the call.

use crate::{Folder, cross_account, errors, example, lines_of, mended, quickstart, rehearsed};

/// What `--fix` adds to a file, after which the rehearsal is clean.
fn added(folder: &Folder, path: &str) -> Vec<String> {
    let (changed, report) = mended(folder, &[]);
    assert!(errors(&report).is_empty(), "{:#?}", errors(&report));
    for (file, text) in &changed.0 {
        assert!(file.ends_with(path) || folder.0[file] == *text, "{file} was changed as well");
    }
    lines_of(changed.text(path), folder.text(path))
}

const DEPLOY: &str = "              - Effect: Allow\n                Action: s3:PutObject\n                Resource: !Sub ${Site.Arn}/*\n";

#[test]
fn a_statement_is_added_where_none_is_near() {
    let folder = quickstart().replaced("template.yaml", DEPLOY, "");
    // The same lines stand elsewhere: what counts is that it is clean, and that nothing else has changed.
    let (changed, report) = mended(&folder, &[]);
    assert!(errors(&report).is_empty(), "{:#?}", errors(&report));
    assert!(changed.text("template.yaml").contains(DEPLOY), "{}", changed.text("template.yaml"));
}

#[test]
fn an_action_joins_the_statement_on_the_same_resource() {
    let folder = quickstart().replaced("template.yaml", "                  - codecommit:UploadArchive\n", "");
    assert_eq!(added(&folder, "template.yaml"), ["- codecommit:UploadArchive"]);
}

#[test]
fn several_denials_that_one_statement_mends_are_one_repair() {
    let folder =
        quickstart().replaced("template.yaml", "logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents", "logs:GetLogEvents");
    let report = rehearsed(&folder);
    let all: Vec<_> = errors(&report).iter().map(|finding| finding.repairs[0].clone()).collect();
    assert!(all.len() >= 2 && all.iter().all(|one| *one == all[0]), "{all:#?}");
    let (_, report) = mended(&folder, &[]);
    assert!(errors(&report).is_empty());
}

#[test]
fn a_name_that_is_no_action_is_corrected() {
    let folder = quickstart().replaced("template.yaml", "codebuild:BatchGetBuilds", "codebuild:BatchGetBuild");
    let report = rehearsed(&folder);
    let cause = &errors(&report)[0].causes[0];
    assert_eq!(cause.text, "codebuild:BatchGetBuild is no action: codebuild:BatchGetBuilds is meant?");
    assert_eq!(added(&folder, "template.yaml"), ["Action: [codebuild:StartBuild, codebuild:BatchGetBuilds]"]);
}

#[test]
fn a_role_without_policies_gets_one() {
    let text = quickstart();
    let text = text.text("template.yaml");
    let from = text.find("      Policies:\n        - PolicyName: build").unwrap();
    let to = from + text[from..].find("\n  Build:\n").unwrap();
    let folder = quickstart().with("template.yaml", &format!("{}{}", &text[..from], &text[to..]));
    let lines = added(&folder, "template.yaml");
    assert_eq!(lines.iter().filter(|line| line.contains("PolicyName")).count(), 1, "{lines:#?}");
    assert!(lines.contains(&"- PolicyName: delivery".to_owned()) && lines.contains(&"- logs:PutLogEvents".to_owned()), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains('*') && !line.contains("Artifacts.Arn") && !line.contains(":log-group:")), "{lines:#?}");
}

#[test]
fn a_policy_that_is_attached_is_changed_and_not_the_role() {
    // As the CDK writes it.
    let folder = cross_account().replaced(
        "pipeline.yaml",
        "Action: [s3:GetObject, s3:GetObjectVersion, s3:PutObject]",
        "Action: [s3:GetObjectVersion, s3:PutObject]",
    );
    let (changed, report) = mended(&folder, &[]);
    assert!(errors(&report).is_empty(), "{:#?}", errors(&report));
    let policies = |folder: &Folder| folder.text("pipeline.yaml").matches("Policies:").count();
    assert_eq!(policies(&changed), policies(&folder));
}

#[test]
fn both_sides_of_accounts_are_mended_at_once() {
    let folder = example!("broken/decrypt-in-the-other-account": "sekisho.yaml", "delivery.yaml", "site.yaml", "pages/index.html");
    let text = folder.text("delivery.yaml").to_owned();
    let start = text.find("          - Sid: ReadByProduction").unwrap();
    let end = start + text[start..].find("\n\n").unwrap();
    let folder = folder.with("delivery.yaml", &format!("{}{}", text[..start].trim_end(), &text[end..]));
    let report = rehearsed(&folder);
    let decrypt = errors(&report).into_iter().find(|finding| finding.call.as_ref().unwrap().action == "kms:Decrypt").unwrap();
    assert_eq!(decrypt.repairs[0].patches.len(), 2, "{decrypt:#?}");
    let (changed, report) = mended(&folder, &[]);
    assert!(errors(&report).is_empty(), "{:#?}", errors(&report));
    for path in ["delivery.yaml", "site.yaml"] {
        assert!(lines_of(changed.text(path), folder.text(path)).iter().any(|line| line.contains("kms:ViaService")), "{path}");
    }
}

#[test]
fn a_bucket_without_a_policy_gets_one() {
    let folder = example!("broken/bucket-policy-of-the-wrong-account": "sekisho.yaml", "delivery.yaml", "site.yaml", "pages/index.html");
    let text = folder.text("delivery.yaml").to_owned();
    let start = text.find("  ArtifactsPolicy:\n").unwrap();
    let end = start + text[start..].find("\n\n").unwrap() + 2;
    let folder = folder.with("delivery.yaml", &format!("{}{}", &text[..start], &text[end..]));
    let lines = added(&folder, "delivery.yaml");
    assert_eq!(
        lines,
        [
            "ArtifactsPolicy:",
            "Type: AWS::S3::BucketPolicy",
            "Bucket: !Ref Artifacts",
            "Action: s3:GetObject",
            "Resource: !Sub ${Artifacts.Arn}/press/*",
        ]
    );
    let names = |folder: &Folder| folder.text("delivery.yaml").matches("!Ref DeployRole").count();
    assert_eq!(names(&mended(&folder, &[]).0), names(&folder) + 1);
}

#[test]
fn what_a_service_is_handed_is_handed_to_that_service_alone() {
    let folder = example!("broken/pass-role-missing": "sekisho.yaml", "delivery.yaml", "stack/settings.yaml");
    let lines = added(&folder, "delivery.yaml");
    assert!(lines.iter().any(|line| line.contains("iam:PassedToService: cloudformation.amazonaws.com")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("!GetAtt StackRole.Arn")), "{lines:#?}");
}

#[test]
fn a_name_that_would_close_a_circle_is_not_used() {
    // The role names the key: the key's policy cannot name the role so that CloudFormation could make both.
    let folder = example!("broken/secret-under-a-key-of-its-own": "sekisho.yaml", "delivery.yaml", "app/buildspec.yml");
    let folder = folder.replaced(
        "delivery.yaml",
        "            Action: kms:*\n            Resource: \"*\"\n",
        "            Action: kms:*\n            Resource: \"*\"\n            Condition: { ArnNotEquals: { aws:PrincipalArn: !Sub \"arn:aws:iam::${AWS::AccountId}:role/survey-build\" } }\n",
    );
    let own = "                Resource: !Ref Password\n";
    let allow = format!("{own}              - {{ Effect: Allow, Action: kms:Decrypt, Resource: !GetAtt SecretKey.Arn }}\n");
    let folder = folder.replaced("delivery.yaml", own, &allow);
    let lines = added(&folder, "delivery.yaml");
    assert!(!lines.iter().any(|line| line.contains("BuildRole.Arn")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("aws:PrincipalArn")), "{lines:#?}");
}

#[test]
fn awss_own_key_is_not_repaired_but_replaced() {
    let folder =
        example!("broken/project-without-the-key": "sekisho.yaml", "delivery.yaml", "site.yaml", "pages/buildspec.yml", "pages/index.html");
    let report = rehearsed(&folder);
    assert!(errors(&report)[0].title.ends_with("on AWS's key for S3 of account dev"), "{}", errors(&report)[0].title);
    assert_eq!(added(&folder, "delivery.yaml"), ["EncryptionKey: !GetAtt Key.Arn"]);
}

#[test]
fn a_condition_of_a_key_that_names_another_caller_names_this_one() {
    let folder = example!("broken/key-policy-names-another-role": "sekisho.yaml", "delivery.yaml", "target.yaml", "stack/settings.yaml");
    let named = "            Principal: { AWS: !Ref StackRole }\n            Action: kms:Decrypt\n            Resource: \"*\"\n";
    let by_condition = "            Principal: { AWS: \"arn:aws:iam::222222222222:root\" }\n            Action: kms:Decrypt\n            Resource: \"*\"\n            Condition: { ArnEquals: { aws:PrincipalArn: !Ref StackRole } }\n";
    let folder = folder.replaced("delivery.yaml", named, by_condition);
    let lines = added(&folder, "delivery.yaml");
    assert_eq!(lines, ["Condition: { ArnEquals: { aws:PrincipalArn: !Ref DeployRole } }"]);
}
