use crate::{
    CloudFormation,
    error::{findings, invalid},
    evaluation::parsed,
    lifecycle::template_text,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Says whether a template is well formed.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html>
pub struct ValidateTemplate;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    template_body: Option<String>,
    #[serde(rename = "TemplateURL")]
    template_url: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Declared {
    parameter_key: String,
    default_value: Option<String>,
    no_echo: bool,
    description: Option<String>,
}

/// What it asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    parameters: Vec<Declared>,
    description: Option<String>,
    capabilities: Vec<String>,
    capabilities_reason: Option<String>,
    declared_transforms: Vec<String>,
}

impl Operation for ValidateTemplate {
    type Service = CloudFormation;
    const NAME: &'static str = "ValidateTemplate";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        Ok(Demand::any("cloudformation:ValidateTemplate").with_some("cloudformation:TemplateUrl", input.template_url.as_deref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let text = template_text(call, input.template_body, input.template_url.as_deref())?;
        let text = text.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?;
        let template = parsed(&text).map_err(|list| findings(&list))?;
        let (capabilities, reasons): (Vec<_>, Vec<_>) =
            template.capabilities_needed().into_iter().map(|(name, why)| (name.to_string(), why)).unzip();
        let declared = |p: &template::Parameter| Declared {
            parameter_key: p.name.clone(),
            default_value: p.default.clone(),
            no_echo: p.no_echo,
            description: p.description.clone(),
        };
        Ok(Output {
            parameters: template.parameters().iter().map(declared).collect(),
            description: template.description().map(str::to_string),
            capabilities,
            capabilities_reason: reasons.into_iter().next(),
            declared_transforms: template.transforms().to_vec(),
        })
    }

    fn example() -> Example {
        Example::of(json!({"TemplateBody": super::EXAMPLE}))
    }
}
