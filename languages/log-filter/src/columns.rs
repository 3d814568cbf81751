//! `[ip, user, ..., status = 4*, bytes]`

use crate::{
    Cursor, Expression, InvalidPattern, invalid,
    operand::{Comparison, Operator},
};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    /// The columns before `...`, if it is there.
    before: Option<usize>,
}

#[derive(Debug)]
struct Column {
    name: String,
    check: Option<Expression<(String, Comparison)>>,
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || "_-.@#$*".contains(c)
}

fn check(cursor: &mut Cursor<'_>) -> Result<(String, Comparison), InvalidPattern> {
    cursor.skip_space();
    let name = cursor.take_while(is_name).to_owned();
    match Operator::parse(cursor) {
        Some(operator) if !name.is_empty() => Ok((name, Comparison::parse(operator, cursor)?)),
        _ => invalid(format!("Invalid filter pattern: a column's name and its condition are expected{}", cursor.here())),
    }
}

impl Column {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        let mut ahead = *cursor;
        let name = ahead.take_while(is_name).to_owned();
        ahead.skip_space();
        if !name.is_empty() && matches!(ahead.peek(), Some(',' | ']')) {
            *cursor = ahead;
            return Ok(Self { name, check: None });
        }
        let check = Expression::parse(cursor, &check)?;
        let names: Vec<&String> = check.checks().into_iter().map(|(name, _)| name).collect();
        match names.split_first() {
            Some((first, others)) if others.iter().all(|other| other == first) => Ok(Self { name: (*first).clone(), check: Some(check) }),
            _ => invalid("Invalid filter pattern: the conditions of a column name another column"),
        }
    }
    fn holds(&self, value: &str) -> bool {
        self.check.as_ref().is_none_or(|check| check.holds(&|(_, comparison)| comparison.holds(value)))
    }
}

impl Columns {
    pub(crate) fn parse(mut cursor: Cursor<'_>) -> Result<Self, InvalidPattern> {
        cursor.expect("[")?;
        let (mut columns, mut before) = (Vec::new(), None);
        loop {
            cursor.skip_space();
            if !cursor.eat("...") {
                columns.push(Column::parse(&mut cursor)?);
            } else if before.replace(columns.len()).is_some() {
                return invalid("Invalid filter pattern: '...' stands twice");
            }
            cursor.skip_space();
            if !cursor.eat(",") {
                break;
            }
        }
        cursor.expect("]")?;
        if !cursor.is_done() {
            return invalid(format!("Invalid filter pattern: nothing may follow the brackets{}", cursor.here()));
        }
        Ok(Self { columns, before })
    }

    /// The message's fields beside their columns; None: there are too few of them, or too many.
    fn paired<'a>(&'a self, message: &'a str) -> Option<Vec<(Option<&'a Column>, &'a str)>> {
        let fields = fields(message);
        let (count, wanted) = (fields.len(), self.columns.len());
        if count < wanted || (self.before.is_none() && count != wanted) {
            return None;
        }
        let before = self.before.unwrap_or(wanted);
        let skipped = count - wanted;
        let column = |at: usize| match at {
            at if at < before => self.columns.get(at),
            at if at < before + skipped => None,
            at => self.columns.get(at - skipped),
        };
        Some(fields.into_iter().enumerate().map(|(at, field)| (column(at), field)).collect())
    }

    fn matched<'a>(&'a self, message: &'a str) -> Option<Vec<(Option<&'a Column>, &'a str)>> {
        self.paired(message).filter(|pairs| pairs.iter().all(|(column, field)| column.is_none_or(|column| column.holds(field))))
    }

    pub(crate) fn match_text(&self, message: &str) -> bool {
        self.matched(message).is_some()
    }

    /// Fields by their columns' names, others by their number.
    pub(crate) fn extract(&self, message: &str) -> Option<BTreeMap<String, String>> {
        let pairs = self.matched(message)?;
        let named = |(at, (column, field)): (usize, (Option<&Column>, &str))| {
            let name = column.map_or_else(|| (at + 1).to_string(), |column| column.name.clone());
            (format!("${name}"), field.to_owned())
        };
        Some(pairs.into_iter().enumerate().map(named).collect())
    }
}

/// What white space separates; quotation marks and brackets keep together what they hold.
fn fields(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim_start();
    while let Some(first) = rest.chars().next() {
        let closing = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let held = closing.and_then(|mark| rest[1..].split_once(mark));
        let (field, behind) = held.unwrap_or_else(|| rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())));
        fields.push(field);
        rest = behind.trim_start();
    }
    fields
}
