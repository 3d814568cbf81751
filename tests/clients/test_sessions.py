"""Every kind of session, by the AWS CLI and boto3: of users, of roles, and of those for whom an OpenID Connect issuer vouches."""

import base64
import json
import time
import unittest

import boto3
import botocore
import botocore.config
import botocore.exceptions
import rsa

from harness import DEV, PROD, REGION, Served

ISSUER = "https://ci.example.com"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer:
    """An issuer whose keys are given to the server in a file."""

    def __init__(self):
        self.public, self.private = rsa.newkeys(2048)

    def keys(self):
        return {"keys": [{"kty": "RSA", "kid": "ci", "use": "sig", "alg": "RS256", "n": number(self.public.n), "e": number(self.public.e)}]}

    def token(self, **more):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": "repo:team/app:main", "iat": now, "exp": now + 300, **more}
        header = {"alg": "RS256", "kid": "ci", "typ": "JWT"}
        text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{encoded(rsa.sign(text.encode(), self.private, 'SHA-256'))}"


def document(actions, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*", **more}})


def trust(principal, actions, condition=None):
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": {**statement, **({"Condition": condition} if condition else {})}})


class Sessions(Served):
    def setUp(self):
        self.issuer = Issuer()
        super().setUp()

    def arguments(self):
        path = self.temporary / "issuer.json"
        path.write_text(json.dumps(self.issuer.keys()))
        return ["--oidc-keys", f"{ISSUER}={path}"]

    def signed_by(self, environment, credentials):
        """The environment of these temporary or long-lived credentials."""
        token = credentials.get("SessionToken")
        fresh = {**environment, "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"]}
        fresh.pop("AWS_SESSION_TOKEN", None)
        return {**fresh, **({"AWS_SESSION_TOKEN": token} if token else {})}

    def user(self, environment, name, policy):
        self.aws(environment, "iam", "create-user", "--user-name", name)
        self.aws(environment, "iam", "put-user-policy", "--user-name", name, "--policy-name", "main", "--policy-document", policy)
        return self.signed_by(environment, self.answer(environment, "iam", "create-access-key", "--user-name", name)["AccessKey"])

    def refused(self, environment, says, *arguments):
        self.assertIn(says, self.aws(environment, *arguments, check=False).stderr)

    def test_sessions_of_a_user(self):
        dev = self.account("dev")
        user = self.user(dev, "somebody", document(["s3:ListAllMyBuckets", "sts:GetFederationToken", "iam:*"]))
        self.refused(dev, "Cannot call GetSessionToken with session credentials", "sts", "get-session-token")
        session = self.signed_by(dev, self.answer(user, "sts", "get-session-token", "--duration-seconds", "900")["Credentials"])
        self.assertEqual(self.answer(session, "sts", "get-caller-identity")["Arn"], f"arn:aws:iam::{DEV}:user/somebody")
        self.aws(session, "s3", "ls")
        self.refused(session, "InvalidClientTokenId", "iam", "list-users")
        made = self.answer(user, "sts", "get-federation-token", "--name", "guest", "--policy", document("s3:*"))
        self.assertEqual(made["FederatedUser"], {"FederatedUserId": f"{DEV}:guest", "Arn": f"arn:aws:sts::{DEV}:federated-user/guest"})
        guest = self.signed_by(dev, made["Credentials"])
        self.aws(guest, "s3", "ls")
        self.refused(guest, "no identity-based policy", "s3", "mb", "s3://guests-bucket")
        self.refused(guest, "AccessDenied", "sts", "get-session-token")
        events = self.answer(dev, "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=CreateBucket")
        denied = json.loads(events["Events"][0]["CloudTrailEvent"])
        self.assertEqual(denied["userIdentity"]["type"], "FederatedUser")
        message = denied["additionalEventData"]["denial"]["encoded_message"]
        decoded = json.loads(self.answer(dev, "sts", "decode-authorization-message", "--encoded-message", message)["DecodedMessage"])
        self.assertEqual((decoded["allowed"], decoded["context"]["action"]), (False, "s3:CreateBucket"))
        self.refused(self.account("prod"), "InvalidAuthorizationMessageException", "sts", "decode-authorization-message", "--encoded-message", message)

    def test_a_roles_session_with_policies_and_tags(self):
        dev = self.account("dev")
        actions = ["sts:AssumeRole", "sts:TagSession"]
        arn = self.answer(dev, "iam", "create-role", "--role-name", "Limited", "--assume-role-policy-document", trust({"AWS": DEV}, actions))["Role"]["Arn"]
        tagged = document("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})
        self.aws(dev, "iam", "put-role-policy", "--role-name", "Limited", "--policy-name", "main", "--policy-document", tagged)
        limit = self.answer(dev, "iam", "create-policy", "--policy-name", "Limit", "--policy-document", document("s3:ListAllMyBuckets"))["Policy"]["Arn"]
        role = ["sts", "assume-role", "--role-arn", arn, "--role-session-name", "test"]
        made = self.answer(dev, *role, "--policy-arns", f"arn={limit}", "--tags", "Key=team,Value=a", "--transitive-tag-keys", "team")
        self.assertGreater(made["PackedPolicySize"], 0)
        session = self.signed_by(dev, made["Credentials"])
        self.aws(session, "s3", "ls")
        self.refused(session, "no session policy allows the s3:CreateBucket action", "s3", "mb", "s3://limited-bucket")
        untagged = self.signed_by(dev, self.answer(dev, *role)["Credentials"])
        self.refused(untagged, "no identity-based policy", "s3", "ls")
        self.assertEqual(self.answer(dev, "sts", "get-access-key-info", "--access-key-id", session["AWS_ACCESS_KEY_ID"])["Account"], DEV)

    def test_login_by_an_issuers_token(self):
        prod = self.account("prod")
        provider = self.answer(prod, "iam", "create-open-id-connect-provider", "--url", ISSUER, "--client-id-list", "sts.amazonaws.com")
        provider = provider["OpenIDConnectProviderArn"]
        condition = {"StringEquals": {"ci.example.com:aud": "sts.amazonaws.com"}, "StringLike": {"ci.example.com:sub": "repo:team/app:*"}}
        trusts = trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", condition)
        arn = self.answer(prod, "iam", "create-role", "--role-name", "Deploy", "--assume-role-policy-document", trusts)["Role"]["Arn"]
        self.aws(prod, "iam", "put-role-policy", "--role-name", "Deploy", "--policy-name", "main", "--policy-document", document("s3:*"))
        unsigned = boto3.client(
            "sts",
            endpoint_url=f"https://127.0.0.1:{self.port}",
            region_name=REGION,
            verify=prod["AWS_CA_BUNDLE"],
            config=botocore.config.Config(signature_version=botocore.UNSIGNED),
        )
        login = lambda token: unsigned.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="run-1", WebIdentityToken=token)
        for token, code in [
            (self.issuer.token(sub="repo:other/app:main"), "AccessDenied"),
            (self.issuer.token(aud="others"), "InvalidIdentityToken"),
            (self.issuer.token(exp=int(time.time()) - 1), "ExpiredTokenException"),
            (Issuer().token(), "InvalidIdentityToken"),
        ]:
            with self.assertRaises(botocore.exceptions.ClientError) as refused:
                login(token)
            self.assertEqual(refused.exception.response["Error"]["Code"], code)
        answer = login(self.issuer.token())
        self.assertEqual((answer["Provider"], answer["SubjectFromWebIdentityToken"]), (provider, "repo:team/app:main"))
        self.aws(self.signed_by(prod, answer["Credentials"]), "s3", "mb", "s3://deployed-by-token")
        # As CI systems do it: the client reads the token from a file, and assumes the role by itself.
        token = self.temporary / "token"
        token.write_text(self.issuer.token())
        by_file = {key: value for key, value in prod.items() if not key.startswith("AWS_") or key in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_REGION", "AWS_DEFAULT_REGION")}
        by_file.update(AWS_WEB_IDENTITY_TOKEN_FILE=str(token), AWS_ROLE_ARN=arn, AWS_ROLE_SESSION_NAME="run-2")
        self.assertIn("deployed-by-token", self.aws(by_file, "s3", "ls").stdout)
        self.assertEqual(self.answer(by_file, "sts", "get-caller-identity")["Arn"], f"arn:aws:sts::{PROD}:assumed-role/Deploy/run-2")
        events = self.answer(prod, "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity")
        identities = [json.loads(event["CloudTrailEvent"])["userIdentity"] for event in events["Events"]]
        self.assertIn({"type": "WebIdentityUser", "principalId": f"{provider}:sts.amazonaws.com:repo:team/app:main", "userName": "repo:team/app:main", "identityProvider": provider}, identities)
        self.assertNotIn(token.read_text(), json.dumps(events))


if __name__ == "__main__":
    unittest.main()
