//! What only a user may weaken: nothing is changed of it unless its guardrail is named, and then the rehearsal is clean.

use crate::{Folder, cross_account, errors, example, mended, quickstart, rehearsed};

/// The guardrail of each error's best repair.
fn names(folder: &Folder) -> Vec<String> {
    let report = rehearsed(folder);
    let mut names: Vec<String> =
        errors(&report).iter().map(|finding| finding.repairs[0].guardrail.clone().unwrap_or_else(|| panic!("{finding:#?}"))).collect();
    names.sort();
    names.dedup();
    names
}

fn holds(folder: &Folder, guardrail: &str) -> Folder {
    assert_eq!(names(folder), [guardrail]);
    assert_eq!(mended(folder, &[]).0, *folder, "it was changed without its name");
    assert_eq!(mended(folder, &["another"]).0, *folder);
    let (changed, report) = mended(folder, &[guardrail]);
    assert_ne!(changed, *folder);
    assert!(errors(&report).is_empty(), "{:#?}", errors(&report));
    changed
}

const READ: &str = "              - Effect: Allow\n                Action: [codebuild:StartBuild";

#[test]
fn a_deny_of_the_callers_own_policies() {
    let deny =
        format!("              - {{ Sid: NotThere, Effect: Deny, Action: s3:PutObject, Resource: !Sub \"${{Site.Arn}}/*\" }}\n{READ}");
    let folder = quickstart().replaced("template.yaml", READ, &deny);
    holds(&folder, "the Deny NotThere");
}

#[test]
fn a_deny_of_a_bucket() {
    let folder = example!("broken/bucket-insists-on-kms": "sekisho.yaml", "delivery.yaml", "pages/index.html");
    let changed = holds(&folder, "the Deny OnlyEncryptedByKms");
    assert!(changed.text("delivery.yaml").contains("ArnNotEquals: { aws:PrincipalArn: !GetAtt PipelineRole.Arn }"));
}

#[test]
fn a_boundary_that_does_not_allow_it() {
    let folder = example!("broken/boundary-without-the-action": "sekisho.yaml", "delivery.yaml", "app/buildspec.yml");
    holds(&folder, "the permissions boundary");
}

#[test]
fn a_deny_in_a_boundary() {
    let folder = example!("broken/boundary-without-the-action": "sekisho.yaml", "delivery.yaml", "app/buildspec.yml");
    let most = "Action: [logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents, s3:GetObject, s3:GetObjectVersion, s3:PutObject]";
    let deny = "Action: \"*\"\n            Resource: \"*\"\n          - Sid: NoGreeting\n            Effect: Deny\n            Action: ssm:GetParameters";
    let folder = folder.replaced("delivery.yaml", most, deny);
    holds(&folder, "the Deny NoGreeting");
}

#[test]
fn a_condition_of_trust_that_is_never_met() {
    let folder = example!("broken/external-id-never-sent": "sekisho.yaml", "delivery.yaml", "target.yaml", "stack/settings.yaml");
    let changed = holds(&folder, "the condition sts:ExternalId of the trust in DeployRole");
    assert!(changed.text("target.yaml").contains("ArnEquals: { aws:PrincipalArn:"), "the other condition stays");
}

#[test]
fn a_condition_of_trust_that_names_another() {
    let folder = cross_account().replaced("target.yaml", "role/shop-pipeline", "role/another");
    let guardrail = "the condition aws:PrincipalArn of the trust in DeployRole";
    let changed = holds(&folder, guardrail);
    assert!(!changed.text("target.yaml").contains("role/another"), "{}", changed.text("target.yaml"));
    assert!(changed.text("target.yaml").contains("aws:PrincipalArn"), "no condition is lost");
}

#[test]
fn a_second_statement_of_trust_without_the_condition() {
    // Nobody but an account that does not take part is trusted, and under a condition that is never met.
    let folder = example!("broken/external-id-never-sent": "sekisho.yaml", "delivery.yaml", "target.yaml", "stack/settings.yaml");
    let folder = folder.replaced("target.yaml", "\"arn:aws:iam::${DevAccount}:root\"", "\"arn:aws:iam::333333333333:root\"");
    let report = rehearsed(&folder);
    assert!(errors(&report)[0].repairs.iter().all(|repair| repair.guardrail.is_some()), "{:#?}", errors(&report));
    assert_eq!(mended(&folder, &[]).0, folder);
}
