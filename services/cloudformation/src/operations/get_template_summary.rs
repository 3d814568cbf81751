use crate::{
    CloudFormation,
    error::{findings, invalid, stack_with_id_missing},
    evaluation::{parsed, transformed},
    lifecycle::{on_stack, template_text},
    names,
    state::TEMPLATES,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Says what a template asks for and what it makes.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html>
pub struct GetTemplateSummary;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    template_body: Option<String>,
    #[serde(rename = "TemplateURL")]
    template_url: Option<String>,
    stack_name: Option<String>,
    stack_set_name: Option<String>,
    call_as: Option<String>,
    template_summary_config: Option<SummaryConfig>,
}

/// How the summary is made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SummaryConfig {
    treat_unrecognized_resource_types_as_warnings: Option<bool>,
}

/// What was found beside.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Warnings {
    unrecognized_resource_types: Vec<String>,
}

/// The resources of one type, and the properties that tell them apart.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct IdentifierSummary {
    resource_type: String,
    logical_resource_ids: Vec<String>,
    resource_identifiers: Vec<&'static str>,
}

/// The properties that tell resources of a type apart: those of AWS's types that can be imported.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-supported-resources.html>
const IDENTIFIERS: [(&str, &[&str]); 21] = [
    ("AWS::CloudFormation::Stack", &["StackId"]),
    ("AWS::CodePipeline::Pipeline", &["Name"]),
    ("AWS::IAM::Group", &["GroupName"]),
    ("AWS::IAM::GroupPolicy", &["PolicyName", "GroupName"]),
    ("AWS::IAM::InstanceProfile", &["InstanceProfileName"]),
    ("AWS::IAM::ManagedPolicy", &["PolicyArn"]),
    ("AWS::IAM::OIDCProvider", &["Arn"]),
    ("AWS::IAM::Role", &["RoleName"]),
    ("AWS::IAM::RolePolicy", &["PolicyName", "RoleName"]),
    ("AWS::IAM::User", &["UserName"]),
    ("AWS::IAM::UserPolicy", &["PolicyName", "UserName"]),
    ("AWS::KMS::Alias", &["AliasName"]),
    ("AWS::KMS::Key", &["KeyId"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    ("AWS::Logs::LogStream", &["LogGroupName", "LogStreamName"]),
    ("AWS::Logs::ResourcePolicy", &["PolicyName"]),
    ("AWS::Organizations::OrganizationalUnit", &["Id"]),
    ("AWS::S3::Bucket", &["BucketName"]),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::SSM::Parameter", &["Name"]),
    ("AWS::SecretsManager::Secret", &["Id"]),
];

fn identified(template: &template::Template) -> Vec<IdentifierSummary> {
    let of = |(name, identifiers): &(&str, &[&'static str])| {
        let resources = template.resources().iter().filter(|r| r.resource_type == *name);
        let logical_resource_ids: Vec<String> = resources.map(|r| r.logical_id.clone()).collect();
        let resource_identifiers = identifiers.to_vec();
        let summary = IdentifierSummary { resource_type: name.to_string(), logical_resource_ids, resource_identifiers };
        (!summary.logical_resource_ids.is_empty()).then_some(summary)
    };
    IDENTIFIERS.iter().filter_map(of).collect()
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Constraints {
    allowed_values: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Declared {
    parameter_key: String,
    default_value: Option<String>,
    parameter_type: String,
    no_echo: bool,
    description: Option<String>,
    parameter_constraints: Option<Constraints>,
}

/// What it asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    parameters: Vec<Declared>,
    description: Option<String>,
    capabilities: Vec<String>,
    capabilities_reason: Option<String>,
    resource_types: Vec<String>,
    version: &'static str,
    metadata: Option<String>,
    declared_transforms: Vec<String>,
    resource_identifier_summaries: Vec<IdentifierSummary>,
    warnings: Option<Warnings>,
}

fn declared(parameter: &template::Parameter) -> Declared {
    Declared {
        parameter_key: parameter.name.clone(),
        default_value: parameter.default.clone(),
        parameter_type: parameter.parameter_type.clone(),
        no_echo: parameter.no_echo,
        description: parameter.description.clone(),
        parameter_constraints: (!parameter.allowed_values.is_empty())
            .then(|| Constraints { allowed_values: parameter.allowed_values.clone() }),
    }
}

impl Operation for GetTemplateSummary {
    type Service = CloudFormation;
    const NAME: &'static str = "GetTemplateSummary";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        match &input.stack_name {
            Some(name) => on_stack(view, "cloudformation:GetTemplateSummary", name),
            None => Ok(Demand::any("cloudformation:GetTemplateSummary")
                .with_some("cloudformation:TemplateUrl", input.template_url.as_deref())
                .into()),
        }
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let given = [("StackSetName", input.stack_set_name.is_some()), ("CallAs", input.call_as.is_some())];
        crate::lifecycle::refuse(Self::NAME, &given)?;
        let text = template_text(call, input.template_body, input.template_url.as_deref())?;
        let template = match (text, &input.stack_name) {
            (Some(_), Some(_)) => return Err(invalid("Only one of StackName, TemplateBody and TemplateURL may be specified")),
            (Some(text), None) => parsed(&text),
            (None, None) => return Err(invalid("One of StackName, TemplateBody and TemplateURL must be specified")),
            (None, Some(name)) => {
                let stack = names::stack(&mut **call, name, stack_with_id_missing)?;
                let [account, uuid] = stack.key();
                let version = stack.shown().ok_or_else(|| stack_with_id_missing(name))?;
                let text = call.get(&TEMPLATES, &[account, uuid, version.template.as_str()])?;
                transformed(&stack, version, &text.ok_or_else(|| stack_with_id_missing(name))?)
            }
        };
        let template = template.map_err(|list| findings(&list))?;
        let mut resource_types: Vec<String> = template.resources().iter().map(|r| r.resource_type.clone()).collect();
        resource_types.sort();
        resource_types.dedup();
        let warn = input.template_summary_config.and_then(|c| c.treat_unrecognized_resource_types_as_warnings) == Some(true);
        let unknown = resource_types.iter().filter(|name| call.resource_type(name).is_none()).cloned().collect();
        let (capabilities, reasons): (Vec<_>, Vec<_>) =
            template.capabilities_needed().into_iter().map(|(name, why)| (name.to_string(), why)).unzip();
        Ok(Output {
            parameters: template.parameters().iter().map(declared).collect(),
            description: template.description().map(str::to_string),
            capabilities,
            capabilities_reason: reasons.into_iter().next(),
            resource_types,
            version: "2010-09-09",
            metadata: template.metadata().map(|m| m.to_json().to_string()),
            declared_transforms: template.transforms().to_vec(),
            resource_identifier_summaries: identified(&template),
            warnings: warn.then_some(Warnings { unrecognized_resource_types: unknown }),
        })
    }

    fn example() -> Example {
        Example::of(json!({"TemplateBody": super::EXAMPLE}))
    }
}
