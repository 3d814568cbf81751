//! Reading intrinsic functions: the shape of their arguments, in AWS's words when it is wrong.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::{Call, Expr, ExprKind, Field, Piece, functions};
use crate::extensions::{DECLARE, FOR_EACH};
use crate::located::Slicer;
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::sections::MACROS;
use crate::suggest::did_you_mean;
use crate::{Part, Span};

/// Which part of the template is read: it decides which functions may stand there.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Section {
    Conditions,
    Rules,
    Values,
}

/// Turns nodes into expressions.
pub(crate) struct Reader<'a> {
    pub section: Section,
    /// The template declares `AWS::LanguageExtensions`.
    pub extensions: bool,
    pub findings: &'a mut Findings,
}

impl Reader<'_> {
    pub(crate) fn expr(&mut self, node: Node) -> Expr {
        let span = node.span;
        let kind = match node.kind {
            Kind::Null => ExprKind::Null,
            Kind::Bool(value) => ExprKind::Bool(value),
            Kind::Number(text) => ExprKind::Number(text),
            Kind::String(text, parts) => ExprKind::String(text, parts),
            Kind::List(items) => ExprKind::List(items.into_iter().map(|item| self.expr(item)).collect()),
            Kind::Map(entries) => return self.map(entries, span),
        };
        Expr { kind, span }
    }

    fn map(&mut self, mut entries: Vec<Entry>, span: Span) -> Expr {
        let alone = entries.len() == 1;
        if let Some(at) = entries.iter().position(|entry| self.is_function(&entry.key.text, alone)) {
            if alone {
                let Entry { key, value } = entries.swap_remove(at);
                return match self.call(&key, value) {
                    Ok(call) => Expr { kind: ExprKind::Call(Box::new(call)), span },
                    Err(finding) => {
                        self.findings.push(finding);
                        Expr { kind: ExprKind::Null, span }
                    }
                };
            }
            let key = &entries[at].key;
            self.findings.push(
                Diagnostic::error(&key.span, format!("Template format error: {} must be the only key of its object", shorten(&key.text)))
                    .help("move the other keys out, or the function in"),
            );
        }
        let fields = entries.into_iter().map(|Entry { key, value }| Field { key, value: self.expr(value) }).collect();
        Expr { kind: ExprKind::Map(fields), span }
    }

    /// `Condition` is a function in conditions alone: elsewhere it is a policy's key.
    fn is_function(&self, key: &str, alone: bool) -> bool {
        key.starts_with("Fn::") || alone && (key == "Ref" || key == "Condition" && self.section != Section::Values)
    }

    fn call(&mut self, function: &Name, argument: Node) -> Result<Call, Diagnostic> {
        let bad = |message: &str| Diagnostic::error(&argument.span, format!("Template error: {message}"));
        let conditional = self.section != Section::Values;
        Ok(match function.text.as_str() {
            "Ref" => Call::Ref(string(&argument).ok_or_else(|| bad("every Ref object must have a single String value"))?),
            "Condition" => Call::Condition(string(&argument).ok_or_else(|| bad("every Condition object must have a single String value"))?),
            "Fn::GetAtt" => self.get_att(argument)?,
            "Fn::Sub" => self.sub(argument)?,
            "Fn::Join" => {
                const MESSAGE: &str = "Every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.";
                let [separator, list] = self.list(argument, MESSAGE)?;
                Call::Join(separator_of(&separator, MESSAGE)?, self.expr(list))
            }
            "Fn::Split" => {
                const MESSAGE: &str = "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.";
                let [separator, source] = self.list(argument, MESSAGE)?;
                Call::Split(separator_of(&separator, MESSAGE)?, self.expr(source))
            }
            "Fn::Select" => {
                let [index, list] =
                    self.list(argument, "Fn::Select requires a list argument with two elements: an integer index and a list")?;
                Call::Select(self.expr(index), self.expr(list))
            }
            "Fn::If" => {
                const MESSAGE: &str = "Fn::If requires a list argument with three elements, the first of which is the name of a condition";
                let [condition, yes, no] = self.list(argument, MESSAGE)?;
                let name = string(&condition).ok_or_else(|| Diagnostic::error(&condition.span, format!("Template error: {MESSAGE}")))?;
                Call::If(name, self.expr(yes), self.expr(no))
            }
            "Fn::FindInMap" => self.find_in_map(argument)?,
            "Fn::ImportValue" => Call::ImportValue(self.expr(argument)),
            "Fn::Base64" => Call::Base64(self.expr(argument)),
            "Fn::GetAZs" => Call::GetAZs(self.expr(argument)),
            "Fn::Cidr" => {
                const MESSAGE: &str = "Fn::Cidr requires an IP block, a count of blocks and, optionally, the number of bits of each block";
                match argument.kind {
                    Kind::List(items) if (2..=3).contains(&items.len()) => {
                        let mut items = items.into_iter().map(|item| self.expr(item));
                        match (items.next(), items.next(), items.next()) {
                            (Some(block), Some(count), bits) => Call::Cidr(block, count, bits),
                            _ => return Err(Diagnostic::error(&argument.span, MESSAGE)),
                        }
                    }
                    _ => return Err(bad(MESSAGE)),
                }
            }
            "Fn::Length" if self.extensions => Call::Length(self.expr(argument)),
            "Fn::ToJsonString" if self.extensions => Call::ToJsonString(self.expr(argument)),
            "Fn::Equals" if conditional => {
                let [left, right] = self.list(argument, "every Fn::Equals object requires a list of 2 string parameters.")?;
                Call::Equals(self.expr(left), self.expr(right))
            }
            "Fn::Not" if conditional => {
                let [operand] = self.list(argument, "every Fn::Not object requires a list with exactly 1 boolean parameter.")?;
                Call::Not(self.expr(operand))
            }
            "Fn::And" if conditional => Call::And(self.operands(argument, "And")?),
            "Fn::Or" if conditional => Call::Or(self.operands(argument, "Or")?),
            "Fn::RefAll" if self.section == Section::Rules => {
                Call::RefAll(string(&argument).ok_or_else(|| bad("every Fn::RefAll object must have a single String value"))?)
            }
            name @ ("Fn::ValueOf" | "Fn::ValueOfAll") if self.section == Section::Rules => {
                let message = format!("Template error: {name} is not available in Sekisho: it asks for attributes of Amazon EC2 resources");
                return Err(Diagnostic::error(&function.span, message));
            }
            name @ ("Fn::Contains" | "Fn::EachMemberEquals" | "Fn::EachMemberIn") if self.section == Section::Rules => {
                let [left, right] = self.list(argument, "every rule function requires a list of 2 parameters.")?;
                let (left, right) = (self.expr(left), self.expr(right));
                match name {
                    "Fn::Contains" => Call::Contains(left, right),
                    "Fn::EachMemberEquals" => Call::EachMemberEquals(left, right),
                    _ => Call::EachMemberIn(left, right),
                }
            }
            "Fn::Transform" => {
                let named = match &argument.kind {
                    Kind::Map(entries) => entries.iter().find(|entry| entry.key.text == "Name").and_then(|entry| entry.value.scalar()),
                    _ => argument.scalar(),
                };
                let named = named.map(|name| format!(": no transform named {} found", shorten(name))).unwrap_or_default();
                let message = format!("Template error: Fn::Transform is not available in Sekisho{named}");
                return Err(Diagnostic::error(&function.span, message).help(MACROS));
            }
            name => {
                let supported = functions().collect::<Vec<_>>().join(", ");
                let help = match name {
                    "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" => {
                        Some("define a condition in Conditions and use it with Fn::If".to_owned())
                    }
                    "Fn::Contains" | "Fn::EachMemberEquals" | "Fn::EachMemberIn" | "Fn::RefAll" | "Fn::ValueOf" | "Fn::ValueOfAll" => {
                        Some(format!("{name} may stand in Rules only"))
                    }
                    name if name.starts_with(FOR_EACH) || matches!(name, "Fn::Length" | "Fn::ToJsonString") => Some(DECLARE.to_owned()),
                    _ => did_you_mean(name, functions()),
                };
                let message =
                    format!("Template error: Encountered unsupported function: {} Supported functions are: [{supported}]", shorten(name));
                return Err(Diagnostic::error(&function.span, message).maybe_help(help));
            }
        })
    }

    fn list<const N: usize>(&mut self, argument: Node, message: &str) -> Result<[Node; N], Diagnostic> {
        let bad = || Diagnostic::error(&argument.span, format!("Template error: {message}"));
        match argument.kind {
            Kind::List(items) => items.try_into().map_err(|_| bad()),
            _ => Err(bad()),
        }
    }

    fn operands(&mut self, argument: Node, function: &str) -> Result<Vec<Expr>, Diagnostic> {
        match argument.kind {
            Kind::List(items) if (2..=10).contains(&items.len()) => Ok(items.into_iter().map(|item| self.expr(item)).collect()),
            _ => Err(Diagnostic::error(
                &argument.span,
                format!("Template error: every Fn::{function} object requires a list of at least 2 and at most 10 boolean parameters."),
            )),
        }
    }

    fn get_att(&mut self, argument: Node) -> Result<Call, Diagnostic> {
        let bad = || {
            Diagnostic::error(
                &argument.span,
                "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            )
        };
        match argument.kind {
            Kind::String(text, parts) => {
                let (resource, attribute) = text.split_once('.').filter(|(a, b)| !a.is_empty() && !b.is_empty()).ok_or_else(bad)?;
                let name = Name { text: resource.to_owned(), span: argument.span.narrow(&text, 0, resource.len()) };
                let at = argument.span.narrow(&text, resource.len() + 1, text.len());
                drop(parts);
                Ok(Call::GetAtt(name, Expr { kind: ExprKind::String(attribute.to_owned(), Vec::new()), span: at }))
            }
            Kind::List(items) => {
                let [resource, attribute]: [Node; 2] = items.try_into().map_err(|_| {
                    Diagnostic::error(
                        &argument.span,
                        "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
                    )
                })?;
                let name = string(&resource)
                    .filter(|name| !name.text.is_empty())
                    .ok_or_else(|| Diagnostic::error(&resource.span, "Template error: the resource name of Fn::GetAtt must be a string"))?;
                Ok(Call::GetAtt(name, self.expr(attribute)))
            }
            _ => Err(bad()),
        }
    }

    fn find_in_map(&mut self, argument: Node) -> Result<Call, Diagnostic> {
        const MESSAGE: &str = "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value";
        let span = argument.span;
        let Kind::List(items) = argument.kind else {
            return Err(Diagnostic::error(&span, MESSAGE));
        };
        let mut items = items.into_iter();
        let (Some(map), Some(top), Some(second), default, None) = (items.next(), items.next(), items.next(), items.next(), items.next())
        else {
            return Err(Diagnostic::error(&span, MESSAGE));
        };
        let default = match default {
            None => None,
            Some(node) if !self.extensions => {
                return Err(Diagnostic::error(&node.span, MESSAGE)
                    .help("a default value needs 'Transform: AWS::LanguageExtensions' at the top of the template"));
            }
            Some(Node { kind: Kind::Map(mut entries), .. }) if entries.len() == 1 && entries[0].key.text == "DefaultValue" => {
                entries.pop().map(|entry| self.expr(entry.value))
            }
            Some(node) => {
                return Err(Diagnostic::error(&node.span, MESSAGE).help("the fourth parameter is written {DefaultValue: ...}"));
            }
        };
        Ok(Call::FindInMap { map: self.expr(map), top: self.expr(top), second: self.expr(second), default })
    }

    fn sub(&mut self, argument: Node) -> Result<Call, Diagnostic> {
        const MESSAGE: &str = "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string";
        let bad = |span: &Span| Diagnostic::error(span, MESSAGE);
        let span = argument.span;
        let (text, variables) = match argument.kind {
            Kind::List(items) => {
                let [text, variables]: [Node; 2] = items.try_into().map_err(|_| bad(&span))?;
                match variables.kind {
                    Kind::Map(entries) => (text, entries),
                    _ => return Err(bad(&variables.span)),
                }
            }
            kind => (Node { kind, span }, Vec::new()),
        };
        let variables: Vec<Field> = variables.into_iter().map(|Entry { key, value }| Field { key, value: self.expr(value) }).collect();
        let (string, parts) = match &text.kind {
            Kind::String(string, parts) => (string.as_str(), parts.as_slice()),
            _ => (text.scalar().ok_or_else(|| bad(&text.span))?, [].as_slice()),
        };
        Ok(Call::Sub(pieces(string, parts, &text.span, &variables)?, variables))
    }
}

