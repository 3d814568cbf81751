use super::project::api_shape;
use crate::{CreateReportGroup, DeleteReportGroup, DeleteReportGroupInput, UpdateReportGroup};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// `AWS::CodeBuild::ReportGroup`: `Ref` gives the ARN.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-reportgroup.html>
pub(crate) struct ReportGroupType;

const PROPERTIES: &[Property] = &[
    Property::optional("DeleteReports"),
    Property::required("ExportConfig").structure(),
    Property::optional("Name").replaces(),
    Property::optional("Tags").list(),
    Property::required("Type").replaces(),
];

/// The call's input: a template's own member is none of it.
fn input(properties: &Value, name: &str, given: &str) -> Value {
    let mut input = api_shape(properties);
    if let Some(members) = input.as_object_mut() {
        members.remove("deleteReports");
        members.insert(name.into(), given.into());
    }
    input
}

fn physical(arn: &str) -> Physical {
    Physical::new(arn).attribute("Arn", arn)
}

impl ResourceType for ReportGroupType {
    fn name(&self) -> &'static str {
        "AWS::CodeBuild::ReportGroup"
    }

    fn properties(&self) -> &'static [Property] {
        PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let given = properties.get("Name").and_then(Value::as_str).map(str::to_string);
        let name = given.unwrap_or_else(|| context.generated_name(128));
        let made = context.call_with::<CreateReportGroup>(input(properties, "name", &name))?;
        Ok(physical(made.report_group.arn.as_str()))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        let mut input = input(new, "arn", id);
        if let Some(members) = input.as_object_mut() {
            members.remove("name");
            members.remove("type");
            members.entry("tags").or_insert_with(|| json!([]));
        }
        context.call_with::<UpdateReportGroup>(input)?;
        Ok(physical(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let delete_reports = matches!(properties.get("DeleteReports"), Some(Value::Bool(true))) || properties["DeleteReports"] == "true";
        context.call::<DeleteReportGroup>(DeleteReportGroupInput { arn: id.into(), delete_reports })
    }
}
