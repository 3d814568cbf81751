use crate::{Actor, BodyOut, BodyReader, Error, Operation, Scope, Service, core::Core};
use base::{AccountId, Arn, Region};
use serde_json::{Map, Value};

/// How a changed property is brought about.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// The resource keeps its physical id.
    InPlace,
    /// A new resource takes its place.
    Replace,
}

/// What kind of value a property has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string, a number or a flag, any of which may be written as text.
    Scalar,
    /// A list.
    List,
    /// An object.
    Structure,
    /// A document: an object, or its text.
    Document,
}

/// A property of a resource type.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// AWS's name.
    pub name: &'static str,
    /// What kind of value it has.
    pub shape: Shape,
    /// Whether a template must give it.
    pub required: bool,
    /// How a change is brought about.
    pub update: Update,
}

impl Property {
    /// An optional property that changes in place.
    pub const fn optional(name: &'static str) -> Self {
        Self { name, shape: Shape::Scalar, required: false, update: Update::InPlace }
    }
    /// A required property that changes in place.
    pub const fn required(name: &'static str) -> Self {
        Self { required: true, ..Self::optional(name) }
    }
    /// Its value is a list.
    pub const fn list(mut self) -> Self {
        self.shape = Shape::List;
        self
    }
    /// Its value is an object.
    pub const fn structure(mut self) -> Self {
        self.shape = Shape::Structure;
        self
    }
    /// Its value is a document.
    pub const fn document(mut self) -> Self {
        self.shape = Shape::Document;
        self
    }
    /// A change of it needs a new resource.
    pub const fn replaces(mut self) -> Self {
        self.update = Update::Replace;
        self
    }
}

/// A resource that was made or changed.
#[derive(Debug, Clone, Default)]
pub struct Physical {
    /// The physical id: what `Ref` gives.
    pub id: String,
    /// What `Fn::GetAtt` gives.
    pub attributes: Map<String, Value>,
}

impl Physical {
    /// A resource with this physical id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), attributes: Map::new() }
    }
    /// With an attribute for `Fn::GetAtt`.
    pub fn attribute(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }
    /// With an ARN that stands for all attributes without a value of their own: those whose names end in `Arn` are it, and
    /// others are made of it. For types of which not all is known.
    pub fn otherwise(self, arn: impl Into<Value>) -> Self {
        self.attribute(OTHERWISE, arn)
    }
    /// An attribute among those of a resource.
    pub fn attribute_of(attributes: &Map<String, Value>, name: &str) -> Option<Value> {
        let otherwise = || {
            let arn = attributes.get(OTHERWISE)?.as_str()?;
            let id = arn.rsplit(['/', ':']).next().unwrap_or(arn);
            Some(if name.ends_with("Arn") { arn.into() } else { format!("{id}.{name}").into() })
        };
        attributes.get(name).cloned().or_else(otherwise)
    }
}

/// No attribute's name.
const OTHERWISE: &str = "*";

/// A resource type of CloudFormation, such as `AWS::S3::Bucket`: implemented by the service it belongs to, in
/// `resources/`. It makes the real calls, so that a stack's role needs what it needs on AWS.
pub trait ResourceType: Send + Sync {
    /// `AWS::S3::Bucket`.
    fn name(&self) -> &'static str;
    /// All properties of the type that Sekisho knows; others are refused.
    fn properties(&self) -> &'static [Property];
    /// Whether it takes a property: one of those, where they are all known.
    fn has_property(&self, name: &str) -> bool {
        self.properties().iter().any(|property| property.name == name)
    }
    /// What `Fn::GetAtt` gives of it.
    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }
    /// Whether `Fn::GetAtt` gives this of it: one of its attributes, where their names are not the template's own.
    fn has_attribute(&self, name: &str) -> bool {
        self.attributes().contains(&name)
    }
    /// Makes the resource. If it fails, nothing of it stays.
    ///
    /// # Errors
    /// The error of the call that failed.
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error>;
    /// Changes the resource in place; a physical id that differs from `id` means that it was replaced.
    ///
    /// # Errors
    /// The error of the call that failed.
    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error>;
    /// Deletes the resource; one that is gone already is fine.
    ///
    /// # Errors
    /// The error of the call that failed.
    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error>;
}

/// What a resource type may do: calls as the stack's caller, in the stack's step.
pub struct ResourceContext<'a> {
    core: &'a mut Core,
    frame: &'a crate::core::Frame,
    event: &'a str,
    caller_service: &'static str,
    actor: &'a Actor,
    /// The stack's account.
    pub account: AccountId,
    /// The stack's region.
    pub region: Region,
    /// The stack's name.
    pub stack_name: String,
    /// The stack's id.
    pub stack_id: String,
    /// The resource's logical id.
    pub logical_id: String,
    /// Twelve letters and digits, the same at every attempt to make this resource: part of generated names.
    pub suffix: String,
}

