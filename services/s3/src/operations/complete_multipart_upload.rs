use crate::{
    Checksums, Encryption, S3, Unsupported, WriteIf, access,
    checksums::{self, COMPOSITE, FULL},
    encryption::{Wrapped, open_key},
    error, examples, lifecycle,
    multipart::{self, MAX_PARTS, SMALLEST_PART},
    names::{quoted, unquoted},
    objects,
    state::{Object, StoredPart, Upload, UploadedPart},
    write::{self, MOST_AT_ONCE},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// Makes an object of the parts of an upload.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>
pub struct CompleteMultipartUpload;

/// A part as the uploader knows it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CompletedPart {
    /// Its number.
    pub part_number: u64,
    /// Its ETag.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// Its checksum.
    #[serde(flatten)]
    pub checksums: Checksums,
}

/// The parts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CompletedMultipartUpload {
    /// In order.
    #[serde(default)]
    pub parts: Vec<CompletedPart>,
}

/// Which upload, of which parts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CompleteMultipartUploadInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The upload.
    pub upload_id: String,
    /// The parts.
    pub multipart_upload: CompletedMultipartUpload,
    /// Bytes of all parts together.
    pub mpu_object_size: Option<u64>,
    /// As at the beginning.
    pub checksum_type: Option<String>,
    /// The checksum of the whole, verified against what the parts make.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// Conditions.
    #[serde(flatten)]
    pub conditions: WriteIf,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// The object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CompleteMultipartUploadOutput {
    /// Its address.
    pub location: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// In versioned buckets.
    pub version_id: Option<String>,
    /// When it ends by a lifecycle rule, and which.
    pub expiration: Option<String>,
    /// `COMPOSITE` or `FULL_OBJECT`.
    pub checksum_type: Option<String>,
    /// As stored.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// As stored.
    #[serde(flatten)]
    pub encryption: Encryption,
}

/// Bytes of an object: as many as 10,000 parts of 5 GiB have.
const MOST: u64 = MAX_PARTS * MOST_AT_ONCE;

/// The uploaded parts that were named, in order, each of them as it was named.
fn chosen(named: &[CompletedPart], uploaded: Vec<(u64, UploadedPart)>) -> Result<Vec<UploadedPart>, Error> {
    if named.is_empty() || named.len() as u64 > MAX_PARTS {
        return Err(error::malformed_xml());
    }
    if !named.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(Error::new(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
        ));
    }
    let mut uploaded: BTreeMap<u64, UploadedPart> = uploaded.into_iter().collect();
    let mut parts = Vec::with_capacity(named.len());
    for (index, name) in named.iter().enumerate() {
        let part = uploaded
            .remove(&name.part_number)
            .filter(|part| part.etag == unquoted(&name.etag) && name.checksums.agree_with(&part.checksums))
            .ok_or_else(|| {
                let message = "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
                Error::new("InvalidPart", message).member("PartNumber", name.part_number).member("ETag", name.etag.as_str())
            })?;
        if part.length < SMALLEST_PART && index + 1 < named.len() {
            return Err(Error::new("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
                .member("ProposedSize", part.length)
                .member("MinSizeAllowed", SMALLEST_PART)
                .member("PartNumber", name.part_number)
                .member("ETag", name.etag.as_str()));
        }
        parts.push(part);
    }
    Ok(parts)
}

/// The MD5 of the parts' MD5s, and their number.
fn etag(call: &Authorized<'_, CompleteMultipartUpload>, key: &Wrapped, parts: &[UploadedPart]) -> String {
    let mut sum = Md5::new();
    for md5 in parts.iter().filter_map(|part| part.md5.as_ref()) {
        sum.update(hex::decode(md5).unwrap_or_default());
    }
    format!("{}-{}", key.etag(call, Some(&hex::encode(sum.finalize()))), parts.len())
}

/// The object's checksum, made of the parts' ones, and its type.
fn checksums(
    input: &CompleteMultipartUploadInput,
    upload: &Upload,
    parts: &[UploadedPart],
) -> Result<Option<(Checksums, &'static str)>, Error> {
    let Some(algorithm) = upload.checksum_algorithm.as_deref().map(checksums::algorithm).transpose()? else {
        // Nobody asked for one: it is there if all parts have it.
        let whole = Checksums::whole(checksums::DEFAULT, parts.iter().map(|p| (p.crc64nvme.as_deref(), p.length)));
        if let Some(whole) = &whole {
            input.checksums.verify(whole)?;
        }
        return Ok(whole.map(|whole| (whole, FULL)));
    };
    let kind = if upload.checksum_type.as_deref() == Some(COMPOSITE) { COMPOSITE } else { FULL };
    if input.checksum_type.as_deref().is_some_and(|asked| asked != kind) {
        return Err(error::invalid_request(format!(
            "The upload was created using the {kind} checksum mode. The complete request must use the same checksum mode."
        )));
    }
    let made = if kind == COMPOSITE {
        if let Some(without) = input.multipart_upload.parts.iter().find(|part| part.checksums.get(algorithm).is_none()) {
            return Err(error::invalid_request(format!(
                "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {} in the request.",
                algorithm.name().to_lowercase(),
                without.part_number
            )));
        }
        let of_parts: Vec<Checksums> = parts.iter().map(|p| p.checksums.clone()).collect();
        Checksums::composite(algorithm.name(), &of_parts)
    } else {
        Checksums::whole(algorithm, parts.iter().map(|p| (p.checksums.get(algorithm), p.length)))
    };
    let made = made.ok_or_else(|| Error::internal("a part was stored without its checksum"))?;
    input.checksums.verify(&made)?;
    Ok(Some((made, kind)))
}

