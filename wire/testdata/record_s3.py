"""Records what botocore sends for each S3 operation, and checks that it reads our answers.

Run from this folder: `python3 record_s3.py` writes s3/requests.json (needs boto3), `python3 record_s3.py settings`
s3/settings-requests.json; `python3 record_s3.py check` parses s3/answers.json and s3/settings-answers.json with botocore and
compares with the outputs they were written from.
"""
import datetime, json, sys
import boto3, botocore.awsrequest, botocore.config, botocore.parsers, botocore.session

DAY = datetime.datetime(2026, 11, 22, 5, 0, 0, tzinfo=datetime.timezone.utc)
B, K = {"Bucket": "bucket"}, {"Bucket": "bucket", "Key": "a key/with+plus/ä%2F&=?#~"}
U = dict(K, UploadId="up+load/=")
STORE = dict(ContentType="text/plain", CacheControl="no-cache", Metadata={"one": "1", "two": "zwei drei"}, ServerSideEncryption="aws:kms",
             SSEKMSKeyId="arn:aws:kms:us-east-1:111122223333:key/k", BucketKeyEnabled=True, StorageClass="STANDARD", Tagging="a=b&c=d",
             ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=DAY, ACL="private")
TAGS = {"TagSet": [{"Key": "a", "Value": "<&>"}]}
REQUESTS = [
    ("ListBuckets", {}), ("ListBuckets", {"MaxBuckets": 5, "Prefix": "b"}),
    ("CreateBucket", B), ("CreateBucket", dict(B, CreateBucketConfiguration={"LocationConstraint": "eu-west-1", "Tags": [{"Key": "a", "Value": "b"}]}, ObjectOwnership="BucketOwnerEnforced", ObjectLockEnabledForBucket=True)),
    ("DeleteBucket", dict(B, ExpectedBucketOwner="111122223333")), ("HeadBucket", B), ("GetBucketLocation", B), ("GetBucketAcl", B),
    ("ListObjects", dict(B, Prefix="a b/", Marker="m+", MaxKeys=7, Delimiter="/")),
    ("ListObjectsV2", dict(B, Prefix="ä/", StartAfter="s", ContinuationToken="t==", FetchOwner=True, MaxKeys=1)),
    ("ListObjectVersions", dict(B, KeyMarker="k", VersionIdMarker="v", OptionalObjectAttributes=["RestoreStatus"])),
    ("ListMultipartUploads", dict(B, UploadIdMarker="u", KeyMarker="k", MaxUploads=3)),
    ("ListParts", dict(U, MaxParts=2, PartNumberMarker=1)),
    ("GetObject", dict(K, VersionId="v", Range="bytes=0-4", IfModifiedSince=DAY, IfNoneMatch='"e"', ResponseContentType="text/x", PartNumber=2, ChecksumMode="ENABLED")),
    ("HeadObject", dict(K, IfUnmodifiedSince=DAY, IfMatch='"e"')),
    ("PutObject", dict(K, Body=b"x", **STORE)), ("PutObject", dict(K, Body=b"", IfNoneMatch="*", SSEKMSEncryptionContext="e30=")),
    ("CopyObject", dict(K, CopySource={"Bucket": "other", "Key": "k+ ä", "VersionId": "v1"}, MetadataDirective="REPLACE", CopySourceIfModifiedSince=DAY, ChecksumAlgorithm="SHA256")),
    ("DeleteObject", dict(K, VersionId="v", BypassGovernanceRetention=True)),
    ("DeleteObjects", dict(B, Delete={"Objects": [{"Key": "only\none & <more>"}], "Quiet": True})),
    ("DeleteObjects", dict(B, Delete={"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "v"}]})),
    ("CreateMultipartUpload", dict(K, ChecksumAlgorithm="CRC32C", ChecksumType="COMPOSITE", **STORE)),
    ("UploadPart", dict(U, PartNumber=3, Body=b"part")),
    ("UploadPartCopy", dict(U, PartNumber=3, CopySource="other/k", CopySourceRange="bytes=0-9")),
    ("CompleteMultipartUpload", dict(U, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"e"', "ChecksumCRC32": "AAAAAA=="}]}, MpuObjectSize=9, IfNoneMatch="*")),
    ("AbortMultipartUpload", U),
    ("PutBucketPolicy", dict(B, Policy='{"Version":"2012-10-17","Statement":[]}', ConfirmRemoveSelfBucketAccess=True)),
    ("GetBucketPolicy", B), ("DeleteBucketPolicy", B), ("GetBucketPolicyStatus", B),
    ("PutBucketVersioning", dict(B, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})), ("GetBucketVersioning", B),
    ("PutBucketEncryption", dict(B, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}, "BucketKeyEnabled": True}]})),
    ("GetBucketEncryption", B), ("DeleteBucketEncryption", B),
    ("PutPublicAccessBlock", dict(B, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": False})),
    ("GetPublicAccessBlock", B), ("DeletePublicAccessBlock", B),
    ("PutBucketTagging", dict(B, Tagging=TAGS)), ("GetBucketTagging", B), ("DeleteBucketTagging", B),
    ("PutBucketOwnershipControls", dict(B, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})), ("GetBucketOwnershipControls", B),
    ("GetObjectTagging", dict(K, VersionId="v")), ("PutObjectTagging", dict(K, Tagging=TAGS)), ("DeleteObjectTagging", K),
    ("GetObjectAcl", dict(K, VersionId="v")), ("PutObjectAcl", dict(K, ACL="private")),
    ("GetObjectAttributes", dict(K, ObjectAttributes=["ETag", "Checksum", "ObjectParts"], MaxParts=5)),
]

ID = dict(B, Id="all")
SETTINGS = [
    ("PutBucketLifecycleConfiguration", dict(B, TransitionDefaultMinimumObjectSize="varies_by_storage_class", LifecycleConfiguration={"Rules": [
        {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {"ID": "b", "Status": "Disabled", "Filter": {"ObjectSizeGreaterThan": 5}, "NoncurrentVersionExpiration": {"NoncurrentDays": 2, "NewerNoncurrentVersions": 1}}]})),
    ("GetBucketLifecycleConfiguration", B), ("DeleteBucketLifecycle", B),
    ("PutBucketNotificationConfiguration", dict(B, NotificationConfiguration={"EventBridgeConfiguration": {}})),
    ("PutBucketNotificationConfiguration", dict(B, NotificationConfiguration={"TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:111122223333:t", "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}],
        "LambdaFunctionConfigurations": [{"LambdaFunctionArn": "l", "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}], "QueueConfigurations": [{"QueueArn": "q", "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}]})),
    ("GetBucketNotificationConfiguration", B),
    ("PutObjectLockConfiguration", dict(B, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})),
    ("GetObjectLockConfiguration", B),
    ("PutObjectRetention", dict(K, VersionId="v", BypassGovernanceRetention=True, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": DAY})),
    ("GetObjectRetention", dict(K, VersionId="v")),
    ("PutObjectLegalHold", dict(K, VersionId="v", LegalHold={"Status": "ON"})), ("GetObjectLegalHold", K),
    ("DeleteBucketOwnershipControls", B), ("PutBucketAcl", dict(B, ACL="private")),
    ("GetBucketCors", B), ("GetBucketWebsite", B), ("GetBucketReplication", B), ("GetBucketLogging", B),
    ("GetBucketAccelerateConfiguration", B), ("GetBucketRequestPayment", B),
    ("GetBucketAnalyticsConfiguration", ID), ("GetBucketIntelligentTieringConfiguration", ID), ("GetBucketInventoryConfiguration", ID), ("GetBucketMetricsConfiguration", ID),
    ("ListBucketAnalyticsConfigurations", B), ("ListBucketIntelligentTieringConfigurations", dict(B, ContinuationToken="t+")), ("ListBucketInventoryConfigurations", B), ("ListBucketMetricsConfigurations", B),
]


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ("ResponseMetadata", "Body")}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def record(requests, name):
    out = []
    for style in ("path", "virtual"):
        client = boto3.client("s3", region_name="us-east-1", endpoint_url="http://s3.test:4566", aws_access_key_id="AKIDEXAMPLE",
                              aws_secret_access_key="secret", config=botocore.config.Config(s3={"addressing_style": style}))
        sent = []

        def send(request, **_):
            sent.append(request)
            raise InterruptedError

        client.meta.events.register("before-send.s3", send)
        names = {client.meta.method_to_api_mapping[m]: m for m in client.meta.method_to_api_mapping}
        for operation, params in requests:
            try:
                getattr(client, names[operation])(**params)
            except InterruptedError:
                pass
            request = sent.pop()
            host, _, target = request.url.removeprefix("http://").partition("/")
            body = request.body.read() if hasattr(request.body, "read") else request.body or b""
            body = body if isinstance(body, str) else bytes(body).decode()
            text = lambda v: v.decode() if isinstance(v, bytes) else v
            headers = [[k, text(v)] for k, v in request.headers.items()]
            headers = [["Host", host]] + [h for h in headers if h[0].lower() not in ("host", "authorization", "user-agent", "amz-sdk-invocation-id")]
            out.append({"operation": operation, "params": plain(params), "method": request.method, "target": "/" + target, "headers": headers, "body": body})
    json.dump(out, open(f"s3/{name}.json", "w"), indent=1, ensure_ascii=False)


def check():
    model = botocore.session.get_session().get_service_model("s3")
    parser = botocore.parsers.RestXMLParser()
    for case in json.load(open("s3/answers.json")) + json.load(open("s3/settings-answers.json")):
        shape = model.operation_model(case["operation"]).output_shape
        headers = botocore.awsrequest.HeadersDict(case["headers"])
        if shape is None:
            assert case["output"] == {}, case["operation"]
            continue
        if case["operation"] == "GetBucketLocation":  # a handler of its own reads this one
            assert ">" + case["output"]["LocationConstraint"] + "</LocationConstraint>" in case["body"]
            continue
        found = plain(parser.parse({"status_code": case["status"], "headers": headers, "body": case["body"].encode()}, shape))
        assert found == case["output"], (case["operation"], found, case["output"])
    print("botocore reads every answer")


match sys.argv[1:]:
    case ["check"]:
        check()
    case ["settings"]:
        record(SETTINGS, "settings-requests")
    case _:
        record(REQUESTS, "requests")
