//! A resource type as its row of the table says.

use super::{
    row::{Reference, Row},
    states::check_definition,
};
use crate::imagined::{
    call::{Act, Perform, last},
    messages,
    services::{CodeDeploy, Ecs, Imaginary, Lambda, Sns, Sqs, States},
    state::Thing,
};
use base::Arn;
use gate::{Error, Operation, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// The longest name of anything that is generated.
const LONGEST: usize = 64;

pub(super) struct Tabled(pub(super) &'static Row);

impl ResourceType for Tabled {
    fn name(&self) -> &'static str {
        self.0.name
    }
    fn properties(&self) -> &'static [Property] {
        self.0.properties
    }
    /// Those that are not in the table are taken as they are.
    fn has_property(&self, _name: &str) -> bool {
        true
    }
    fn has_attribute(&self, name: &str) -> bool {
        let known = self.0.attributes;
        known.is_empty() || known.iter().any(|known| known.split('=').next() == Some(name))
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let made = self.named(context, properties);
        if self.0.name == "AWS::StepFunctions::StateMachine" {
            check_definition(properties)?;
        }
        self.act(context, self.0.create, &made.arn, properties, State::New)?;
        if let Some(code) = properties["Code"]["S3Bucket"].as_str().filter(|_| self.0.service == "lambda") {
            let object = format!("arn:aws:s3:::{code}/{}", properties["Code"]["S3Key"].as_str().unwrap_or_default());
            context.call::<Perform<Imaginary>>(Act::on("s3:GetObject", object))?;
        }
        Ok(self.physical(context, &made))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        let made = self.renamed(context, id, new);
        self.act(context, self.0.update, &made.arn, new, State::Changed)?;
        Ok(self.physical(context, &made))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let made = self.renamed(context, id, properties);
        self.act(context, self.0.delete, &made.arn, properties, State::Gone)
    }
}

/// What becomes of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Changed,
    Gone,
}

struct Made {
    name: String,
    arn: String,
}

fn tags(properties: &Value) -> Vec<(String, String)> {
    let listed = properties["Tags"].as_array().into_iter().flatten();
    let listed = listed.filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned())));
    let mapped = properties["Tags"].as_object().into_iter().flatten();
    listed.chain(mapped.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))).collect()
}

impl Tabled {
    /// Its name and ARN. The name is what the last `{…}` of the table's resource stands for.
    fn named(&self, context: &ResourceContext<'_>, properties: &Value) -> Made {
        let (mut resource, mut rest, mut name) = (String::new(), self.0.resource, String::new());
        while let Some((before, behind)) = rest.split_once('{') {
            let (part, after) = behind.split_once('}').unwrap_or((behind, ""));
            name = match part.strip_suffix('-') {
                Some(prefix) => format!("{prefix}-{}", context.suffix.to_lowercase()),
                None => match properties[part].as_str() {
                    Some(given) => last(given).to_owned(),
                    None => context.generated_name(LONGEST),
                },
            };
            resource.push_str(before);
            resource.push_str(&name);
            rest = after;
        }
        resource.push_str(rest);
        Made { name, arn: self.arn(context, &resource) }
    }

    fn arn(&self, context: &ResourceContext<'_>, resource: &str) -> String {
        match self.0.service {
            "cloudwatch" if resource.starts_with("dashboard") => Arn::new("cloudwatch", "", context.account.as_str(), resource).to_string(),
            service => context.arn(service, resource).to_string(),
        }
    }

    /// The same of one that is there already: its name may have been generated.
    fn renamed(&self, context: &ResourceContext<'_>, id: &str, properties: &Value) -> Made {
        let made = self.named(context, properties);
        match self.0.reference {
            Reference::Arn => Made { name: last(id).to_owned(), arn: id.to_owned() },
            Reference::Url | Reference::Name => {
                let name = last(id).to_owned();
                let arn = made.arn.strip_suffix(made.name.as_str()).map_or(made.arn.clone(), |stem| format!("{stem}{name}"));
                Made { name, arn }
            }
        }
    }

