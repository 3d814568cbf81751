use crate::{
    GetObjectInput, GetObjectOutput, S3, examples, lock,
    read::{self, May, demands},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An object, or a range of it. Objects under KMS keys are opened on behalf of the caller.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
pub struct GetObject;

impl Operation for GetObject {
    type Service = S3;
    const NAME: &'static str = "GetObject";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetObjectInput;
    type Output = GetObjectOutput;

    fn demands(input: &GetObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        demands(input, facts)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetObjectInput) -> Result<GetObjectOutput, Error> {
        let may = May::of(call);
        let mut opened = read::open(call, input, Self::NAME, may)?;
        call.answer_with(opened.object.body_parts(&opened.key), opened.start, opened.output.content_length);
        opened.output.lock = lock::told(call, &opened.held);
        Ok(opened.output)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            ("encrypted by a KMS key", examples::with_encrypted(examples::object(json!({}))).inside(["kms:Decrypt"])),
            ("of a version", examples::with_version(examples::object(json!({"VersionId": "$2/VersionId"})))),
            ("of what is not there", examples::with_bucket(examples::object(json!({}))).fails("NoSuchKey")),
        ]
    }
}
