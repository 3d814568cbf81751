"""Signs requests with botocore and awscli, for tests that ask whether they are verified.

Run: python3 record.py (from this folder; needs boto3 and awscli).
"""
import datetime, json, os
import botocore.auth, botocore.awsrequest, botocore.credentials
from awscli.customizations import codecommit

ID, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/with+letters=="
NOW = datetime.datetime(2026, 11, 22, 5, 0, 0, tzinfo=datetime.timezone.utc)
for module in (botocore.auth, codecommit):
    module.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW

CASES = [
    ("s3", "GET", "/bucket/a%20key/with%2Bplus/%C3%A4~", {"versionId": "v 1"}, {}, b""),
    ("s3", "PUT", "/bucket/..//x/./y", {}, {"x-amz-meta-a": "two  spaces", "Content-Type": "text/plain"}, b"body"),
    ("s3", "GET", "/bucket", {"list-type": "2", "prefix": "a/b c+d", "delimiter": "/"}, {}, b""),
    ("s3", "PUT", "/bucket", {"policy": ""}, {}, b"{}"),
    ("sts", "POST", "/", {}, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, b"Action=GetCallerIdentity&Version=2011-06-15"),
    ("kms", "POST", "/", {}, {"X-Amz-Target": "TrentService.Encrypt", "Content-Type": "application/x-amz-json-1.1"}, b'{"KeyId":"k"}'),
    ("lambda", "POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Afunction%3Af/invocations", {"Qualifier": "$LATEST"}, {}, b"{}"),
    ("iam", "GET", "/", {"Action": "GetUser", "Version": "2010-05-08", "UserName": "a/b@c"}, {}, b""),
]


def request(case):
    service, method, path, params, headers, body = case
    headers = dict(headers, Host="127.0.0.1:4566")
    return botocore.awsrequest.AWSRequest(method, "http://127.0.0.1:4566" + path, headers, body, params)


def record(case, signer, prepared):
    target = prepared.url.removeprefix("http://127.0.0.1:4566")
    text = lambda v: v.decode() if isinstance(v, bytes) else v
    headers = [[k, text(v)] for k, v in prepared.headers.items() if k.lower() not in ("content-length",)]
    return {"kind": signer, "service": case[0], "method": case[1], "target": target, "headers": headers, "body": case[5].decode()}


def main():
    out = []
    for token in (None, TOKEN):
        credentials = botocore.credentials.Credentials(ID, SECRET, token)
        for case in CASES:
            s3 = case[0] == "s3"
            signed = request(case)
            (botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth)(credentials, case[0], "us-east-1").add_auth(signed)
            out.append(record(case, "header", signed.prepare()))
            if case[1] == "GET":
                query = request(case)
                (botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth)(credentials, case[0], "us-east-1", expires=600).add_auth(query)
                out.append(record(case, "query", query.prepare()))
    os.makedirs("sigv4", exist_ok=True)
    json.dump(out, open("sigv4/botocore.json", "w"), indent=1)

    class Session:
        token = None
        def get_credentials(self):
            return botocore.credentials.Credentials(ID, SECRET, self.token)

    session, git = Session(), []
    for host, path in [("127.0.0.1:4566", "v1/repos/shop"), ("git-codecommit.us-east-1.amazonaws.com", "v1/repos/a-b_c.d")]:
        command = codecommit.CodeCommitGetCommand(session)
        url = command.extract_url({"protocol": "http", "host": host, "path": path})
        git.append({"host": host, "path": "/" + path, "password": command.sign_request("us-east-1", url)})
    os.makedirs("git", exist_ok=True)
    json.dump(git, open("git/awscli.json", "w"), indent=1)


main()
