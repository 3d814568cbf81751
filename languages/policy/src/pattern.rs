//! Text with wildcards and policy variables, parsed once.

use crate::{Context, context::ValueRef, key::KeyText};

/// What has a meaning in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    pub wildcards: bool,
    pub variables: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Text(Box<str>),
    Any,
    One,
    Variable { key: KeyText, default: Option<Box<str>> },
}

impl Item {
    /// The literal text of a text or a variable. Multivalued keys cannot be variables.
    fn literal<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Variable { key, default } => context.get_key(key).and_then(ValueRef::one).or(default.as_deref()),
            Self::Any | Self::One => None,
        }
    }
}

/// A pattern; the frequent shapes need no general matcher.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Exact(Box<str>),
    Any,
    Prefix(Box<str>),
    Items(Box<[Item]>),
}

impl Pattern {
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, String> {
        Ok(Self::of(items(text, syntax)?))
    }

    pub fn of(items: Vec<Item>) -> Self {
        match &items[..] {
            [] => Self::Exact("".into()),
            [Item::Text(text)] => Self::Exact(text.clone()),
            [Item::Any] => Self::Any,
            [Item::Text(text), Item::Any] => Self::Prefix(text.clone()),
            _ => Self::Items(items.into()),
        }
    }

    /// Neither wildcard nor variable.
    pub fn fixed(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// The literal text with which all that match begin.
    pub fn literal_start(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Prefix(text) => text,
            Self::Any => "",
            Self::Items(items) => match items.first() {
                Some(Item::Text(text)) => text,
                _ => "",
            },
        }
    }

    /// Every variable has a value or a default.
    pub fn resolves(&self, context: &Context) -> bool {
        let Self::Items(items) = self else { return true };
        items.iter().all(|item| !matches!(item, Item::Variable { .. }) || item.literal(context).is_some())
    }

    /// True if the whole text matches; a variable without value matches nothing.
    pub fn matches(&self, text: &str, context: &Context) -> bool {
        self.test::<false>(text.as_bytes(), context)
    }

    /// As [`Self::matches`] without regard to ASCII case.
    pub fn matches_any_case(&self, text: &str, context: &Context) -> bool {
        self.test::<true>(text.as_bytes(), context)
    }

    #[inline]
    fn test<const FOLD: bool>(&self, text: &[u8], context: &Context) -> bool {
        match self {
            Self::Exact(exact) => exact.len() == text.len() && starts::<FOLD>(text, exact),
            Self::Any => true,
            Self::Prefix(prefix) => starts::<FOLD>(text, prefix),
            Self::Items(items) => glob::<FOLD>(items, text, context),
        }
    }

    /// The literal text with variables filled in, where there are no wildcards.
    pub fn expand<'a>(&'a self, context: &'a Context) -> Option<std::borrow::Cow<'a, str>> {
        match self {
            Self::Exact(text) => Some((&**text).into()),
            Self::Any | Self::Prefix(_) => None,
            Self::Items(items) => {
                let parts: Option<Vec<&str>> = items.iter().map(|item| item.literal(context)).collect();
                Some(parts?.concat().into())
            }
        }
    }
}

#[inline]
fn starts<const FOLD: bool>(text: &[u8], prefix: &str) -> bool {
    let prefix = prefix.as_bytes();
    let Some(head) = text.get(..prefix.len()) else { return false };
    if FOLD { head.eq_ignore_ascii_case(prefix) } else { same(head, prefix) }
}

