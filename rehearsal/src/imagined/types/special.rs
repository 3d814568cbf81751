//! Resource types that are made by operations of their own.

use super::super::{
    call::{Act, Call, Perform, last},
    ecs::{CreateService, RegisterTaskDefinition},
    lambda::AddPermission,
    services::{Ecs, Imaginary, Lambda},
    trails::CreateTrail,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceType, Shape, Update};
use serde_json::{Map, Value, json};

/// The longest name of anything that is generated.
const LONGEST: usize = 64;

/// The properties with a name, given or generated.
fn with_name(context: &ResourceContext<'_>, properties: &Value, name: &str) -> Value {
    let mut properties = properties.clone();
    if !properties[name].is_string() {
        properties[name] = json!(context.generated_name(LONGEST));
    }
    properties
}

/// Members of a template as the service's own calls name them.
fn lowered(value: &Value) -> Value {
    let lower = |name: &str| {
        let mut letters = name.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (lower(name), lowered(value))).collect::<Map<_, _>>().into(),
        Value::Array(items) => items.iter().map(lowered).collect(),
        other => other.clone(),
    }
}

/// A type whose resources one operation makes, and an action of the same resource changes and deletes.
pub(super) struct Special {
    name: &'static str,
    properties: &'static [Property],
    attributes: &'static [&'static str],
    create: fn(&mut ResourceContext<'_>, &Value) -> Result<Physical, Error>,
    update: fn(&mut ResourceContext<'_>, &str, &Value) -> Result<Physical, Error>,
    delete: fn(&mut ResourceContext<'_>, &str, &Value) -> Result<(), Error>,
}

impl ResourceType for Special {
    fn name(&self) -> &'static str {
        self.name
    }
    fn properties(&self) -> &'static [Property] {
        self.properties
    }
    fn has_property(&self, _name: &str) -> bool {
        true
    }
    fn attributes(&self) -> &'static [&'static str] {
        self.attributes
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        (self.create)(context, properties)
    }
    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        (self.update)(context, id, new)
    }
    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        (self.delete)(context, id, properties)
    }
}

pub(super) fn all() -> [Special; 4] {
    [service(), task_definition(), permission(), trail()]
}

fn service() -> Special {
    fn made(arn: &str) -> Physical {
        Physical::new(arn).attribute("ServiceArn", arn).attribute("Name", last(arn))
    }
    Special {
        name: "AWS::ECS::Service",
        properties: &[],
        attributes: &["Name", "ServiceArn"],
        create: |context, properties| {
            let answer = context.call::<Call<CreateService>>(with_name(context, properties, "ServiceName"))?;
            Ok(made(answer["serviceArn"].as_str().unwrap_or_default()))
        },
        update: |context, id, new| {
            let thing = super::super::state::Thing { properties: new.clone(), ..Default::default() };
            let cluster = context.arn("ecs", &format!("cluster/{}", last(new["Cluster"].as_str().unwrap_or("default"))));
            let act = Act::on("ecs:UpdateService", id).with("ecs:cluster", cluster.as_str());
            context.call::<Perform<Ecs>>(Act { keeps: Some((id.into(), thing)), ..act })?;
            Ok(made(id))
        },
        delete: |context, id, _| {
            context.call::<Perform<Ecs>>(Act { forgets: Some(id.into()), ..Act::on("ecs:DeleteService", id) }).map(drop)
        },
    }
}

fn task_definition() -> Special {
    fn made(context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let answer = context.call::<Call<RegisterTaskDefinition>>(lowered(&with_name(context, properties, "Family")))?;
        let arn = answer["taskDefinition"]["taskDefinitionArn"].as_str().unwrap_or_default();
        Ok(Physical::new(arn).attribute("TaskDefinitionArn", arn))
    }
    Special {
        name: "AWS::ECS::TaskDefinition",
        properties: &[],
        attributes: &["TaskDefinitionArn"],
        create: made,
        update: |context, _, new| made(context, new),
        delete: |context, _, _| context.call::<Perform<Ecs>>(Act::any("ecs:DeregisterTaskDefinition")).map(drop),
    }
}

/// A required property.
const fn must(name: &'static str) -> Property {
    Property { name, shape: Shape::Scalar, required: true, update: Update::Replace }
}

fn permission() -> Special {
    Special {
        name: "AWS::Lambda::Permission",
        properties: const { &[must("Action"), must("FunctionName"), must("Principal")] },
        attributes: &["Id"],
        create: |context, properties| {
            let id = context.generated_name(LONGEST);
            let mut input = properties.clone();
            input["StatementId"] = json!(id);
            context.call::<Call<AddPermission>>(input)?;
            Ok(Physical::new(&id).attribute("Id", id.as_str()))
        },
        update: |_, id, _| Ok(Physical::new(id).attribute("Id", id)),
        delete: |context, _, properties| {
            let function = properties["FunctionName"].as_str().unwrap_or_default();
            let arn = if function.starts_with("arn:") {
                function.to_owned()
            } else {
                context.arn("lambda", &format!("function:{function}")).to_string()
            };
            context.call::<Perform<Lambda>>(Act::on("lambda:RemovePermission", arn)).map(drop)
        },
    }
}

fn trail() -> Special {
    fn made(context: &ResourceContext<'_>, name: &str) -> Physical {
        let arn = context.arn("cloudtrail", &format!("trail/{name}"));
        Physical::new(name).attribute("Arn", arn.as_str()).attribute("SnsTopicArn", "")
    }
    Special {
        name: "AWS::CloudTrail::Trail",
        properties: const { &[must("IsLogging"), must("S3BucketName")] },
        attributes: &["Arn", "SnsTopicArn"],
        create: |context, properties| {
            let input = with_name(context, properties, "TrailName");
            let name = input["TrailName"].as_str().unwrap_or_default().to_owned();
            context.call::<Call<CreateTrail>>(input)?;
            Ok(made(context, &name))
        },
        update: |context, id, _| {
            let arn = context.arn("cloudtrail", &format!("trail/{id}"));
            context.call::<Perform<Imaginary>>(Act::on("cloudtrail:UpdateTrail", arn.as_str()))?;
            Ok(made(context, id))
        },
        delete: |context, id, _| {
            let arn = context.arn("cloudtrail", &format!("trail/{id}"));
            context.call::<Perform<Imaginary>>(Act::on("cloudtrail:DeleteTrail", arn.as_str())).map(drop)
        },
    }
}
