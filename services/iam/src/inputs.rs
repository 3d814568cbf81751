//! The inputs that operations on groups, users, roles and instance profiles share: they differ only in the member that names
//! the entity.

use crate::{
    Iam,
    entity::{self, Entity},
    policies,
    tags::{self, Tag},
};
use base::Arn;
use gate::{Demands, Error, View};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};
use std::{fmt, marker::PhantomData, ops::Deref};

/// The name of an entity, in the member that its kind has for it: `RoleName`.
pub struct Named<E>(String, PhantomData<fn() -> E>);

impl<E: Entity> Named<E> {
    /// The entity's own name, as it is written.
    pub(crate) fn of(entity: &E) -> Self {
        Self(entity.holder().name.clone(), PhantomData)
    }
}
impl<E> Deref for Named<E> {
    type Target = String;
    fn deref(&self) -> &String {
        &self.0
    }
}
impl<E: Entity> Serialize for Named<E> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(1))?;
        map.serialize_entry(E::MEMBER[0], &self.0)?;
        map.end()
    }
}
impl<'de, E: Entity> Deserialize<'de> for Named<E> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct OfMember<E>(PhantomData<E>);
        impl<'de, E: Entity> Visitor<'de> for OfMember<E> {
            type Value = String;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a structure")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
                let mut name = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == E::MEMBER[0] {
                        name = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                name.ok_or_else(|| serde::de::Error::missing_field(E::MEMBER[0]))
            }
        }
        d.deserialize_struct("Named", E::MEMBER, OfMember::<E>(PhantomData)).map(|name| Self(name, PhantomData))
    }
}

macro_rules! inputs {
    ($($(#[$about:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty),* })*) => { $(
        $(#[$about])*
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "PascalCase", bound = "E: Entity")]
        pub struct $name<E> {
            #[serde(flatten)]
            pub(crate) of: Named<E>,
            $($(#[$more])* pub(crate) $field: $type,)*
        }
    )* };
}

inputs! {
    /// An entity.
    One {}
    /// A list that belongs to an entity.
    Listed { marker: Option<String>, max_items: Option<usize> }
    /// A list that belongs to an entity, of what lies below a path.
    ListedBelow { path_prefix: Option<String>, marker: Option<String>, max_items: Option<usize> }
    /// An inline policy of an entity.
    Inline { policy_name: String }
    /// An inline policy with its text.
    InlineDocument { policy_name: String, policy_document: String }
    /// A managed policy and an entity.
    Attachment { policy_arn: Arn }
    /// A permissions boundary for an entity.
    Bounded { permissions_boundary: Arn }
    /// Tags for an entity.
    Tagged { tags: Vec<Tag> }
    /// Tags that an entity is to lose.
    Untagged { tag_keys: Vec<String> }
}

impl<E: Entity> Attachment<E> {
    /// The right to attach or detach; groups have no boundary.
    pub(crate) fn demands(&self, view: &mut View<'_, Iam>, action: &'static str) -> Result<Demands, Error> {
        policies::check_arn(&self.policy_arn)?;
        Ok(entity::demand_bounded::<E>(view, action, &self.of)?.with("iam:PolicyARN", &self.policy_arn).into())
    }
}

impl<E: Entity> Bounded<E> {
    /// The right to set the boundary: with the new one as `iam:PermissionsBoundary`.
    pub(crate) fn demands(&self, view: &mut View<'_, Iam>, action: &'static str) -> Result<Demands, Error> {
        policies::check_arn(&self.permissions_boundary)?;
        Ok(entity::demand::<E>(view, action, &self.of)?.with("iam:PermissionsBoundary", &self.permissions_boundary).into())
    }
}

impl<E: Entity> Tagged<E> {
    /// The right to set these tags.
    pub(crate) fn demands(&self, view: &mut View<'_, Iam>, action: &'static str) -> Result<Demands, Error> {
        Ok(entity::demand::<E>(view, action, &self.of)?.with_tags(tags::pairs(&self.tags)).into())
    }
}

impl<E: Entity> Untagged<E> {
    /// The right to remove these tags.
    pub(crate) fn demands(&self, view: &mut View<'_, Iam>, action: &'static str) -> Result<Demands, Error> {
        Ok(entity::demand::<E>(view, action, &self.of)?.with("aws:TagKeys", self.tag_keys.clone()).into())
    }
}

/// A list of all entities of a kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct All {
    pub(crate) path_prefix: Option<String>,
    pub(crate) marker: Option<String>,
    pub(crate) max_items: Option<usize>,
}
