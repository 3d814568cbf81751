//! Functions that compose, cut and look up text.

use super::{Evaluator, Failed, Value, strings};
use crate::diagnostic::Diagnostic;
use crate::expression::{Expr, Field, Piece};
use crate::located::{Composed, Located};
use crate::node::Name;
use crate::suggest::did_you_mean;
use crate::{LocatedValue, Span};

impl Evaluator<'_, '_> {
    pub(super) fn sub(&mut self, pieces: &[Piece], variables: &[Field], span: &Span) -> Result<Located, Failed> {
        let mut values = Vec::with_capacity(variables.len());
        for variable in variables {
            values.push(self.text(&variable.value, "a variable of Fn::Sub")?);
        }
        let mut composed = Composed::default();
        for piece in pieces {
            let value = match piece {
                Piece::Text(text, parts) => {
                    self.charge(span, text.len())?;
                    composed.push(text, parts);
                    continue;
                }
                Piece::Variable(index, _) => values[*index].clone(),
                Piece::Ref(name) => match self.reference(name, &name.span)? {
                    Some(value) => value,
                    None => {
                        return self.fail(&name.span, "Template error: AWS::NoValue has no text for Fn::Sub");
                    }
                },
                Piece::GetAtt(name, attribute) => self.attribute(name, attribute, &name.span)?,
            };
            let Some(text) = value.text() else {
                let place = match piece {
                    Piece::Variable(_, place) => place,
                    Piece::Ref(name) | Piece::GetAtt(name, _) => &name.span,
                    Piece::Text(..) => span,
                };
                let finding =
                    Diagnostic::error(place, "Template error: Fn::Sub can only replace a variable by a string, not by a list or an object");
                return self.report(finding.help("use Fn::Join to make one string of a list"));
            };
            self.charge(span, text.len())?;
            composed.push_value(text, &value);
        }
        Ok(composed.finish(span))
    }

    pub(super) fn join(&mut self, separator: &Name, list: &Expr, span: &Span) -> Result<Located, Failed> {
        let list = self.list(list, "the second parameter of Fn::Join")?;
        let between = Located::new(LocatedValue::String(separator.text.clone()), separator.span.clone());
        let mut composed = Composed::default();
        for (index, item) in list.items().unwrap_or_default().iter().enumerate() {
            let Some(text) = item.text() else {
                return self.fail(&item.span, "Template error: Fn::Join can only join strings");
            };
            self.charge(span, text.len() + separator.text.len())?;
            if index > 0 {
                composed.push_value(&separator.text, &between);
            }
            composed.push_value(text, item);
        }
        Ok(composed.finish(span))
    }

    pub(super) fn split(&mut self, separator: &Name, source: &Expr, span: &Span) -> Result<Located, Failed> {
        let source = self.text(source, "the second parameter of Fn::Split")?;
        let text = source.text().unwrap_or_default();
        if separator.text.is_empty() {
            return self.fail(&separator.span, "Template error: Fn::Split needs a delimiter that is not empty");
        }
        let found = text.matches(separator.text.as_str()).count();
        self.charge(span, text.len() + found * 64)?;
        let mut at = 0;
        let mut slicer = source.slicer();
        let items = text.split(separator.text.as_str()).map(|item| {
            let slice = source.cut(&mut slicer, at, at + item.len());
            at += item.len() + separator.text.len();
            slice.through(span)
        });
        Ok(Located::new(LocatedValue::List(items.collect()), span.clone()))
    }

    pub(super) fn select(&mut self, index: &Expr, list: &Expr, span: &Span) -> Result<Located, Failed> {
        let index_value = self.text(index, "the index of Fn::Select")?;
        let text = index_value.text().unwrap_or_default();
        let Ok(at) = text.parse::<usize>() else {
            return self
                .fail(&index.span, "Template error: Fn::Select requires a list argument with two elements: an integer index and a list");
        };
        let mut list = self.list(list, "the second element of Fn::Select")?;
        match &mut list.value {
            LocatedValue::List(items) if at < items.len() => Ok(items.swap_remove(at).through(span)),
            _ => self.fail(span, format!("Template error: Fn::Select  cannot select nonexistent value at index {at}")),
        }
    }

    pub(super) fn find_in_map(&mut self, [map, top, second]: [&Expr; 3], default: Option<&Expr>, span: &Span) -> Value {
        let keys = [
            self.text(map, "a key of Fn::FindInMap")?,
            self.text(top, "a key of Fn::FindInMap")?,
            self.text(second, "a key of Fn::FindInMap")?,
        ];
        let [map_name, top_name, second_name] = keys.each_ref().map(|key| key.text().unwrap_or_default());
        let world = self.world;
        let mapping = world.template.mappings.get(map_name);
        let inner = mapping.and_then(|mapping| mapping.values.get(top_name));
        if let Some(value) = inner.and_then(|inner| inner.get(second_name)) {
            self.charge(span, value.weight())?;
            return Ok(Some(value.clone().through(span)));
        }
        if let Some(default) = default {
            return Ok(self.value(default)?.map(|value| value.through(span)));
        }
        let help = match (mapping, inner) {
            (None, _) => did_you_mean(map_name, world.template.mappings.keys().map(String::as_str)),
            (Some(mapping), None) => did_you_mean(top_name, mapping.values.keys().map(String::as_str)),
            (_, Some(inner)) => did_you_mean(second_name, inner.keys().map(String::as_str)),
        };
        let [map, top, second] = keys.each_ref().map(Located::shown);
        let message = format!("Template error: Unable to get mapping for {map}::{top}::{second}");
        self.report(Diagnostic::error(span, message).maybe_help(help))
    }

    pub(super) fn cidr(&mut self, block: &Expr, count: &Expr, bits: Option<&Expr>, span: &Span) -> Result<Located, Failed> {
        let block = self.text(block, "the block of Fn::Cidr")?;
        let count = self.text(count, "the count of Fn::Cidr")?;
        let bits = bits.map(|bits| self.text(bits, "the bits of Fn::Cidr")).transpose()?;
        let text = |value: &Located| value.text().unwrap_or_default().to_owned();
        match crate::cidr::blocks(&text(&block), &text(&count), bits.as_ref().map(text).as_deref()) {
            Ok(blocks) => Ok(strings(&blocks, span)),
            Err(why) => self.fail(span, format!("Template error: Fn::Cidr: {why}")),
        }
    }
}
