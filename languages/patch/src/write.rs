//! Values as the document writes them.

use crate::document::Functions;
use crate::hints::{Hints, is_function};
use crate::node::{Kind, Node, Quote};
use crate::text::line_break;
use crate::{Document, Error, Path, Syntax, scalar};
use serde_json::{Map, Value};

/// Longer lines are broken where they can be.
const WIDE: usize = 120;

/// How much a change is written like what is around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As the values beside.
    Alike,
    /// In brackets and double quotes, which can stand almost anywhere.
    Safe,
}

/// Where a value stands that is written in a line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spot<'i> {
    /// It is an item.
    pub in_list: bool,
    /// It stands between brackets.
    pub in_brackets: bool,
    /// The indentation of the line that it begins in.
    pub indent: &'i str,
    /// How the text was quoted that it stands for.
    pub like: Option<Quote>,
}

impl<'i> Spot<'i> {
    /// That of an item between brackets.
    pub(crate) fn item(indent: &'i str) -> Self {
        Self { in_list: true, ..Self::member(indent) }
    }
    /// That of a member's value between brackets.
    pub(crate) fn member(indent: &'i str) -> Self {
        Self { in_brackets: true, indent, ..Self::default() }
    }
}

/// Writes values at a place of a document.
pub(crate) struct Writer<'d> {
    pub hints: Hints<'d>,
    pub newline: &'static str,
    pub manner: Manner,
    short_forms: bool,
}

impl<'d> Writer<'d> {
    pub(crate) fn new(document: &'d Document, at: usize, manner: Manner) -> Self {
        let hints = Hints::new(document, at);
        let short_forms = hints.short_forms();
        Self { hints, newline: line_break(&document.text), manner, short_forms }
    }

    /// A new line that begins with so many spaces.
    pub(crate) fn line(&self, column: usize) -> String {
        format!("{}{}", self.newline, " ".repeat(column))
    }

    fn is_json(&self) -> bool {
        self.hints.syntax == Syntax::Json
    }

    /// A key of a mapping.
    pub(crate) fn key(&self, key: &str, in_brackets: bool) -> String {
        match self.is_json() {
            true => scalar::double(key),
            false => scalar::write(key, self.hints.key_quote(), in_brackets),
        }
    }

    /// What follows `key:`, where the key stands at a column of a block: in its line, or in lines below.
    pub(crate) fn member(&self, value: &Value, key: &str, column: usize) -> String {
        if self.in_block(value, key, false) {
            let offset = if value.is_array() { self.hints.list_offset() } else { self.hints.map_offset() };
            return self.below(value, key, column + offset);
        }
        format!(" {}", self.inline(value, key, Spot::default()))
    }

    /// The lines of a list or a mapping, each with the line break before it.
    fn below(&self, value: &Value, key: &str, column: usize) -> String {
        self.lines(value, key, column).into_iter().map(|line| self.line(column) + &line).collect()
    }

    /// An item of a block list whose text begins at a column.
    pub(crate) fn item(&self, value: &Value, key: &str, column: usize) -> String {
        match self.in_block(value, key, true) {
            true => self.lines(value, key, column).join(&self.line(column)),
            false => self.inline(value, key, Spot { in_list: true, ..Spot::default() }),
        }
    }

    /// The lines of a block, without their indentation.
    pub(crate) fn lines(&self, value: &Value, key: &str, column: usize) -> Vec<String> {
        match value {
            Value::Array(items) if !items.is_empty() => {
                items.iter().map(|item| format!("- {}", self.item(item, key, column + 2))).collect()
            }
            Value::Object(map) if !map.is_empty() => {
                let line = |(key, value): (&String, &Value)| format!("{}:{}", self.key(key, false), self.member(value, key, column));
                map.iter().map(line).collect()
            }
            other => vec![self.inline(other, key, Spot::default())],
        }
    }