/// Equality, for texts of which most are short or differ at their ends.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), a.last_chunk::<8>(), b.first_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a_first), Some(a_last), Some(b_first), Some(b_last)) => a_last == b_last && a_first == b_first && (a.len() <= 16 || a == b),
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// Bytes of the UTF-8 character that begins with `lead`.
fn width(lead: u8) -> usize {
    match lead {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

/// The usual matcher that goes back to the last `*` only: time is bounded by the product of the lengths.
fn glob<const FOLD: bool>(items: &[Item], text: &[u8], context: &Context) -> bool {
    // Most that does not match differs at the first literal, before any variable is looked up.
    if matches!(items.first(), Some(Item::Text(first)) if !starts::<FOLD>(text, first)) {
        return false;
    }
    let (mut item, mut at) = (0, 0);
    let mut star = None;
    loop {
        match items.get(item) {
            Some(Item::Any) => {
                item += 1;
                if item == items.len() {
                    return true;
                }
                star = Some((item, at));
                continue;
            }
            Some(Item::One) if at < text.len() => {
                item += 1;
                at += width(text[at]);
                continue;
            }
            None if at == text.len() => return true,
            Some(literal) => {
                if let Some(found) = literal.literal(context).filter(|l| starts::<FOLD>(&text[at..], l)) {
                    item += 1;
                    at += found.len();
                    continue;
                }
            }
            None => {}
        }
        let Some((after, from)) = star.filter(|(_, from)| *from < text.len()) else { return false };
        (item, at) = (after, from + width(text[from]));
        star = Some((item, at));
    }
}

/// Splits a text into its parts; neighbouring literals are joined.
pub(crate) fn items(text: &str, syntax: Syntax) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let special = match c {
            '*' if syntax.wildcards => Some((Item::Any, 1)),
            '?' if syntax.wildcards => Some((Item::One, 1)),
            '$' if syntax.variables && rest.starts_with("${") => {
                if let Some(escaped) = ["${*}", "${?}", "${$}"].iter().find(|e| rest.starts_with(**e)) {
                    literal.push_str(&escaped[2..3]);
                    rest = &rest[4..];
                    continue;
                }
                Some(variable(rest)?)
            }
            _ => None,
        };
        let Some((item, length)) = special else {
            literal.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        if !literal.is_empty() {
            items.push(Item::Text(std::mem::take(&mut literal).into()));
        }
        if item != Item::Any || items.last() != Some(&Item::Any) {
            items.push(item);
        }
        rest = &rest[length..];
    }
    if !literal.is_empty() {
        items.push(Item::Text(literal.into()));
    }
    Ok(items)
}

/// `${key}` or `${key, 'default'}` at the start of `text`, and its length.
fn variable(text: &str) -> Result<(Item, usize), String> {
    let wrong = || format!("'{text}' is not a policy variable: write ${{key}} or ${{key, 'default'}}; ${{$}} stands for a dollar sign");
    let inner = &text[2..];
    let end = inner.find([',', '}']).ok_or_else(wrong)?;
    let key = inner[..end].trim();
    if key.is_empty() || key.contains(['\'', '{', '$']) {
        return Err(wrong());
    }
    let key = KeyText::new(key);
    if inner.as_bytes()[end] == b'}' {
        return Ok((Item::Variable { key, default: None }, end + 3));
    }
    let quoted = inner[end + 1..].trim_start();
    let begin = inner.len() - quoted.len() + 1;
    let default = quoted.strip_prefix('\'').ok_or_else(wrong)?;
    let close = default.find("'}").ok_or_else(wrong)?;
    Ok((Item::Variable { key, default: Some(default[..close].into()) }, 2 + begin + close + 2))
}

/// Splits items at the first five colons of their literal text; None with fewer colons.
pub(crate) fn split_arn(items: &[Item]) -> Option<[Vec<Item>; 6]> {
    let mut parts: [Vec<Item>; 6] = Default::default();
    let mut part = 0;
    for item in items {
        let Item::Text(text) = item else {
            parts[part].push(item.clone());
            continue;
        };
        for (n, piece) in text.splitn(6 - part, ':').enumerate() {
            part += usize::from(n > 0);
            if !piece.is_empty() {
                parts[part].push(Item::Text(piece.into()));
            }
        }
    }
    (part == 5).then_some(parts)
}

/// The items with every variable replaced by its literal value; None if one has no value.
pub(crate) fn resolve(items: &[Item], context: &Context) -> Option<Vec<Item>> {
    items
        .iter()
        .map(|item| match item {
            Item::Variable { .. } => item.literal(context).map(|text| Item::Text(text.into())),
            other => Some(other.clone()),
        })
        .collect()
}