impl Operation for CompleteMultipartUpload {
    type Service = S3;
    const NAME: &'static str = "CompleteMultipartUpload";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = CompleteMultipartUploadInput;
    type Output = CompleteMultipartUploadOutput;

    fn demands(input: &CompleteMultipartUploadInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let demand = multipart::demand(facts, "s3:PutObject", &input.bucket, &input.key, &input.upload_id)?;
        Ok(input.conditions.on(demand).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CompleteMultipartUploadInput) -> Result<CompleteMultipartUploadOutput, Error> {
        input.unsupported.check(Self::NAME)?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let upload = multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        let uploaded = multipart::parts(call, &input.bucket, &input.key, &input.upload_id)?;
        let parts = chosen(&input.multipart_upload.parts, uploaded)?;
        let numbers = input.multipart_upload.parts.iter().map(|part| part.part_number);
        let listed: Vec<StoredPart> =
            numbers.zip(&parts).map(|(number, part)| StoredPart { number, size: part.length, checksums: part.checksums.clone() }).collect();
        let size: u64 = parts.iter().map(|p| p.length).sum();
        if let Some(announced) = input.mpu_object_size.filter(|announced| *announced != size) {
            return Err(error::invalid_request(format!(
                "The provided 'x-amz-mp-object-size' header value {announced} does not match what was computed: {size}"
            )));
        }
        if size > MOST {
            return Err(error::too_large("the object", size, MOST));
        }
        let current = objects::current_etag(call, &bucket.name, &input.key)?;
        input.conditions.check(&input.key, current.as_deref())?;
        let (checksums, checksum_type) = checksums(&input, &upload, &parts)?.map_or_else(Default::default, |(sum, kind)| (sum, Some(kind)));
        // On AWS the parts are read to be put together, so the caller needs the key once more.
        open_key(call, &upload.key, &input.bucket, &input.key)?;
        let held = upload.lock.clone().at_completion(call.now()).held(&bucket, call.now())?;
        let etag = etag(call, &upload.key, &parts);
        let kept: HashSet<String> = parts.iter().filter_map(|p| p.stretch.as_ref()).map(|s| s.body.clone()).collect();
        multipart::close(call, &input.bucket, &input.key, &input.upload_id, &kept)?;
        let count = parts.len();
        let object = Object {
            etag: etag.clone(),
            size,
            stretches: parts.into_iter().filter_map(|p| p.stretch).collect(),
            parts: Some(count),
            key: upload.key,
            content: upload.content,
            checksum_type: checksum_type.map(Into::into),
            checksums,
            tags: upload.tags,
        };
        let (encryption, checksum_type, checksums) = (object.key.told(), object.checksum_type.clone(), object.checksums.clone());
        let expiration = lifecycle::told_of_new(call, &bucket, &input.key, &object)?;
        let version_id = write::store(call, &bucket, &input.key, object, held, "ObjectCreated:CompleteMultipartUpload")?;
        objects::keep_parts(call, &bucket.name, &input.key, version_id.as_deref(), &listed)?;
        let location =
            format!("https://{}.s3.{}.amazonaws.com/{}", bucket.name, bucket.region, wire::encoding::encode_path(input.key.as_bytes()));
        Ok(CompleteMultipartUploadOutput {
            location,
            bucket: input.bucket,
            key: input.key,
            etag: quoted(&etag),
            version_id,
            expiration,
            checksum_type,
            checksums,
            encryption,
        })
    }

    fn example() -> Example {
        let part = json!({"PartNumber": 1, "ETag": "$2/ETag"});
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "UploadId": "$1/UploadId", "MultipartUpload": {"Parts": [part]}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:CreateMultipartUpload", json!({"Bucket": "example-bucket", "Key": "a"}))
            .after("s3:UploadPart", json!({"Bucket": "example-bucket", "Key": "a", "UploadId": "$1/UploadId", "PartNumber": 1}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![(
            "with a KMS key",
            examples::with_encrypted_upload(examples::object(
                json!({"UploadId": "$2/UploadId", "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "$3/ETag"}]}}),
            ))
            .after("s3:UploadPart", examples::object(json!({"UploadId": "$2/UploadId", "PartNumber": 1})))
            .inside(["kms:Decrypt"]),
        )]
    }
}
