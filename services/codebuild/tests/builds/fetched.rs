//! Variables from Parameter Store and Secrets Manager: read as the role, masked in the log, denied with the build's end.

use crate::yard::{ALL, Yard, phase};
use serde_json::json;

const SPEC: &str = "version: 0.2
env:
  parameter-store: {TOKEN: '/app/token:1', HIDDEN: /app/none}
  secrets-manager: {PASSWORD: 'db:password'}
phases:
  build:
    commands:
      - echo \"$TOKEN-$PASSWORD-$REGION-$HIDDEN\" | tr a-z A-Z
      - echo \"it is $TOKEN and $PASSWORD\"
      - echo squeamish && false
";

fn rights(more: &str) -> String {
    let actions = r#""logs:*","s3:*","kms:*""#;
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":[{actions}{more}],"Resource":"*"}}}}"#)
}

fn prepared(policy: &str) -> Yard {
    let yard = Yard::new(policy);
    let secure = json!({"Name": "/app/token", "Type": "SecureString", "Value": "squeamish", "KeyId": yard.key});
    yard.call("ssm:PutParameter", secure);
    yard.call("ssm:PutParameter", json!({"Name": "region", "Type": "String", "Value": "nether"}));
    yard.call("secretsmanager:CreateSecret", json!({"Name": "db", "SecretString": json!({"password": "ossifrage"}).to_string()}));
    let variables = json!([
        {"name": "REGION", "value": "region", "type": "PARAMETER_STORE"},
        {"name": "HIDDEN", "value": "plain", "type": "PLAINTEXT"}
    ]);
    yard.project(json!({
        "source": {"type": "NO_SOURCE", "buildspec": SPEC},
        "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL", "environmentVariables": variables},
    }));
    yard
}

#[test]
fn values_reach_the_commands_and_not_the_log() {
    let yard = prepared(&rights(r#","ssm:GetParameters","secretsmanager:GetSecretValue""#));
    let build = yard.finish(&yard.start(json!({})));
    let log = yard.log(&build);
    assert!(log.contains("SQUEAMISH-OSSIFRAGE-NETHER-PLAIN"), "{log}");
    assert!(log.contains("it is *** and ***"), "{log}");
    assert!(log.contains("Decrypting parameter store environment variables"), "{log}");
    let told = phase(&build, "BUILD").1;
    assert_eq!(told, "COMMAND_EXECUTION_ERROR Error while executing command: echo *** && false. Reason: exit status 1");
    for secret in ["squeamish", "ossifrage"] {
        assert!(!log.contains(secret) && !build["phases"].to_string().contains(secret), "{log}\n{build:#}");
    }
    // What the project says stays what it says.
    assert_eq!(build["environment"]["environmentVariables"][0], json!({"name": "REGION", "value": "region", "type": "PARAMETER_STORE"}));
}

#[test]
fn a_role_without_the_right_ends_the_build() {
    let yard = prepared(ALL);
    let build = yard.finish(&yard.start(json!({})));
    let (status, told) = phase(&build, "DOWNLOAD_SOURCE");
    assert_eq!((build["buildStatus"].as_str(), status.as_str()), (Some("FAILED"), "FAILED"));
    assert!(told.starts_with("Decrypted Variables Error AccessDeniedException: "), "{told}");
    assert!(
        told.contains("is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:111111111111:parameter/"),
        "{told}"
    );

    let yard = prepared(&rights(r#","ssm:GetParameters""#));
    let told = phase(&yard.finish(&yard.start(json!({}))), "DOWNLOAD_SOURCE").1;
    assert!(told.starts_with("Secrets Manager Error AccessDeniedException: "), "{told}");
    let over = json!([{"name": "HIDDEN", "value": "/app/none", "type": "PARAMETER_STORE"}]);
    let told = phase(&yard.finish(&yard.start(json!({"environmentVariablesOverride": over}))), "DOWNLOAD_SOURCE").1;
    assert_eq!(told, "Decrypted Variables Error parameter does not exist: /app/none");
}
