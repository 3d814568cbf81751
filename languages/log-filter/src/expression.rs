use crate::{Cursor, InvalidPattern, invalid};

/// Checks joined by `&&`, `||` and parentheses.
#[derive(Debug)]
pub(crate) enum Expression<L> {
    Check(L),
    All(Vec<Expression<L>>),
    Any(Vec<Expression<L>>),
}

/// Parentheses within parentheses.
const DEEPEST: usize = 32;

type Check<'p, L> = &'p dyn Fn(&mut Cursor<'_>) -> Result<L, InvalidPattern>;

impl<L> Expression<L> {
    /// Reads an expression up to where no `&&` or `||` follows.
    pub(crate) fn parse(cursor: &mut Cursor<'_>, check: Check<'_, L>) -> Result<Self, InvalidPattern> {
        Self::any(cursor, check, 0)
    }

    fn any(cursor: &mut Cursor<'_>, check: Check<'_, L>, depth: usize) -> Result<Self, InvalidPattern> {
        Self::joined(cursor, "||", Self::Any, |cursor| Self::joined(cursor, "&&", Self::All, |cursor| Self::one(cursor, check, depth)))
    }

    fn joined(
        cursor: &mut Cursor<'_>,
        by: &str,
        join: fn(Vec<Self>) -> Self,
        part: impl Fn(&mut Cursor<'_>) -> Result<Self, InvalidPattern>,
    ) -> Result<Self, InvalidPattern> {
        let first = part(cursor)?;
        let mut more = Vec::new();
        loop {
            cursor.skip_space();
            if !cursor.eat(by) {
                break;
            }
            more.push(part(cursor)?);
        }
        if more.is_empty() {
            return Ok(first);
        }
        more.insert(0, first);
        Ok(join(more))
    }

    fn one(cursor: &mut Cursor<'_>, check: Check<'_, L>, depth: usize) -> Result<Self, InvalidPattern> {
        cursor.skip_space();
        if !cursor.eat("(") {
            return check(cursor).map(Self::Check);
        }
        if depth == DEEPEST {
            return invalid(format!("Invalid filter pattern: more than {DEEPEST} parentheses within each other"));
        }
        let inner = Self::any(cursor, check, depth + 1)?;
        cursor.expect(")")?;
        Ok(inner)
    }

    pub(crate) fn holds(&self, check: &dyn Fn(&L) -> bool) -> bool {
        match self {
            Self::Check(leaf) => check(leaf),
            Self::All(parts) => parts.iter().all(|part| part.holds(check)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(check)),
        }
    }

    /// All checks, from left to right.
    pub(crate) fn checks(&self) -> Vec<&L> {
        match self {
            Self::Check(leaf) => vec![leaf],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::checks).collect(),
        }
    }
}
