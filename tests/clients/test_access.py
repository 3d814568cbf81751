"""`sekisho access` against what roles of a real deployment can do by boto3: the same, one by one and by the chain that it names."""

import json

import botocore.exceptions

from harness import DEV, REGION, Served

TRUST = '{ Version: "2012-10-17", Statement: [ { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "sts:AssumeRole" } ] }'


def role(name, statement, more=""):
    return f"""
  {name.title()}:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {name}
      AssumeRolePolicyDocument: {TRUST}
      Policies: [ {{ PolicyName: own, PolicyDocument: {{ Version: "2012-10-17", Statement: [ {statement} ] }} }} ]
{more}"""


TEMPLATE = """
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }
          - { Sid: NeverThese, Effect: Deny, Principal: "*", Action: "kms:Decrypt", Resource: "*", Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/barred" } } }
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: boundary
      PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: [ "s3:*", "sts:*" ], Resource: "*" } ] }
""" + "".join([
    role("reader", '{ Effect: Allow, Action: "kms:Decrypt", Resource: !GetAtt Key.Arn }'),
    role("barred", '{ Effect: Allow, Action: "kms:Decrypt", Resource: !GetAtt Key.Arn }'),
    role("bounded", '{ Effect: Allow, Action: "*", Resource: "*" }', "      PermissionsBoundary: !Ref Boundary\n"),
    role("assumer", '{ Effect: Allow, Action: "sts:AssumeRole", Resource: !GetAtt Reader.Arn }'),
    role("keeper", '{ Effect: Allow, Action: [ "kms:CreateGrant" ], Resource: !GetAtt Key.Arn }'),
    role("idle", '{ Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*" }'),
])


class AccessOf(Served):
    def become(self, environment, name):
        made = self.client(environment, "sts").assume_role(RoleArn=f"arn:aws:iam::{DEV}:role/{name}", RoleSessionName="test")["Credentials"]
        return {**environment, "AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"], "AWS_SESSION_TOKEN": made["SessionToken"]}

    def ask(self, *arguments, code=0):
        done = self.sekisho("access", *arguments, "app.yaml", "--account", f"dev={DEV}:app.yaml", "--region", REGION, "--output", "json", check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def decrypts(self, environment, blob):
        try:
            return self.client(environment, "kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
        except botocore.exceptions.ClientError as error:
            self.assertEqual(error.response["Error"]["Code"], "AccessDeniedException")
            return False

    def test_the_answers_are_what_happens(self):
        dev = self.account("dev")
        (self.folder / "app.yaml").write_text(TEMPLATE)
        self.aws(dev, "cloudformation", "deploy", "--stack-name", "app", "--template-file", "app.yaml", "--capabilities", "CAPABILITY_NAMED_IAM")
        key = self.answer(dev, "cloudformation", "describe-stack-resource", "--stack-name", "app", "--logical-resource-id", "Key")["StackResourceDetail"]["PhysicalResourceId"]
        blob = self.client(dev, "kms").encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
        answer = self.ask("--who", "--can", "kms:Decrypt", "--on", "Key")
        said = {way["principal"].rsplit("/", 1)[1]: way["how"] for way in answer["can"]}
        # The boundary leaves it to become somebody else.
        self.assertEqual(said, {"reader": "directly", "assumer": "byBecoming", "bounded": "byBecoming", "keeper": "byGranting"})
        self.assertEqual({barred["principal"].rsplit("/", 1)[1] for barred in answer["cannot"]}, {"barred", "idle"})
        for name in ["reader", "barred", "bounded", "assumer", "keeper", "idle"]:
            with self.subTest(name):
                self.assertEqual(self.decrypts(self.become(dev, name), blob), said.get(name) == "directly")
        # The ways that are named lead there.
        for name in ["assumer", "bounded"]:
            self.assertTrue(self.decrypts(self.become(self.become(dev, name), "reader"), blob))
        keeper = self.become(dev, "keeper")
        self.client(keeper, "kms").create_grant(KeyId=key, GranteePrincipal=f"arn:aws:iam::{DEV}:role/keeper", Operations=["Decrypt"])
        self.assertTrue(self.decrypts(keeper, blob))

    def test_one_who_cannot_and_what_is_not_there(self):
        (self.folder / "app.yaml").write_text(TEMPLATE)
        answer = self.ask("--who", "barred", "--can", "kms:Decrypt", "--on", "Key", code=1)
        self.assertEqual([reason["text"] for reason in answer["cannot"][0]["reasons"]][0].split(" of ")[0], "the statement NeverThese")
        self.assertIn("did you mean `Key`?", self.ask("--can", "kms:Decrypt", "--on", "Keys", code=2))
