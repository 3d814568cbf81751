//! A stack's tags on its resources: they are part of what each resource is to be, so that a change of them changes it too.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>

use crate::state::Tag;
use gate::{ResourceType, Shape};
use template::{Located, LocatedValue};

const TAGS: &str = "Tags";

/// The properties of a resource with the tags of its stack, where the type takes tags. The resource's own win.
pub(crate) fn added(kind: &dyn ResourceType, mut properties: Located, tags: &[Tag]) -> Located {
    let Some(property) = kind.properties().iter().find(|property| property.name == TAGS).filter(|_| !tags.is_empty()) else {
        return properties;
    };
    let span = properties.span.clone();
    let located = |value| Located::new(value, span.clone());
    let text = |text: &str| located(LocatedValue::String(text.to_owned()));
    let LocatedValue::Map(members) = &mut properties.value else { return properties };
    let empty = match property.shape {
        Shape::List => LocatedValue::List(Vec::new()),
        _ => LocatedValue::Map(Vec::new()),
    };
    let place = members.iter().position(|(name, _)| name == TAGS).unwrap_or_else(|| {
        members.push((TAGS.to_owned(), located(empty)));
        members.len() - 1
    });
    match &mut members[place].1.value {
        LocatedValue::List(own) => {
            let has = |own: &[Located], key: &str| own.iter().any(|tag| tag.get("Key").and_then(Located::text) == Some(key));
            let inherited: Vec<&Tag> = tags.iter().filter(|tag| !has(own, &tag.key)).collect();
            own.extend(
                inherited.into_iter().map(|tag| {
                    located(LocatedValue::Map(vec![("Key".to_owned(), text(&tag.key)), ("Value".to_owned(), text(&tag.value))]))
                }),
            );
        }
        LocatedValue::Map(own) => {
            let inherited: Vec<&Tag> = tags.iter().filter(|tag| !own.iter().any(|(key, _)| *key == tag.key)).collect();
            own.extend(inherited.into_iter().map(|tag| (tag.key.clone(), text(&tag.value))));
        }
        // Known only when it is made, or no tags at all: the type says so.
        _ => {}
    }
    properties
}
