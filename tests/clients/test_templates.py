"""Templates as people write them, with boto3 as the judge: what validates, what is refused in AWS's words, and what is made."""

import json

import botocore.exceptions

from harness import Served

ROLE = """
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: codebuild.amazonaws.com}, Action: 'sts:AssumeRole'}]}
"""

LOOP = """Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'red,blue'}
  Keep: {Type: String, Default: Delete}
Resources:
  Fn::ForEach::Parameters:
    - Name
    - !Ref Names
    - 'Parameter${Name}':
        Type: AWS::SSM::Parameter
        DeletionPolicy: !Ref Keep
        Properties: {Type: String, Name: !Sub '/loop/${Name}', Value: {Fn::ToJsonString: {name: !Ref Name, of: {Fn::Length: !Ref Names}}}}
Outputs:
  Fn::ForEach::Values:
    - Name
    - !Ref Names
    - 'Value${Name}': {Value: !GetAtt [!Sub 'Parameter${Name}', Value]}
"""

# A template, and what AWS says of it.
REFUSED = [
    ("Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref Missing}}}", "Template format error: Unresolved resource dependencies [Missing] in the Resources block of the template"),
    ("Resources: {A: {Type: AWS::IAM::Role, DependsOn: [B, C]}}", "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template"),
    ("Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: !GetAtt B.Arn}}}", "Template error: instance of Fn::GetAtt references undefined resource B"),
    ("Resources: {A: {Type: AWS::IAM::Role, DependsOn: B}, B: {Type: AWS::IAM::Role, DependsOn: A}}", "Circular dependency between resources: [A, B]"),
    ("Resources: {A: {Type: AWS::IAM::Role, Condition: C}}", "Template format error: Unresolved condition dependency C in the Resources block of the template"),
    ("Resources: {}", "Template format error: At least one Resources member must be defined."),
    ("Resource: {A: {Type: AWS::IAM::Role}}", "Invalid template property or properties [Resource]"),
    ("Resources: {A: {Properties: {}}}", "Every Resources object must contain a Type member."),
    ("Resources: {A-b: {Type: AWS::IAM::Role}}", "Template format error: Resource name A-b is non alphanumeric."),
    ("Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: ~}}}", "[/Resources/A/Properties/RoleName] 'null' values are not allowed in templates"),
    ("Resources: {A: {Type: AWS::IAM::Role, DeletionPolicy: Keep}}", "Template format error: Unrecognized DeletionPolicy Keep for resource A"),
    ("Resources: {A: {Type: AWS::IAM::Role, DeletionPolicy: !Ref AWS::Region}}", "Template format error: Every DeletionPolicy member must be a string."),
    ("Parameters: {A: {Type: String}}\nResources: {A: {Type: AWS::IAM::Role}}", "Template error: all resources and parameters must have unique names. Common name(s):[A]"),
    ("Parameters: {P: {Default: x}}\nResources: {A: {Type: AWS::IAM::Role}}", "Template format error: Every Parameters object must contain a Type member."),
    ("Resources: {A: {Type: AWS::IAM::Role, Properties: {X: !Select [a]}}}", "Fn::Select requires a list argument with two elements: an integer index and a list"),
    ("Resources: {A: {Type: AWS::IAM::Role, Properties: {X: {'Fn::Nope': a}}}}", "Encountered unsupported function: Fn::Nope Supported functions are: ["),
    ("Transform: Mine\nResources: {A: {Type: AWS::IAM::Role}}", "No transform named Mine found."),
    ("Resources:\n  A:\n\tType: AWS::IAM::Role\n", "Template format error: YAML not well-formed. (line 3, column 2)"),
    ('{"Resources": {"A": {"Type": "AWS::IAM::Role",}}}', "Template format error: JSON not well-formed."),
    ("just text", "Template format error: unsupported structure."),
]


