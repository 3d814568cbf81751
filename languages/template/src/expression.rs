//! Values with functions in them: what a property says before it is evaluated.

use crate::node::Name;
use crate::{Part, Span};

/// A value as the template writes it.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Null,
    Bool(bool),
    Number(String),
    String(String, Vec<Part>),
    List(Vec<Expr>),
    Map(Vec<Field>),
    Call(Box<Call>),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub key: Name,
    pub value: Expr,
}

/// An intrinsic function with its arguments.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Ref(Name),
    GetAtt(Name, Expr),
    Sub(Vec<Piece>, Vec<Field>),
    Join(Name, Expr),
    Split(Name, Expr),
    Select(Expr, Expr),
    If(Name, Expr, Expr),
    FindInMap {
        map: Expr,
        top: Expr,
        second: Expr,
        default: Option<Expr>,
    },
    ImportValue(Expr),
    Base64(Expr),
    Cidr(Expr, Expr, Option<Expr>),
    GetAZs(Expr),
    Length(Expr),
    ToJsonString(Expr),
    Equals(Expr, Expr),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Expr),
    Condition(Name),
    Contains(Expr, Expr),
    EachMemberEquals(Expr, Expr),
    EachMemberIn(Expr, Expr),
    /// The values of all parameters of a type.
    RefAll(Name),
}

/// A piece of the text of a `Fn::Sub`.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(String, Vec<Part>),
    Ref(Name),
    GetAtt(Name, String),
    /// One of the function's own variables, by its place in the list.
    Variable(usize, Span),
}

/// The functions that a template may call, in AWS's order, with the short form's name.
const FUNCTIONS: [(&str, Option<&str>); 26] = [
    ("Fn::Base64", Some("Base64")),
    ("Fn::GetAtt", Some("GetAtt")),
    ("Fn::GetAZs", Some("GetAZs")),
    ("Fn::ImportValue", Some("ImportValue")),
    ("Fn::Join", Some("Join")),
    ("Fn::Split", Some("Split")),
    ("Fn::FindInMap", Some("FindInMap")),
    ("Fn::Select", Some("Select")),
    ("Ref", Some("Ref")),
    ("Fn::Equals", Some("Equals")),
    ("Fn::If", Some("If")),
    ("Fn::Not", Some("Not")),
    ("Condition", Some("Condition")),
    ("Fn::And", Some("And")),
    ("Fn::Or", Some("Or")),
    ("Fn::Contains", Some("Contains")),
    ("Fn::EachMemberEquals", Some("EachMemberEquals")),
    ("Fn::EachMemberIn", Some("EachMemberIn")),
    ("Fn::ValueOf", Some("ValueOf")),
    ("Fn::ValueOfAll", Some("ValueOfAll")),
    ("Fn::RefAll", Some("RefAll")),
    ("Fn::Sub", Some("Sub")),
    ("Fn::Cidr", Some("Cidr")),
    ("Fn::Transform", Some("Transform")),
    ("Fn::Length", Some("Length")),
    ("Fn::ToJsonString", Some("ToJsonString")),
];

/// The names of all functions.
pub(crate) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(long, _)| *long)
}

/// The long name of a short form, or a suggestion.
pub(crate) fn short_form(tag: &str) -> Result<&'static str, Option<String>> {
    let named = FUNCTIONS.iter().find(|(_, short)| *short == Some(tag));
    named.map(|(long, _)| *long).ok_or_else(|| {
        let near = crate::suggest::did_you_mean(tag, FUNCTIONS.iter().filter_map(|(_, short)| *short));
        near.map(|sentence| sentence.replacen('\'', "'!", 1))
    })
}

/// Something that an expression refers to.
#[derive(Clone, Copy)]
pub(crate) enum Use<'a> {
    Ref(&'a Name),
    GetAtt(&'a Name),
    Mapping(&'a str, &'a Span),
    Condition(&'a Name),
    Import(&'a Expr),
}

/// What is known of a condition while walking: true, false, or not yet.
pub(crate) type Taken<'f> = &'f dyn Fn(&str) -> Option<bool>;

impl Expr {
    /// Walks over everything that this refers to. Where `taken` knows a condition, the other branch is passed over;
    /// the flag says whether the use stands in a branch that may not be taken.
    pub(crate) fn uses<'a>(&'a self, taken: Taken<'_>, maybe: bool, found: &mut dyn FnMut(Use<'a>, bool)) {
        match &self.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(..) => {}
            ExprKind::List(items) => items.iter().for_each(|item| item.uses(taken, maybe, found)),
            ExprKind::Map(fields) => fields.iter().for_each(|field| field.value.uses(taken, maybe, found)),
            ExprKind::Call(call) => call.uses(taken, maybe, found),
        }
    }
}

impl Call {
    /// Whether it is true or false.
    pub(crate) fn is_boolean(&self) -> bool {
        use Call::*;
        matches!(self, Equals(..) | And(_) | Or(_) | Not(_) | Condition(_) | Contains(..) | EachMemberEquals(..) | EachMemberIn(..))
    }

    fn uses<'a>(&'a self, taken: Taken<'_>, maybe: bool, found: &mut dyn FnMut(Use<'a>, bool)) {
        match self {
            Call::Ref(name) => found(Use::Ref(name), maybe),
            Call::Condition(name) => found(Use::Condition(name), maybe),
            Call::ImportValue(name) => found(Use::Import(name), maybe),
            Call::GetAtt(name, _) => found(Use::GetAtt(name), maybe),
            Call::Sub(pieces, _) => {
                for piece in pieces {
                    match piece {
                        Piece::Ref(name) => found(Use::Ref(name), maybe),
                        Piece::GetAtt(name, _) => found(Use::GetAtt(name), maybe),
                        Piece::Text(..) | Piece::Variable(..) => {}
                    }
                }
            }
            Call::If(name, yes, no) => {
                found(Use::Condition(name), maybe);
                match taken(&name.text) {
                    Some(true) => yes.uses(taken, maybe, found),
                    Some(false) => no.uses(taken, maybe, found),
                    None => [yes, no].into_iter().for_each(|branch| branch.uses(taken, true, found)),
                }
                return;
            }
            Call::FindInMap { map: Expr { kind: ExprKind::String(name, _), span }, .. } => found(Use::Mapping(name, span), maybe),
            _ => {}
        }
        self.arguments(&mut |argument| argument.uses(taken, maybe, found));
    }

    /// Visits the values that the function is given.
    pub(crate) fn arguments<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Call::Ref(_) | Call::Condition(_) | Call::RefAll(_) => {}
            Call::Sub(_, variables) => variables.iter().for_each(|field| visit(&field.value)),
            Call::GetAtt(_, x)
            | Call::Join(_, x)
            | Call::Split(_, x)
            | Call::ImportValue(x)
            | Call::Base64(x)
            | Call::GetAZs(x)
            | Call::Length(x)
            | Call::ToJsonString(x)
            | Call::Not(x) => visit(x),
            Call::Select(a, b)
            | Call::If(_, a, b)
            | Call::Equals(a, b)
            | Call::Contains(a, b)
            | Call::EachMemberEquals(a, b)
            | Call::EachMemberIn(a, b) => [a, b].into_iter().for_each(visit),
            Call::And(list) | Call::Or(list) => list.iter().for_each(visit),
            Call::FindInMap { map, top, second, default } => {
                [Some(map), Some(top), Some(second), default.as_ref()].into_iter().flatten().for_each(visit);
            }
            Call::Cidr(a, b, c) => [Some(a), Some(b), c.as_ref()].into_iter().flatten().for_each(visit),
        }
    }
}