    fn physical(&self, context: &ResourceContext<'_>, made: &Made) -> Physical {
        let url = format!("https://sqs.{}.amazonaws.com/{}/{}", context.region, context.account, made.name);
        let id = match self.0.reference {
            Reference::Name => &made.name,
            Reference::Arn => &made.arn,
            Reference::Url => &url,
        };
        let mut physical = Physical::new(id).otherwise(made.arn.as_str());
        for (attribute, value) in self.0.attributes.iter().filter_map(|attribute| attribute.split_once('=')) {
            physical = physical.attribute(attribute, if value == "url" { url.as_str() } else { made.name.as_str() });
        }
        physical
    }

    /// The actions, each with what it needs; each of them has the whole effect.
    fn act(&self, context: &mut ResourceContext<'_>, actions: &[&str], arn: &str, properties: &Value, state: State) -> Result<(), Error> {
        let row = self.0;
        let role = |property: &str| properties[property].as_str().filter(|role| !role.is_empty()).map(str::to_owned);
        let on = match row.on.and_then(role) {
            Some(other) if other.starts_with("arn:") => other,
            Some(function) => context.arn("lambda", &format!("function:{function}")).to_string(),
            None => arn.to_owned(),
        };
        for action in actions {
            let mut act = Act::on(*action, &on);
            if state != State::Gone {
                let passes = row.roles.iter().filter_map(|(property, service)| Some((role(property)?, (*service).to_owned())));
                act.passes = passes.collect();
                act.assumes = row.assumes.and_then(|(property, code, says)| Some((role(property)?, code.into(), says.into())));
            }
            if state == State::New {
                act.tags = tags(properties);
            }
            if let Some((document, of)) = row.policy {
                let text = match &properties[document] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let holders = properties[of].as_array().into_iter().flatten().filter_map(Value::as_str);
                for holder in holders.map(|holder| messages::arn_of(holder).unwrap_or_else(|| holder.to_owned())) {
                    let policy = (state != State::Gone).then(|| text.clone());
                    let act = Act { resource: Some(holder.clone()), policy: Some((holder, policy)), ..act.clone() };
                    self.call(context, act)?;
                }
                continue;
            }
            match state {
                State::Gone => act.forgets = Some(arn.to_owned()),
                _ => {
                    act.keeps = Some((arn.to_owned(), Thing { properties: properties.clone(), policy: None, tags: tags(properties) }));
                }
            }
            self.call(context, act)?;
        }
        Ok(())
    }

    /// An act is of the service that keeps what it makes.
    fn call(&self, context: &mut ResourceContext<'_>, act: Act) -> Result<(), Error> {
        fn made<Op: Operation<Input = Act>>(context: &mut ResourceContext<'_>, act: Act) -> Result<(), Error> {
            context.call::<Op>(act).map(drop)
        }
        match self.0.service {
            "codedeploy" => made::<Perform<CodeDeploy>>(context, act),
            "ecs" => made::<Perform<Ecs>>(context, act),
            "lambda" => made::<Perform<Lambda>>(context, act),
            "sns" => made::<Perform<Sns>>(context, act),
            "sqs" => made::<Perform<Sqs>>(context, act),
            "states" => made::<Perform<States>>(context, act),
            _ => made::<Perform<Imaginary>>(context, act),
        }
    }
}

/// A resource of a type that is not known: its properties are taken as they are, and what it needs is not checked.
pub(super) struct Unknown(pub(super) &'static str);

impl ResourceType for Unknown {
    fn name(&self) -> &'static str {
        self.0
    }
    fn properties(&self) -> &'static [Property] {
        &[]
    }
    fn has_property(&self, _name: &str) -> bool {
        true
    }
    fn has_attribute(&self, _name: &str) -> bool {
        true
    }
    fn create(&self, context: &mut ResourceContext<'_>, _properties: &Value) -> Result<Physical, Error> {
        context.call::<super::NoteUnknown>(json!(self.0))?;
        let service = self.0.split("::").nth(1).unwrap_or_default().to_lowercase();
        let name = context.generated_name(LONGEST);
        Ok(Physical::new(name.clone()).otherwise(context.arn(&service, &name).as_str()))
    }
    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, _new: &Value) -> Result<Physical, Error> {
        let service = self.0.split("::").nth(1).unwrap_or_default().to_lowercase();
        Ok(Physical::new(id).otherwise(context.arn(&service, id).as_str()))
    }
    fn delete(&self, _context: &mut ResourceContext<'_>, _id: &str, _properties: &Value) -> Result<(), Error> {
        Ok(())
    }
}
