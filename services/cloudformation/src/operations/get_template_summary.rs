use crate::{
    CloudFormation,
    error::{findings, invalid, stack_with_id_missing},
    evaluation::parsed,
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
        let text = template_text(call, input.template_body, input.template_url.as_deref())?;
        let text = match (text, &input.stack_name) {
            (Some(_), Some(_)) => return Err(invalid("Only one of StackName, TemplateBody and TemplateURL may be specified")),
            (Some(text), None) => text,
            (None, None) => return Err(invalid("One of StackName, TemplateBody and TemplateURL must be specified")),
            (None, Some(name)) => {
                let stack = names::stack(&mut **call, name, stack_with_id_missing)?;
                let [account, uuid] = stack.key();
                let key = stack.shown().map(|v| v.template.clone()).unwrap_or_default();
                call.get(&TEMPLATES, &[account, uuid, key.as_str()])?.ok_or_else(|| stack_with_id_missing(name))?
            }
        };
        let template = parsed(&text).map_err(|list| findings(&list))?;
        let mut resource_types: Vec<String> = template.resources().iter().map(|r| r.resource_type.clone()).collect();
        resource_types.sort();
        resource_types.dedup();
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
        })
    }

    fn example() -> Example {
        Example::of(json!({"TemplateBody": super::EXAMPLE}))
    }
}
