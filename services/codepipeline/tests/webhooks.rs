//! Webhooks: what proves itself and fits starts the pipeline, and nothing else does.

mod common;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use common::{DEV, Delivery};
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &str = "between the host and us";

fn webhook(authentication: &str, configuration: Value) -> Value {
    json!({"webhook": {
        "name": "push", "targetPipeline": "shop", "targetAction": "Bundle",
        "filters": [{"jsonPath": "$.ref", "matchEquals": "refs/heads/main"}, {"jsonPath": "$.key", "matchEquals": "{S3ObjectKey}"}],
        "authentication": authentication, "authenticationConfiguration": configuration,
    }})
}

fn put(delivery: &Delivery, authentication: &str, configuration: Value) -> Value {
    delivery.ok(&delivery.dev, "codepipeline:PutWebhook", webhook(authentication, configuration))["webhook"].clone()
}

fn push() -> Value {
    json!({"ref": "refs/heads/main", "key": "bundle.zip"})
}

fn request(made: &Value, secret: &str, id: &str, payload: &Value) -> Value {
    let body = payload.to_string();
    let signature = format!("sha256={}", hex::encode(sign(&Key::new(HMAC_SHA256, secret.as_bytes()), body.as_bytes())));
    let (_, token) = made["url"].as_str().unwrap().split_once("?t=").unwrap();
    json!({"WebhookArn": made["arn"], "Token": token, "Delivery": id, "Signature": signature, "Body": body})
}

/// The same as a form, as GitHub sends it where nothing else is chosen: what is signed is the form.
fn form(made: &Value, secret: &str, id: &str, payload: &Value) -> Value {
    let body: String = payload.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut request = request(made, secret, id, payload);
    request["Body"] = json!(format!("payload={body}"));
    let signed = sign(&Key::new(HMAC_SHA256, secret.as_bytes()), request["Body"].as_str().unwrap().as_bytes());
    request["Signature"] = json!(format!("sha256={}", hex::encode(signed)));
    request
}

fn post(delivery: &Delivery, request: Value) -> Result<usize, Error> {
    let answer = delivery.world.call(None, "codepipeline:ReceiveWebhook", request)?;
    delivery.run();
    Ok(answer["started"].as_array().unwrap().len())
}

#[test]
fn what_is_signed_and_fits_starts_the_pipeline_once() {
    let delivery = Delivery::new();
    delivery.create();
    let made = put(&delivery, "GITHUB_HMAC", json!({"SecretToken": SECRET}));
    assert_eq!(made["arn"], format!("arn:aws:codepipeline:us-east-1:{DEV}:webhook:push"));
    assert_eq!(made["definition"]["authenticationConfiguration"], json!({"SecretToken": "****"}));
    for wrong in [
        request(&made, "another secret", "one", &push()),
        request(&json!({"arn": made["arn"], "url": "x?t=00"}), SECRET, "one", &push()),
        json!({"WebhookArn": made["arn"], "Body": push().to_string()}),
        json!({"WebhookArn": "arn:aws:codepipeline:us-east-1:111111111111:webhook:other", "Body": "{}"}),
    ] {
        let error = post(&delivery, wrong.clone()).unwrap_err();
        assert!(error.code.starts_with("AccessDenied"), "{wrong}: {error}");
    }
    for other in [json!({"ref": "refs/heads/dev", "key": "bundle.zip"}), json!({"ref": "refs/heads/main"}), json!({})] {
        assert_eq!(post(&delivery, request(&made, SECRET, "two", &other)).unwrap(), 0, "{other}");
    }
    let before = delivery.executions().len();
    // Executions are listed by their times.
    delivery.world.clock.advance(Duration::from_secs(1));
    assert_eq!(post(&delivery, request(&made, SECRET, "three", &push())).unwrap(), 1);
    assert_eq!(post(&delivery, request(&made, SECRET, "three", &push())).unwrap(), 0, "sent again");
    let mut unsigned = form(&made, SECRET, "four", &push());
    unsigned["Signature"] = request(&made, SECRET, "four", &push())["Signature"].clone();
    assert!(post(&delivery, unsigned).unwrap_err().code.starts_with("AccessDenied"), "what is signed is the body as it came");
    assert_eq!(post(&delivery, form(&made, SECRET, "four", &push())).unwrap(), 1);
    assert_eq!(post(&delivery, form(&made, SECRET, "five", &json!({"ref": "refs/heads/dev"}))).unwrap(), 0);
    let executions = delivery.executions();
    assert_eq!(executions.len(), before + 2);
    assert_eq!(executions[0]["trigger"], json!({"triggerType": "Webhook", "triggerDetail": made["arn"]}));
    let listed = delivery.ok(&delivery.dev, "codepipeline:ListWebhooks", json!({}))["webhooks"][0].clone();
    assert!(listed["lastTriggered"].is_number() && listed["url"] == made["url"], "{listed}");
}