fn string(node: &Node) -> Option<Name> {
    match node.kind {
        Kind::String(..) | Kind::Number(_) => node.name(),
        _ => None,
    }
}

fn separator_of(node: &Node, message: &str) -> Result<Name, Diagnostic> {
    string(node).ok_or_else(|| Diagnostic::error(&node.span, format!("Template error: {message}")))
}

/// Cuts the text of a `Fn::Sub` at its `${...}`.
fn pieces(text: &str, parts: &[Part], span: &Span, variables: &[Field]) -> Result<Vec<Piece>, Diagnostic> {
    let mut pieces = Vec::new();
    let mut slicer = Slicer::new(text, parts, span);
    let literal = |pieces: &mut Vec<Piece>, slicer: &mut Slicer<'_>, from: usize, to: usize| {
        if from < to {
            pieces.push(Piece::Text(text[from..to].to_owned(), slicer.slice(from, to)));
        }
    };
    let place = |slicer: &mut Slicer<'_>, from: usize, to: usize| match slicer.slice(from, to).into_iter().next() {
        Some(part) => part.span,
        None => span.clone(),
    };
    let numbers: HashMap<&str, usize> = variables.iter().enumerate().map(|(number, field)| (field.key.text.as_str(), number)).collect();
    let mut done = 0;
    let mut search = 0;
    while let Some(open) = text[search..].find("${").map(|at| at + search) {
        let Some(close) = text[open..].find('}').map(|at| at + open) else {
            break;
        };
        let name = &text[open + 2..close];
        if name.starts_with('!') {
            // ${!Name} is how ${Name} is written when it is not to be replaced.
            literal(&mut pieces, &mut slicer, done, open + 2);
            literal(&mut pieces, &mut slicer, open + 3, close + 1);
        } else {
            literal(&mut pieces, &mut slicer, done, open);
            let here = place(&mut slicer, open, close + 1);
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':')) {
                return Err(Diagnostic::error(
                    &here,
                    "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons",
                )
                .help(format!("write ${{!{}}} to keep it as it is", shorten(name))));
            }
            pieces.push(match numbers.get(name) {
                Some(index) => Piece::Variable(*index, here),
                None => match name.split_once('.') {
                    Some((resource, attribute)) => Piece::GetAtt(Name { text: resource.to_owned(), span: here }, attribute.to_owned()),
                    None => Piece::Ref(Name { text: name.to_owned(), span: here }),
                },
            });
        }
        done = close + 1;
        search = done;
    }
    literal(&mut pieces, &mut slicer, done, text.len());
    Ok(pieces)
}
