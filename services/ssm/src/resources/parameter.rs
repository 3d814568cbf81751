use crate::{AddTagsToResource, DeleteParameter, PutParameter, RemoveTagsFromResource};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Map, Value, json};

/// A parameter. `Ref` gives its name.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html>
pub struct Parameter;

static PROPERTIES: [Property; 9] = [
    Property::optional("AllowedPattern"),
    Property::optional("DataType"),
    Property::optional("Description"),
    Property::optional("Name").replaces(),
    Property::optional("Policies"),
    Property::optional("Tags").structure(),
    Property::optional("Tier"),
    Property::required("Type"),
    Property::required("Value"),
];

/// Characters of a name.
const LONGEST: usize = 1011;

fn check(properties: &Value) -> Result<(), Error> {
    match properties["Type"].as_str() {
        Some("SecureString") => {
            Err(Error::new("InvalidRequest", "SSM Parameters of type SecureString cannot be created using CloudFormation"))
        }
        _ => Ok(()),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn input(name: &Value, properties: &Value) -> Map<String, Value> {
    let taken = ["AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type", "Value"];
    let given = taken.iter().filter_map(|name| Some(((*name).to_owned(), properties.get(*name)?.clone())));
    given.filter(|(_, value)| !value.is_null()).chain([("Name".to_owned(), name.clone())]).collect()
}

fn physical(name: &Value, properties: &Value) -> Physical {
    Physical::new(text(name)).attribute("Type", properties["Type"].clone()).attribute("Value", text(&properties["Value"]))
}

impl ResourceType for Parameter {
    fn name(&self) -> &'static str {
        "AWS::SSM::Parameter"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Type", "Value"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        check(properties)?;
        let name = properties.get("Name").cloned().unwrap_or_else(|| format!("CFN-{}", context.generated_name(LONGEST - 4)).into());
        let mut input = input(&name, properties);
        input.insert("Tags".into(), ResourceTags::of(properties)?.list("Key", "Value"));
        context.call_with::<PutParameter>(Value::Object(input))?;
        Ok(physical(&name, properties))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        check(new)?;
        let name = Value::from(id);
        let settings = |properties: &Value| input(&name, properties);
        if settings(old) != settings(new) {
            let mut input = settings(new);
            // A property that was taken away is empty: what is not named would stay.
            for (gone, empty) in [("AllowedPattern", ""), ("Description", ""), ("Policies", "[{}]")] {
                if old.get(gone).is_some_and(|value| !value.is_null()) && !input.contains_key(gone) {
                    input.insert(gone.into(), empty.into());
                }
            }
            input.insert("Overwrite".into(), true.into());
            context.call_with::<PutParameter>(Value::Object(input))?;
        }
        let (gone, set) = ResourceTags::change(old, new)?;
        let on = |more: (&str, Value)| json!({"ResourceType": "Parameter", "ResourceId": id, more.0: more.1});
        if !gone.is_empty() {
            context.call_with::<RemoveTagsFromResource>(on(("TagKeys", json!(gone))))?;
        }
        if !set.is_empty() {
            context.call_with::<AddTagsToResource>(on(("Tags", set.list("Key", "Value"))))?;
        }
        Ok(physical(&name, new))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        match context.call_with::<DeleteParameter>(json!({"Name": id})) {
            Err(error) if error.code != "ParameterNotFound" => Err(error),
            _ => Ok(()),
        }
    }
}