#[test]
fn a_change_keeps_the_url_and_a_new_one_has_another() {
    let delivery = Delivery::new();
    delivery.create();
    let made = put(&delivery, "UNAUTHENTICATED", json!({}));
    assert_eq!(post(&delivery, request(&made, "", "", &push())).unwrap(), 1);
    assert_eq!(post(&delivery, request(&made, "", "", &push())).unwrap(), 1, "who does not sign may say the same twice");
    let changed = put(&delivery, "IP", json!({"AllowedIPRange": "203.0.113.128/25"}));
    assert_eq!(changed["url"], made["url"]);
    assert!(post(&delivery, request(&made, "", "", &push())).unwrap_err().code.starts_with("AccessDenied"), "not from there");
    put(&delivery, "IP", json!({"AllowedIPRange": "203.0.113.0/25"}));
    assert_eq!(post(&delivery, request(&made, "", "", &push())).unwrap(), 1, "from there");
    let tags = json!({"resourceArn": made["arn"], "tags": [{"key": "team", "value": "shop"}]});
    delivery.ok(&delivery.dev, "codepipeline:TagResource", tags);
    let tags = delivery.ok(&delivery.dev, "codepipeline:ListTagsForResource", json!({"resourceArn": made["arn"]}));
    assert_eq!(tags["tags"], json!([{"key": "team", "value": "shop"}]));
    delivery.ok(&delivery.dev, "codepipeline:DeleteWebhook", json!({"name": "push"}));
    delivery.ok(&delivery.dev, "codepipeline:DeleteWebhook", json!({"name": "push"}));
    let again = put(&delivery, "UNAUTHENTICATED", json!({}));
    assert_ne!(again["url"], made["url"]);
    assert!(post(&delivery, request(&made, "", "", &push())).unwrap_err().code.starts_with("AccessDenied"), "the old URL");
}

#[test]
fn what_cannot_be_a_webhook_is_refused() {
    let delivery = Delivery::new();
    delivery.create();
    let refused = |code: &str, change: &dyn Fn(&mut Value)| {
        let mut input = webhook("GITHUB_HMAC", json!({"SecretToken": SECRET}));
        change(&mut input["webhook"]);
        assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutWebhook", input).code, code);
    };
    refused("PipelineNotFoundException", &|w| w["targetPipeline"] = json!("other"));
    refused("ValidationException", &|w| w["targetAction"] = json!("Person"));
    refused("ValidationException", &|w| w["name"] = json!("a b"));
    refused("ValidationException", &|w| w["filters"] = json!([]));
    refused("ValidationException", &|w| w["filters"] = json!(vec![w["filters"][0].clone(); 6]));
    refused("ValidationException", &|w| w["authentication"] = json!("NONE"));
    refused("InvalidWebhookFilterPatternException", &|w| w["filters"][0]["jsonPath"] = json!("$..ref"));
    let authentication = "InvalidWebhookAuthenticationParametersException";
    refused(authentication, &|w| w["authenticationConfiguration"] = json!({}));
    refused(authentication, &|w| w["authenticationConfiguration"]["AllowedIPRange"] = json!("10.0.0.0/8"));
    refused(authentication, &|w| w["authentication"] = json!("UNAUTHENTICATED"));
    refused(authentication, &|w| w["authentication"] = json!("IP"));
    let named = json!({"webhookName": "none"});
    for operation in ["codepipeline:RegisterWebhookWithThirdParty", "codepipeline:DeregisterWebhookWithThirdParty"] {
        assert_eq!(delivery.fails(&delivery.dev, operation, named.clone()).code, "WebhookNotFoundException");
    }
    assert_eq!(delivery.ok(&delivery.dev, "codepipeline:ListWebhooks", json!({}))["webhooks"], json!([]));
}
