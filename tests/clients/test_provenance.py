"""Where artifacts come from: each build's signed statement, `sekisho verify`, and a stage that demands it."""

import base64
import hashlib
import json
import shutil
import subprocess
import unittest

from harness import REGION, Served

APPROVAL = """        - Name: Approve
          Actions:
            - Name: Approve
              ActionTypeId: { Category: Approval, Owner: AWS, Provider: Manual, Version: "1" }
        - Name: Deliver
          BeforeEntry:
            Conditions:
              - Result: FAIL
                Rules:
                  - Name: Origin
                    RuleTypeId: { Category: Rule, Owner: AWS, Provider: Provenance, Version: "1" }
                    Configuration: { ApprovedBy: Approve/Approve, Branch: main, Repository: site, BuildProject: quickstart }
                    InputArtifacts: [{ Name: Built }]
"""


class Provenance(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.stop()
        shutil.rmtree(self.folder / ".sekisho")
        self.edit("sekisho.yaml", "region: us-east-1", f"region: {REGION}")
        self.edit("template.yaml", "      Name: quickstart\n      RoleArn", "      Name: quickstart\n      PipelineType: V2\n      RoleArn")
        self.edit("template.yaml", "        - Name: Deliver\n", APPROVAL)
        self.sekisho("run", ".", "--approve-all")
        self.start()
        dev = self.account("dev")
        self.pipelines, self.kms, self.s3 = (self.client(dev, name) for name in ("codepipeline", "kms", "s3"))

    def verify(self, *arguments, code=0):
        done = self.sekisho("verify", *arguments, "--output", "json", check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def built(self, execution):
        """Bucket and key of what an execution's build made."""
        details = self.pipelines.list_action_executions(pipelineName="quickstart", filter={"pipelineExecutionId": execution})["actionExecutionDetails"]
        place = next(d for d in details if d["stageName"] == "Build")["output"]["outputArtifacts"][0]["s3location"]
        return place["bucket"], place["key"]

    def newest(self):
        return self.pipelines.list_pipeline_executions(pipelineName="quickstart")["pipelineExecutionSummaries"][0]["pipelineExecutionId"]

    def test_a_statement_is_verified_by_anyone(self):
        execution = self.newest()
        bucket, key = self.built(execution)
        told = self.verify(f"s3://{bucket}/{key}", "--branch", "main", "--repository", "site", "--builder", "quickstart")
        statement = told["statement"]
        content = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        self.assertEqual(statement["_type"], "https://in-toto.io/Statement/v1")
        self.assertEqual(statement["predicateType"], "https://slsa.dev/provenance/v1")
        self.assertEqual(statement["subject"], [{"name": f"s3://{bucket}/{key}", "digest": {"sha256": hashlib.sha256(content).hexdigest()}}])
        definition = statement["predicate"]["buildDefinition"]
        self.assertEqual(definition["externalParameters"]["pipeline"], {"name": "quickstart", "executionId": execution})
        self.assertEqual(definition["externalParameters"]["environmentVariables"], ["GREETING"])
        uris = [d["uri"] for d in definition["resolvedDependencies"]]
        self.assertIn(f"git+https://git-codecommit.{REGION}.amazonaws.com/v1/repos/site@refs/heads/main", uris)
        # By itself, as anybody does it.
        artifact, saved, pem = self.temporary / "a.zip", self.temporary / "a.intoto.json", self.temporary / "key.pem"
        artifact.write_bytes(content)
        self.verify(str(artifact), "--save", str(saved))
        public = self.kms.get_public_key(KeyId="alias/aws/codebuild")["PublicKey"]
        pem.write_bytes(b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(public) + b"-----END PUBLIC KEY-----\n")
        envelope = json.loads(saved.read_text())
        payload = base64.b64decode(envelope["payload"])
        kind = envelope["payloadType"].encode()
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        (self.temporary / "signed").write_bytes(signed)
        (self.temporary / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
        openssl = ["openssl", "dgst", "-sha256", "-verify", pem, "-signature", self.temporary / "sig", self.temporary / "signed"]
        self.assertEqual(subprocess.run(openssl, capture_output=True).returncode, 0)
        offline = ["--public-key", str(pem), "--statement"]
        self.verify(str(artifact), *offline, str(saved))
        # Another branch, another file, an altered statement, another's signature.
        for demand in (["--branch", "other"], ["--commit", "0000000"], ["--builder", "other"], ["--repository", "other"]):
            self.verify(str(artifact), *demand, code=1)
        other = self.temporary / "other.zip"
        other.write_bytes(content + b"x")
        self.verify(str(other), code=1)
        self.verify(str(other), *offline, str(saved), code=1)
        forged = self.temporary / "forged.json"
        altered = payload.replace(hashlib.sha256(content).hexdigest().encode(), hashlib.sha256(content + b"x").hexdigest().encode())
        forged.write_text(json.dumps({**envelope, "payload": base64.b64encode(altered).decode()}))
        self.verify(str(other), *offline, str(forged), code=1)
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.temporary / "own.pem"], check=True)
        (self.temporary / "signed").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(altered), altered))
        own = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.temporary / "own.pem", self.temporary / "signed"], capture_output=True, check=True).stdout
        signature = {**envelope["signatures"][0], "sig": base64.b64encode(own).decode()}
        forged.write_text(json.dumps({**envelope, "payload": base64.b64encode(altered).decode(), "signatures": [signature]}))
        self.verify(str(other), *offline, str(forged), code=1)
        forged.write_text("{}")
        self.verify(str(other), *offline, str(forged), code=2)
        # Nobody of the account signs with the service's key.
        with self.assertRaisesRegex(self.kms.exceptions.ClientError, "AccessDenied"):
            self.kms.sign(KeyId="alias/aws/codebuild", Message=b"x", SigningAlgorithm="ECDSA_SHA_256")

    def approve(self):
        """Starts an execution, up to its approval."""
        execution = self.pipelines.start_pipeline_execution(name="quickstart")["pipelineExecutionId"]

        def token():
            stage = self.pipelines.get_pipeline_state(name="quickstart")["stageStates"][2]
            latest = stage["actionStates"][0].get("latestExecution", {})
            return stage.get("latestExecution", {}).get("pipelineExecutionId") == execution and latest.get("token")

        return execution, self.wait("the approval", token)

    def outcome(self, execution, token):
        self.pipelines.put_approval_result(pipelineName="quickstart", stageName="Approve", actionName="Approve", result={"summary": "good", "status": "Approved"}, token=token)

        def ended():
            found = self.pipelines.get_pipeline_execution(pipelineName="quickstart", pipelineExecutionId=execution)["pipelineExecution"]
            return found if found["status"] in ("Succeeded", "Failed") else None

        found = self.wait("the end", ended)
        return found["status"], found.get("statusSummary", "")

    def test_what_was_replaced_or_built_elsewhere_is_not_delivered(self):
        self.assertEqual(self.outcome(*self.approve())[0], "Succeeded")
        execution, token = self.approve()
        bucket, key = self.built(execution)
        self.s3.put_object(Bucket=bucket, Key=key, Body=b"another one")
        status, why = self.outcome(execution, token)
        self.assertEqual(status, "Failed")
        self.assertIn("replaced after it was built", why)
        declared = self.pipelines.get_pipeline(name="quickstart")["pipeline"]
        rule = declared["stages"][3]["beforeEntry"]["conditions"][0]["rules"][0]
        for setting, value, reason in (("Branch", "release", "not from branch release"), ("ApprovedBy", "Nobody/Nobody", "was not given"), ("BuildProject", "other", "not by other")):
            before = rule["configuration"][setting]
            rule["configuration"][setting] = value
            self.pipelines.update_pipeline(pipeline=declared)
            status, why = self.outcome(*self.approve())
            self.assertEqual(status, "Failed")
            self.assertIn(reason, why)
            rule["configuration"][setting] = before


if __name__ == "__main__":
    unittest.main()