class Templates(Served):
    def refused(self, code, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code, raised.exception)
        return raised.exception.response["Error"]["Message"]

    def test_refusals_are_in_the_words_of_aws(self):
        client = self.client(self.account("dev"), "cloudformation")
        for body, words in REFUSED:
            with self.subTest(body):
                for call, arguments in [(client.validate_template, {}), (client.create_stack, {"StackName": "odd", "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]})]:
                    message = self.refused("ValidationError", call, TemplateBody=body, **arguments)
                    self.assertIn(words, message)
                    self.assertRegex(message, r"^template:\d+:\d+: ")
        self.assertIn("did you mean 'Missing1'?", self.refused("ValidationError", client.validate_template, TemplateBody="Resources: {Missing1: {Type: AWS::IAM::Role}, A: {Type: AWS::IAM::Role, DependsOn: Missing2}}"))

    def test_parameters(self):
        client = self.client(self.account("dev"), "cloudformation")
        for declared, value, words in [
            ("{Type: String, AllowedValues: [a]}", "b", "Parameter 'P' must be one of AllowedValues"),
            ("{Type: String, AllowedPattern: '[a-z]+'}", "B", "Parameter 'P' must match pattern [a-z]+"),
            ("{Type: String, MinLength: 3, ConstraintDescription: three at least}", "b", "Parameter P failed to satisfy constraint: three at least"),
            ("{Type: Number, MaxValue: 5}", "6", "Parameter 'P' must be a number not greater than 5"),
            ("{Type: 'List<Number>'}", "1,x", "Parameter 'P' must be a number"),
            ("{Type: AWS::EC2::VPC::Id}", "vpc-1", "Parameter validation failed: parameter value vpc-1 for parameter name P does not exist"),
        ]:
            body = f"Parameters: {{P: {declared}}}\nResources:\n  A:{ROLE}"
            parameters = [{"ParameterKey": "P", "ParameterValue": value}]
            message = self.refused("ValidationError", client.create_stack, StackName="odd", TemplateBody=body, Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
            self.assertIn(words, message)
            self.assertEqual(client.validate_template(TemplateBody=body)["Parameters"], [{"ParameterKey": "P", "NoEcho": False}])

    def test_loops(self):
        client = self.client(self.account("dev"), "cloudformation")
        valid = client.validate_template(TemplateBody=LOOP)
        self.assertEqual((valid["Capabilities"], valid["DeclaredTransforms"]), (["CAPABILITY_AUTO_EXPAND"], ["AWS::LanguageExtensions"]))
        message = self.refused("InsufficientCapabilitiesException", client.create_stack, StackName="loops", TemplateBody=LOOP)
        self.assertTrue(message.startswith("Requires capabilities : [CAPABILITY_AUTO_EXPAND]"), message)
        client.create_stack(StackName="loops", TemplateBody=LOOP, Capabilities=["CAPABILITY_AUTO_EXPAND"])
        client.get_waiter("stack_create_complete").wait(StackName="loops", WaiterConfig={"Delay": 1})
        outputs = client.describe_stacks(StackName="loops")["Stacks"][0]["Outputs"]
        self.assertEqual({o["OutputKey"]: json.loads(o["OutputValue"]) for o in outputs}, {"Valuered": {"name": "red", "of": 2}, "Valueblue": {"name": "blue", "of": 2}})
        original = client.get_template(StackName="loops", TemplateStage="Original")
        self.assertEqual((original["TemplateBody"], original["StagesAvailable"]), (LOOP, ["Original", "Processed"]))
        processed = client.get_template(StackName="loops", TemplateStage="Processed")["TemplateBody"]
        self.assertEqual(list(processed["Resources"]), ["Parameterred", "Parameterblue"])
        self.assertEqual(processed["Resources"]["Parameterred"]["DeletionPolicy"], "Delete")
        self.assertEqual(json.loads(processed["Resources"]["Parameterred"]["Properties"]["Value"]), {"name": "red", "of": 2})
        client.update_stack(StackName="loops", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Names", "ParameterValue": "blue"}], Capabilities=["CAPABILITY_AUTO_EXPAND"])
        client.get_waiter("stack_update_complete").wait(StackName="loops", WaiterConfig={"Delay": 1})
        resources = client.list_stack_resources(StackName="loops")["StackResourceSummaries"]
        self.assertEqual([r["LogicalResourceId"] for r in resources if r["ResourceStatus"] != "DELETE_COMPLETE"], ["Parameterblue"])
        client.delete_stack(StackName="loops")
        client.get_waiter("stack_delete_complete").wait(StackName="loops", WaiterConfig={"Delay": 1})

    def test_quirks_of_yaml(self):
        client = self.client(self.account("dev"), "cloudformation")
        body = "\ufeff---\r\nAWSTemplateFormatVersion: 2010-09-09\r\nResources:\r\n  P:\r\n    Type: AWS::SSM::Parameter\r\n    Properties: {Type: String, Name: /quirk, Value: 012345678901, Tags: {on: yes, date: 2012-10-17}}\r\n"
        client.create_stack(StackName="quirks", TemplateBody=body)
        client.get_waiter("stack_create_complete").wait(StackName="quirks", WaiterConfig={"Delay": 1})
        ssm = self.client(self.account("dev"), "ssm")
        self.assertEqual(ssm.get_parameter(Name="/quirk")["Parameter"]["Value"], "012345678901")
        tags = {tag["Key"]: tag["Value"] for tag in ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/quirk")["TagList"]}
        self.assertEqual((tags["on"], tags["date"]), ("true", "2012-10-17"))
