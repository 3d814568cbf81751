use crate::{
    GetObjectInput, GetObjectOutput, S3, examples, lock,
    read::{self, May, demands},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// All of an object but its bytes. As on AWS it needs the rights of a read, the KMS key's among them.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
pub struct HeadObject;

impl Operation for HeadObject {
    type Service = S3;
    const NAME: &'static str = "HeadObject";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetObjectInput;
    type Output = GetObjectOutput;

    fn demands(input: &GetObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        demands(input, facts)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetObjectInput) -> Result<GetObjectOutput, Error> {
        let may = May::of(call);
        let opened = read::open(call, input, Self::NAME, may)?;
        Ok(GetObjectOutput { lock: lock::told(call, &opened.held), ..opened.output })
    }

    fn example() -> Example {
        super::get_object::GetObject::example()
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("of what is not there", examples::with_bucket(examples::object(json!({}))).fails("NoSuchKey"))]
    }
}
