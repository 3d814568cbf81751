//! Resource patterns and the ARN of a request.

use crate::{
    Context, Options,
    index::{Start, first_eight},
    options::{Asks, Point},
    pattern::{Pattern, Syntax, same},
};

/// How a pattern with fewer than six parts is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Short {
    /// Missing parts are `*`.
    Padded,
    /// As `Padded` if there is a wildcard; else the pattern matches nothing.
    PaddedWithWildcard,
    /// Not legal.
    Refused,
}

/// The resource of a request, split once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// Partition, service, region, account and the rest; None for `*` and what is no ARN.
    pub parts: Option<[&'a str; 5]>,
    /// The first four of them with their colons.
    head: &'a str,
    /// How the rest begins.
    start: u64,
    /// s3:ListAllMyBuckets has no resource, yet policies name `arn:aws:s3:::*` for it.
    pub all_buckets: bool,
}

impl<'a> Target<'a> {
    pub fn new(text: &'a str, service: &str, name: &str) -> Self {
        let all_buckets = text == "*" && service.eq_ignore_ascii_case("s3") && name.eq_ignore_ascii_case("ListAllMyBuckets");
        let parts = arn_parts(text);
        let head = parts.map_or("", |parts| &text["arn:".len()..text.len() - parts[4].len()]);
        let start = parts.map_or(0, |parts| first_eight(parts[4]));
        Self { parts, head, start, all_buckets }
    }
}

/// What follows `arn:`, in five parts.
pub(crate) fn arn_parts(text: &str) -> Option<[&str; 5]> {
    let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
    let mut next = || parts.next();
    Some([next()?, next()?, next()?, next()?, next()?])
}

#[derive(Debug)]
pub(crate) struct ResourcePattern {
    pub text: Box<str>,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Everything,
    Nothing,
    Arn { start: Start, head: Head, rest: Pattern },
}

/// Partition, service, region and account.
#[derive(Debug)]
enum Head {
    /// Without wildcards, as [`Target::head`] has it.
    Fixed(Box<str>),
    Parts([Pattern; 4]),
}

/// How two heads compare.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alike {
    Exactly,
    /// But for the case of letters.
    Loosely,
    No,
}

impl Head {
    fn parse(parts: &[&str]) -> Result<Self, String> {
        let pattern = |n: usize| Pattern::parse(parts[n], Syntax { wildcards: true, variables: false });
        let patterns = [pattern(0)?, pattern(1)?, pattern(2)?, pattern(3)?];
        if patterns.iter().all(|pattern| pattern.fixed().is_some()) {
            return Ok(Self::Fixed(parts[..4].iter().flat_map(|part| [part, ":"]).collect::<String>().into()));
        }
        Ok(Self::Parts(patterns))
    }

    #[inline]
    fn compare(&self, target: &Target<'_>, parts: &[&str; 5], none: &Context) -> Alike {
        match self {
            Self::Fixed(text) if same(text.as_bytes(), target.head.as_bytes()) => Alike::Exactly,
            Self::Fixed(text) if text.eq_ignore_ascii_case(target.head) => Alike::Loosely,
            Self::Fixed(_) => Alike::No,
            Self::Parts(patterns) => {
                let pairs = || patterns.iter().zip(parts);
                // The service differs most often.
                if !patterns[1].matches_any_case(parts[1], none) {
                    Alike::No
                } else if pairs().all(|(pattern, part)| pattern.matches(part, none)) {
                    Alike::Exactly
                } else if pairs().all(|(pattern, part)| pattern.matches_any_case(part, none)) {
                    Alike::Loosely
                } else {
                    Alike::No
                }
            }
        }
    }
}

impl ResourcePattern {
    pub fn parse(text: &str, short: Short, variables: bool) -> Result<Self, String> {
        let shape = if text == "*" { Shape::Everything } else { Self::arn(text, short, variables)? };
        Ok(Self { text: text.into(), shape })
    }

    fn arn(text: &str, short: Short, variables: bool) -> Result<Shape, String> {
        let Some(body) = text.strip_prefix("arn:") else {
            return Err(format!("Resource {text} must be in ARN format or \"*\""));
        };
        let mut parts: Vec<&str> = body.splitn(5, ':').collect();
        let wild = |part: &str| part.contains(['*', '?']);
        if parts.len() < 2 || parts[1].is_empty() || wild(parts[1]) {
            return Err(format!("Resource {text}: the service must be written out, without wildcards"));
        }
        if parts.len() < 5 {
            match short {
                Short::Refused => {
                    return Err(format!("Resource {text} has {} of the 6 parts of an ARN", parts.len() + 1));
                }
                Short::PaddedWithWildcard if !wild(text) => return Ok(Shape::Nothing),
                _ => parts.resize(5, "*"),
            }
        }
        if variables && parts[..4].iter().any(|part| part.contains("${")) {
            return Err(format!("Resource {text}: a policy variable may stand in the last part of an ARN only"));
        }
        let rest = Pattern::parse(parts[4], Syntax { wildcards: true, variables })?;
        let literal = rest.literal_start();
        let start = Start::of(first_eight(literal), literal.len(), rest.fixed().is_some());
        Ok(Shape::Arn { start, head: Head::parse(&parts)?, rest })
    }

    /// Every variable has a value or a default.
    pub fn resolves(&self, context: &Context) -> bool {
        match &self.shape {
            Shape::Everything | Shape::Nothing => true,
            Shape::Arn { rest, .. } => rest.resolves(context),
        }
    }

    /// A pattern with a variable that has no value matches nothing.
    pub fn matches(&self, target: &Target<'_>, context: &Context, asks: &Asks<'_>) -> bool {
        let (head, rest) = match &self.shape {
            Shape::Everything => return true,
            Shape::Nothing => return false,
            Shape::Arn { start, .. } if !start.allows(target.start) => return false,
            Shape::Arn { head, rest, .. } => (head, rest),
        };
        let Some(parts) = &target.parts else {
            return target.all_buckets
                && &*self.text == "arn:aws:s3:::*"
                && asks.ask(Point::ListAllMyBucketsByArn, |o: &Options| o.list_all_my_buckets_by_arn);
        };
        match head.compare(target, parts, context) {
            Alike::No => false,
            Alike::Exactly => rest.matches(parts[4], context),
            Alike::Loosely => {
                rest.matches(parts[4], context) && asks.ask(Point::ArnPrefixIgnoresCase, |o: &Options| o.arn_prefix_ignores_case)
            }
        }
    }
}
