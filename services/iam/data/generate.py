"""Writes `managed-policies.json`: AWS's own managed policies that pipelines meet, word for word.

    python3 services/iam/data/generate.py

The documents are those that AWS gives out, as the PyPI package `moto` (Apache-2.0) carries them; of the policies' unique ids,
which never change, an older release has most. What is not known of a policy is left out, never made up.
One policy a line, in the order of their names; the first line says where they are from.
"""

import importlib.util
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path

POLICIES = """AWSCloudFormationFullAccess AWSCloudFormationReadOnlyAccess AWSCloudTrail_FullAccess AWSCloudTrail_ReadOnlyAccess
AWSCodeBuildAdminAccess AWSCodeBuildDeveloperAccess AWSCodeBuildReadOnlyAccess AWSCodeCommitFullAccess AWSCodeCommitPowerUser
AWSCodeCommitReadOnly AWSCodeDeployDeployerAccess AWSCodeDeployFullAccess AWSCodeDeployReadOnlyAccess AWSCodeDeployRole
AWSCodeDeployRoleForECS AWSCodeDeployRoleForECSLimited AWSCodeDeployRoleForLambda AWSCodeDeployRoleForLambdaLimited
AWSCodePipelineApproverAccess AWSCodePipelineCustomActionAccess AWSCodePipeline_FullAccess AWSCodePipeline_ReadOnlyAccess
AWSKeyManagementServicePowerUser AWSLambdaBasicExecutionRole AWSLambdaExecute AWSLambdaRole AWSLambda_FullAccess
AWSLambda_ReadOnlyAccess AWSOrganizationsFullAccess AWSOrganizationsReadOnlyAccess AWSStepFunctionsFullAccess
AWSStepFunctionsReadOnlyAccess AdministratorAccess AmazonEC2ContainerRegistryFullAccess AmazonEC2ContainerRegistryPowerUser
AmazonEC2ContainerRegistryReadOnly AmazonECSTaskExecutionRolePolicy AmazonECS_FullAccess AmazonEventBridgeFullAccess
AmazonEventBridgeReadOnlyAccess AmazonS3FullAccess AmazonS3ReadOnlyAccess AmazonSNSFullAccess AmazonSNSReadOnlyAccess
AmazonSQSFullAccess AmazonSQSReadOnlyAccess AmazonSSMFullAccess AmazonSSMManagedInstanceCore AmazonSSMReadOnlyAccess
CloudWatchEventsFullAccess CloudWatchEventsReadOnlyAccess CloudWatchFullAccess CloudWatchFullAccessV2 CloudWatchLogsFullAccess
CloudWatchLogsReadOnlyAccess CloudWatchReadOnlyAccess IAMFullAccess IAMReadOnlyAccess PowerUserAccess ReadOnlyAccess
SecretsManagerReadWrite SecurityAudit ViewOnlyAccess""".split()
# The last release that carries the unique ids.
WITH_IDS = "1.3.16"
# Of these AWS's description is known too.
DESCRIPTIONS = {
    "AWSCodeDeployRoleForECS": "Provides CodeDeploy service wide access to perform an ECS blue/green deployment on your behalf.",
    "AWSCodePipelineApproverAccess": "Provides access to view and approve manual changes for all pipelines",
    "AdministratorAccess": "Provides full access to AWS services and resources.",
    "PowerUserAccess": "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
}


def release(package):
    """The policies of a release of moto, and its version; nothing else of the package is run."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", package, "-d", folder], check=True)
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            path = archive.extract("moto/iam/aws_managed_policies.py", folder)
        spec = importlib.util.spec_from_file_location("policies", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return json.loads(module.aws_managed_policies_data), wheel.name.split("-")[1]


def main():
    policies, version = release("moto")
    ids, _ = release(f"moto=={WITH_IDS}")
    newest = max(policy["UpdateDate"] for policy in policies.values())
    lines = [{"Source": f"moto {version}; the newest of all of AWS's policies there is of {newest[:10]}"}]
    for name in sorted(POLICIES):
        policy = policies[name]
        known = {
            "Name": name,
            "Path": policy["Path"],
            "Id": ids.get(name, {}).get("PolicyId"),
            "Description": DESCRIPTIONS.get(name),
            "Version": int(policy["DefaultVersionId"][1:]),
            "Created": policy["CreateDate"].replace("+00:00", "Z"),
            "Updated": policy["UpdateDate"].replace("+00:00", "Z"),
            "Document": policy["Document"],
        }
        lines.append({key: value for key, value in known.items() if value is not None})
    text = ",\n".join(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) for entry in lines)
    (Path(__file__).resolve().parent / "managed-policies.json").write_text(f"[{text}]\n")


if __name__ == "__main__":
    main()
