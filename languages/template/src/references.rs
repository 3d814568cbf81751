//! What the properties of a resource refer to.

use std::collections::{BTreeMap, BTreeSet};

use crate::Plan;
use crate::expression::{Call, Expr, ExprKind, Piece};

/// Something that a property refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// The value of a parameter.
    Parameter(String),
    /// What `Ref` gives for a resource.
    Resource(String),
    /// What `Fn::GetAtt` gives for a resource: its name and the attribute's.
    Attribute(String, String),
}

impl Plan<'_> {
    /// What each property of a resource refers to, by the property's name. Branches that are not taken are left out.
    pub fn references(&self, id: &str) -> BTreeMap<String, BTreeSet<Reference>> {
        let mut expr = self.declared(id).ok().and_then(|resource| resource.properties.as_ref());
        while let Some(Expr { kind: ExprKind::Call(call), .. }) = expr {
            let Call::If(condition, yes, no) = &**call else { break };
            expr = Some(if self.condition(&condition.text) == Some(true) { yes } else { no });
        }
        let Some(Expr { kind: ExprKind::Map(fields), .. }) = expr else { return BTreeMap::new() };
        let of = |value| {
            let mut found = BTreeSet::new();
            self.walk(value, &mut found);
            found
        };
        fields.iter().map(|field| (field.key.text.clone(), of(&field.value))).collect()
    }

    fn walk(&self, expr: &Expr, found: &mut BTreeSet<Reference>) {
        let call = match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(..) => return,
            ExprKind::List(items) => return items.iter().for_each(|item| self.walk(item, found)),
            ExprKind::Map(fields) => return fields.iter().for_each(|field| self.walk(&field.value, found)),
            ExprKind::Call(call) => call,
        };
        match &**call {
            Call::Ref(name) => self.named(&name.text, found),
            Call::GetAtt(name, Expr { kind: ExprKind::String(attribute, _), .. }) => {
                found.insert(Reference::Attribute(name.text.clone(), attribute.clone()));
            }
            Call::Sub(pieces, _) => {
                for piece in pieces {
                    match piece {
                        Piece::Ref(name) => self.named(&name.text, found),
                        Piece::GetAtt(name, attribute) => {
                            found.insert(Reference::Attribute(name.text.clone(), attribute.clone()));
                        }
                        Piece::Text(..) | Piece::Variable(..) => {}
                    }
                }
            }
            Call::If(condition, yes, no) => {
                return self.walk(if self.condition(&condition.text) == Some(true) { yes } else { no }, found);
            }
            _ => {}
        }
        call.arguments(&mut |argument| self.walk(argument, found));
    }

    fn named(&self, name: &str, found: &mut BTreeSet<Reference>) {
        if self.parameters().iter().any(|parameter| parameter.name == name) {
            found.insert(Reference::Parameter(name.to_owned()));
        } else if self.resource(name).is_some() {
            found.insert(Reference::Resource(name.to_owned()));
        }
    }
}
