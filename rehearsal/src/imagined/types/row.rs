//! How a row of the table of resource types is written.

use gate::Property;

/// What `Ref` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// The name, or what stands for one.
    Name,
    /// The ARN.
    Arn,
    /// The URL of a queue.
    Url,
}

/// A resource type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// `AWS::ECS::Cluster`.
    pub(super) name: &'static str,
    /// The service in its ARN.
    pub(super) service: &'static str,
    /// The rest of its ARN: `{Property}` is that property's value, or a generated name; `{prefix-}` a generated id.
    pub(super) resource: &'static str,
    pub(super) reference: Reference,
    /// What `Fn::GetAtt` gives: all of it, if the list is not empty. `Name=` is followed by `name` or `url`, where it is neither
    /// the ARN nor opaque.
    pub(super) attributes: &'static [&'static str],
    pub(super) create: &'static [&'static str],
    pub(super) update: &'static [&'static str],
    pub(super) delete: &'static [&'static str],
    pub(super) properties: &'static [Property],
    /// Properties that are roles, and the services that they are passed to.
    pub(super) roles: &'static [(&'static str, &'static str)],
    /// The role that the service assumes when the resource is made, and what it says if it may not.
    pub(super) assumes: Option<(&'static str, &'static str, &'static str)>,
    /// The property with what the actions are on, where it is not the resource itself: its ARN, or a function's name.
    pub(super) on: Option<&'static str>,
    /// The property with a resource policy, and that with the resources that it is for.
    pub(super) policy: Option<(&'static str, &'static str)>,
}

/// A type whose resources have this service and resource in their ARNs.
pub(super) const fn row(name: &'static str, service: &'static str, resource: &'static str) -> Row {
    Row {
        name,
        service,
        resource,
        reference: Reference::Name,
        attributes: &[],
        create: &[],
        update: &[],
        delete: &[],
        properties: &[],
        roles: &[],
        assumes: None,
        on: None,
        policy: None,
    }
}

impl Row {
    pub(super) const fn by_arn(mut self) -> Self {
        self.reference = Reference::Arn;
        self
    }
    pub(super) const fn by_url(mut self) -> Self {
        self.reference = Reference::Url;
        self
    }
    pub(super) const fn gives(mut self, attributes: &'static [&'static str]) -> Self {
        self.attributes = attributes;
        self
    }
    /// The actions that make, change and delete it.
    pub(super) const fn by(
        mut self,
        create: &'static [&'static str],
        update: &'static [&'static str],
        delete: &'static [&'static str],
    ) -> Self {
        (self.create, self.update, self.delete) = (create, update, delete);
        self
    }
    pub(super) const fn takes(mut self, properties: &'static [Property]) -> Self {
        self.properties = properties;
        self
    }
    pub(super) const fn passes(mut self, roles: &'static [(&'static str, &'static str)]) -> Self {
        self.roles = roles;
        self
    }
    pub(super) const fn assumes(mut self, property: &'static str, code: &'static str, says: &'static str) -> Self {
        self.assumes = Some((property, code, says));
        self
    }
    pub(super) const fn on(mut self, property: &'static str) -> Self {
        self.on = Some(property);
        self
    }
    pub(super) const fn policy(mut self, document: &'static str, of: &'static str) -> Self {
        self.policy = Some((document, of));
        self
    }
}