    /// It is written in lines of its own.
    fn in_block(&self, value: &Value, key: &str, in_list: bool) -> bool {
        if self.is_json() || self.manner == Manner::Safe || self.as_call(value, false).is_some() {
            return false;
        }
        let brackets = match value {
            Value::Array(items) if !items.is_empty() => {
                let plain = items.iter().all(|item| !is_collection(item) || self.as_call(item, true).is_some());
                self.hints.list_in_brackets(key, plain)
            }
            Value::Object(map) if !map.is_empty() => self.hints.map_in_brackets(key, in_list),
            _ => return false,
        };
        !brackets || self.inline(value, key, Spot { in_list, ..Spot::default() }).chars().count() > WIDE
    }

    /// A value in one line; in JSON with more lines if the document has such values in lines, indented by `indent`.
    pub(crate) fn inline(&self, value: &Value, key: &str, spot: Spot<'_>) -> String {
        match value {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => self.text(text, key, None, spot),
            Value::Array(items) => {
                let parts = |indent: &str| items.iter().map(|item| self.inline(item, key, Spot::item(indent))).collect();
                let plain = !items.iter().any(is_collection);
                self.brackets("[]", &parts, self.in_one_line(value, key, plain, spot.in_list), spot.indent)
            }
            Value::Object(map) => {
                if let Some(call) = self.as_call(value, spot.in_brackets) {
                    return call;
                }
                let parts = |indent: &str| map.iter().map(|(key, value)| self.pair(key, value, indent)).collect();
                let plain = !map.values().any(is_collection);
                self.brackets("{}", &parts, self.in_one_line(value, key, plain, spot.in_list), spot.indent)
            }
        }
    }

    /// `key: value` between brackets.
    pub(crate) fn pair(&self, key: &str, value: &Value, indent: &str) -> String {
        let colon = if self.is_json() { self.hints.colon() } else { ": ".into() };
        format!("{}{colon}{}", self.key(key, true), self.inline(value, key, Spot::member(indent)))
    }

    fn brackets(&self, brackets: &str, parts: &dyn Fn(&str) -> Vec<String>, one_line: bool, indent: &str) -> String {
        let (open, close) = brackets.split_at(1);
        let flat = parts(indent);
        if flat.is_empty() {
            return brackets.to_owned();
        }
        let padding = self.hints.padding(open == "[");
        let flat = format!("{open}{padding}{}{padding}{close}", flat.join(&format!(",{}", self.hints.after_comma())));
        let narrow = flat.chars().count() <= WIDE || !self.hints.text.contains('\n');
        if !self.is_json() || (one_line && narrow && !flat.contains('\n')) {
            return flat;
        }
        let deeper = format!("{indent}{}", self.hints.unit());
        let line = format!("{}{deeper}", self.newline);
        format!("{open}{line}{}{}{indent}{close}", parts(&deeper).join(&format!(",{line}")), self.newline)
    }

    fn in_one_line(&self, value: &Value, key: &str, plain: bool, in_list: bool) -> bool {
        let call = value.as_object().is_some_and(|map| map.len() == 1 && map.keys().all(|name| is_function(name)));
        !self.is_json() || self.hints.in_one_line(key, value.is_array(), plain, in_list) || (call && plain && self.nested_alike(value))
    }

    /// The same function elsewhere stands in one line, or nowhere.
    fn nested_alike(&self, value: &Value) -> bool {
        let Some(function) = value.as_object().and_then(|map| map.keys().next()) else { return false };
        self.hints.function_in_one_line(function)
    }

    fn text(&self, text: &str, key: &str, function: Option<&str>, spot: Spot<'_>) -> String {
        if self.is_json() || self.manner == Manner::Safe {
            return scalar::double(text);
        }
        let quote = match spot.like {
            Some(quote @ (Quote::Single | Quote::Double)) => quote,
            _ => self.hints.quote(key, function, text, spot.in_brackets),
        };
        scalar::write(text, quote, spot.in_brackets)
    }

