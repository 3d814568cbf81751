//! Amazon SNS and Amazon SQS: topics that are published to, and queues that are sent to.
//! Sources: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html>,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>

use super::{
    call::{Imagined, Perform, arn, last, required, with},
    services::{Sns, Sqs, known},
    state::{Gap, found, note},
};
use base::Arn;
use gate::{Demand, Demands, Error, Registration, Scope, Service, View};
use serde_json::{Value, json};

pub(super) fn topics() -> Registration {
    with::<Publish>(known::<Sns>().operation::<Perform<Sns>>())
}

pub(super) fn queues() -> Registration {
    with::<SendMessage>(known::<Sqs>().operation::<Perform<Sqs>>())
}

struct Publish;

impl Imagined for Publish {
    type Service = Sns;
    const NAME: &'static str = "Publish";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, _facts: &mut View<'_, Sns>) -> Result<Demands, Error> {
        Ok(Demand::new("sns:Publish", arn(required(input, "TopicArn")?)?).into())
    }

    fn execute(call: &mut Scope<'_, Sns>, input: Value) -> Result<Value, Error> {
        let topic = arn(required(&input, "TopicArn")?)?;
        sealed(call, &topic, "topic", "aws:sns:topicArn")?;
        Ok(json!({"MessageId": base::uuid(call.entropy())}))
    }
}

struct SendMessage;

/// A queue's ARN by its URL, `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`.
pub(super) fn arn_of(url: &str) -> Option<String> {
    let mut parts = url.strip_prefix("https://sqs.")?.split('/');
    let region = parts.next()?.split('.').next()?;
    Some(format!("arn:aws:sqs:{region}:{}:{}", parts.next()?, parts.next()?))
}

fn queue(input: &Value) -> Result<Arn, Error> {
    let url = required(input, "QueueUrl")?;
    let found = arn_of(url).ok_or_else(|| Error::validation(format!("'{url}' is not the URL of a queue")))?;
    arn(&found)
}

impl Imagined for SendMessage {
    type Service = Sqs;
    const NAME: &'static str = "SendMessage";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, _facts: &mut View<'_, Sqs>) -> Result<Demands, Error> {
        Ok(Demand::new("sqs:SendMessage", queue(input)?).into())
    }

    fn execute(call: &mut Scope<'_, Sqs>, input: Value) -> Result<Value, Error> {
        sealed(call, &queue(&input)?, "queue", "aws:sqs:arn")?;
        Ok(json!({"MessageId": base::uuid(call.entropy())}))
    }
}

/// A message under a key of the user's own: who sends it needs the key.
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
fn sealed<S: Service>(call: &mut Scope<'_, S>, arn: &Arn, what: &str, context: &str) -> Result<(), Error> {
    let Some(thing) = found(call, arn.as_str())? else {
        return note(call, Gap::Assumed, arn.as_str(), format!("the {what} {} is in no template", last(arn.as_str())));
    };
    let Some(key) = thing.properties["KmsMasterKeyId"].as_str().filter(|key| !key.starts_with("alias/aws/")) else { return Ok(()) };
    let caller = call.forward();
    let context = json!({context: arn});
    let made =
        call.invoke_named(&caller, "kms:GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context}))?;
    let blob = &made["CiphertextBlob"];
    call.invoke_named(&caller, "kms:Decrypt", json!({"CiphertextBlob": blob, "EncryptionContext": context})).map(drop)
}
