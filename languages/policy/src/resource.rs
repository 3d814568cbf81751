//! Resource patterns and the ARN of a request.

use crate::{
    Context, Options,
    options::{Asks, Point},
    pattern::{Pattern, Syntax},
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
    /// s3:ListAllMyBuckets has no resource, yet policies name `arn:aws:s3:::*` for it.
    pub all_buckets: bool,
}

impl<'a> Target<'a> {
    pub fn new(text: &'a str, service: &str, name: &str) -> Self {
        let all_buckets = text == "*" && service.eq_ignore_ascii_case("s3") && name.eq_ignore_ascii_case("ListAllMyBuckets");
        Self { parts: arn_parts(text), all_buckets }
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
    Arn { head: [Pattern; 4], rest: Pattern },
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
        let head = |n: usize| Pattern::parse(parts[n], Syntax { wildcards: true, variables: false });
        let rest = Pattern::parse(parts[4], Syntax { wildcards: true, variables })?;
        Ok(Shape::Arn { head: [head(0)?, head(1)?, head(2)?, head(3)?], rest })
    }

    /// None if a variable has no value.
    pub fn matches(&self, target: &Target<'_>, context: &Context, asks: &Asks<'_>) -> Option<bool> {
        let (head, rest) = match &self.shape {
            Shape::Everything => return Some(true),
            Shape::Nothing => return Some(false),
            Shape::Arn { head, rest } => (head, rest),
        };
        if !rest.resolves(context) {
            return None;
        }
        let Some(parts) = &target.parts else {
            return Some(
                target.all_buckets
                    && &*self.text == "arn:aws:s3:::*"
                    && asks.ask(Point::ListAllMyBucketsByArn, |o: &Options| o.list_all_my_buckets_by_arn),
            );
        };
        // The service differs most often.
        let order = [1, 3, 2, 0];
        if order.iter().all(|n| head[*n].matches(parts[*n], context)) {
            return Some(rest.matches(parts[4], context));
        }
        Some(
            order.iter().all(|n| head[*n].matches_any_case(parts[*n], context))
                && rest.matches(parts[4], context)
                && asks.ask(Point::ArnPrefixIgnoresCase, |o: &Options| o.arn_prefix_ignores_case),
        )
    }
}