    /// Another argument of a short form, quoted as the one before.
    pub(crate) fn argument(&self, value: &Value, function: &str, before: &Node, in_brackets: bool) -> Option<String> {
        let like = match before.kind {
            Kind::Text(_, quote) => Some(quote),
            _ => None,
        };
        let spot = Spot { in_brackets, like, ..Spot::default() };
        match value {
            Value::String(text) => Some(self.text(text, "", Some(function), spot)),
            Value::Array(_) => Some(self.inline(value, "", spot)),
            _ => None,
        }
    }

    /// A function in its short form, where the document has short forms and it can be in one.
    fn as_call(&self, value: &Value, in_brackets: bool) -> Option<String> {
        let map = value.as_object().filter(|map| map.len() == 1 && self.short_forms)?;
        let (name, argument) = map.iter().next().filter(|(name, _)| is_function(name))?;
        let short = name.strip_prefix("Fn::").unwrap_or(name);
        if !short.chars().all(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let argument = match argument {
            Value::String(text) => self.text(text, "", Some(name), Spot { in_brackets, ..Spot::default() }),
            Value::Array(items) if items.iter().all(|item| !is_collection(item) || self.as_call(item, true).is_some()) => {
                self.inline(argument, "", Spot { in_brackets, ..Spot::default() })
            }
            _ => return None,
        };
        Some(format!("!{short} {argument}"))
    }
}

fn is_collection(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

/// A value as the document can take it: functions in lists or with variables, as the syntax wants them.
pub(crate) fn fitted(value: &Value, document: &Document, path: &Path) -> Result<Value, Error> {
    let function = || value.as_object().filter(|map| map.len() == 1)?.iter().next().filter(|(name, _)| is_function(name));
    Ok(match (value, function(), document.functions) {
        (_, Some((name, argument)), Functions::Values) => {
            let argument = match (name.as_str(), argument, document.syntax) {
                // In JSON it is always a list; a short form is a text.
                ("Fn::GetAtt", Value::String(text), Syntax::Json) => match text.split_once('.') {
                    Some((resource, attribute)) => Value::from(vec![resource, attribute]),
                    None => argument.clone(),
                },
                ("Fn::GetAtt", Value::Array(_), Syntax::Yaml) => match joined(argument) {
                    Some(text) => Value::String(text),
                    None => argument.clone(),
                },
                _ => fitted(argument, document, path)?,
            };
            Value::Object(Map::from_iter([(name.clone(), argument)]))
        }
        (_, Some((name, argument)), functions) => {
            let refused = || Error::Function { path: path.clone(), function: name.clone() };
            let variable = match (name.as_str(), argument, functions) {
                (_, _, Functions::Nowhere) => None,
                ("Ref", Value::String(text), _) => Some(format!("${{{text}}}")),
                ("Fn::GetAtt", Value::String(text), _) => Some(format!("${{{text}}}")),
                ("Fn::GetAtt", Value::Array(_), _) => joined(argument).map(|text| format!("${{{text}}}")),
                ("Fn::Sub", Value::String(text), _) => Some(text.clone()),
                _ => None,
            };
            Value::String(variable.ok_or_else(refused)?)
        }
        (Value::String(text), None, Functions::Variables) => Value::String(text.replace("${", "${!")),
        (Value::Array(items), None, _) => Value::Array(items.iter().map(|item| fitted(item, document, path)).collect::<Result<_, _>>()?),
        (Value::Object(map), None, _) => {
            let member = |(key, value): (&String, &Value)| Ok((key.clone(), fitted(value, document, path)?));
            Value::Object(map.iter().map(member).collect::<Result<_, Error>>()?)
        }
        (other, ..) => other.clone(),
    })
}

fn joined(names: &Value) -> Option<String> {
    let names: Option<Vec<&str>> = names.as_array()?.iter().map(Value::as_str).collect();
    names.map(|names| names.join("."))
}