/// What a resource type is asked for.
#[derive(Debug, Clone)]
pub struct ResourceRequest {
    /// The stack's account.
    pub account: AccountId,
    /// The stack's name.
    pub stack_name: String,
    /// The stack's id.
    pub stack_id: String,
    /// The resource's logical id.
    pub logical_id: String,
    /// Twelve letters and digits for generated names.
    pub suffix: String,
}

impl<S: Service> Scope<'_, S> {
    /// Lets a resource type work in this step, as `actor`. What it wrote is dropped if it fails.
    ///
    /// # Errors
    /// What `work` fails with.
    pub fn with_resource<T>(
        &mut self,
        actor: &Actor,
        request: ResourceRequest,
        work: impl FnOnce(&mut ResourceContext<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mark = self.view.core.mark();
        let region = self.view.frame.context.region.clone();
        let result = work(&mut ResourceContext {
            core: self.view.core,
            frame: self.view.frame,
            event: self.event,
            caller_service: S::PRINCIPAL,
            actor,
            account: request.account,
            region,
            stack_name: request.stack_name,
            stack_id: request.stack_id,
            logical_id: request.logical_id,
            suffix: request.suffix,
        });
        if result.is_err() {
            self.view.core.undo(mark);
        }
        result
    }
    /// The resource type of this name, if a service brings it.
    pub fn resource_type(&self, name: &str) -> Option<std::sync::Arc<dyn ResourceType>> {
        let gate = &self.view.core.gate.0;
        gate.resource_types.get(name).cloned().or_else(|| gate.unknown_resource_types.and_then(|make| make(name)))
    }
    /// The names of all resource types.
    pub fn resource_type_names(&self) -> Vec<&'static str> {
        self.view.core.gate.0.resource_types.keys().copied().collect()
    }
}

impl ResourceContext<'_> {
    fn frame(&self) -> crate::core::Frame {
        let mut context = (*self.frame.context).clone();
        context.source_ip = self.caller_service.into();
        context.user_agent = self.caller_service.into();
        context.secure_transport = true;
        context.source_arn = None;
        context.request_id = base::uuid(&*self.core.gate.0.entropy);
        let parent = (!self.event.is_empty()).then(|| self.event.to_string());
        let about = crate::About { work: self.stack_id.clone(), part: vec![self.logical_id.clone()] };
        let (caller, context) = (self.actor.caller().clone(), std::sync::Arc::new(context));
        crate::core::Frame { caller, context, parent, event: None, about: Some(std::sync::Arc::new(about)) }
    }
    /// Makes a call as the stack's caller.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn call<Op: Operation>(&mut self, input: Op::Input) -> Result<Op::Output, Error> {
        let frame = self.frame();
        crate::pass::pass::<Op>(self.core, frame, input, crate::Body::None).map(|(output, _)| output)
    }
    /// Makes a call whose answer has a body, as the stack's caller.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn call_receiving<Op: Operation>(&mut self, input: Op::Input) -> Result<(Op::Output, BodyReader), Error> {
        let frame = self.frame();
        let (output, out) = crate::pass::pass::<Op>(self.core, frame, input, crate::Body::None)?;
        let out = out.unwrap_or(BodyOut { parts: Vec::new(), start: 0, length: 0 });
        Ok((output, BodyReader::open(self.core, &out)?))
    }
    /// Makes a call as the stack's caller, from properties: numbers and booleans may be text, as in templates.
    ///
    /// # Errors
    /// AWS's error of the call; or the properties have not the operation's shape.
    pub fn call_with<Op: Operation>(&mut self, input: Value) -> Result<Op::Output, Error> {
        let typed = wire::lenient::from_known::<Op::Input>(&input, &[])
            .map_err(|e| Error::new("ValidationError", format!("Properties validation failed for resource {}: {e}", self.logical_id)))?;
        self.call::<Op>(typed)
    }
    /// The URL at which the server is reached: the one that clients have by default, where none was said.
    pub fn endpoint(&self) -> &str {
        self.core.gate.server_url()
    }
    /// `Stack-LogicalId-SUFFIX`, cut in the middle to `longest` letters as AWS does.
    pub fn generated_name(&self, longest: usize) -> String {
        let tail = self.suffix.len() + 1;
        let mut head = format!("{}-{}", self.stack_name, self.logical_id);
        let room = longest.saturating_sub(tail);
        if head.len() > room {
            let half = room.saturating_sub(1) / 2;
            let stack: String = self.stack_name.chars().take(half).collect();
            let logical: String = self.logical_id.chars().take(room.saturating_sub(1 + stack.len())).collect();
            head = format!("{stack}-{logical}");
        }
        format!("{head}-{}", self.suffix)
    }
    /// An ARN in the stack's account and region.
    pub fn arn(&self, service: &str, resource: &str) -> Arn {
        Arn::new(service, self.region.as_str(), self.account.as_str(), resource)
    }
}
