use crate::{
    CloudFormation,
    error::invalid,
    shapes::{PAGE, page},
    state::IMPORTS,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The stacks that import an export.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html>
pub struct ListImports;

/// Which export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    export_name: String,
    next_token: Option<String>,
}

/// The stacks' names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    imports: Vec<String>,
    next_token: Option<String>,
}

impl Operation for ListImports {
    type Service = CloudFormation;
    const NAME: &'static str = "ListImports";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        Ok(Demand::any("cloudformation:ListImports").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (account, region) = (call.account()?, call.region().clone());
        let rows = call.scan(&IMPORTS, &[account.as_str(), region.as_str(), input.export_name.as_str()])?;
        if rows.is_empty() {
            return Err(invalid(format!("Export '{}' is not imported by any stack.", input.export_name)));
        }
        let mut names: Vec<String> = rows.into_iter().map(|(_, name)| name).collect();
        names.sort();
        let (imports, next_token) = page(names, input.next_token.as_deref(), PAGE)?;
        Ok(Output { imports, next_token })
    }

    fn example() -> Example {
        let exporting = format!("{}Outputs:\n  Word: {{Value: word, Export: {{Name: word}}}}\n", super::EXAMPLE);
        let (name, _) = super::example_stack();
        let importing = super::EXAMPLE.replace("/example", "!ImportValue word");
        Example::of(json!({"ExportName": "word"}))
            .after(name, json!({"StackName": "Exporting", "TemplateBody": exporting}))
            .after(name, json!({"StackName": "Importing", "TemplateBody": importing}))
    }
}
