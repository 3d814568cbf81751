//! Pages of keys with common prefixes. A common prefix is skipped by one seek, not by reading all keys below it.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html>

use crate::{S3, error};
use gate::{Error, Scope, Table};
use serde::{Serialize, de::DeserializeOwned};

/// What to list of a table whose rows are under (bucket, key, …).
pub(crate) struct Walk<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) prefix: &'a str,
    pub(crate) delimiter: Option<&'a str>,
    /// Key parts behind which the page begins.
    pub(crate) after: Option<Vec<String>>,
    pub(crate) limit: usize,
}

/// A page.
pub(crate) struct Page<V> {
    /// Key parts behind the bucket, and values.
    pub(crate) rows: Vec<(Vec<String>, V)>,
    pub(crate) prefixes: Vec<String>,
    /// There is more behind these key parts.
    pub(crate) next: Option<Vec<String>>,
}

/// No page is longer.
pub(crate) const MOST: usize = 1000;
/// Rows that are read at once behind a common prefix: another one probably follows, which is skipped by the next seek.
const STRIDE: usize = 2;

/// A text above all keys that begin with `prefix`, and below all others that follow: keys have at most 1024 bytes.
fn end_of(prefix: &str) -> String {
    let mut end = prefix.to_string();
    while end.len() <= crate::names::MAX_KEY {
        end.push(char::MAX);
    }
    end
}

/// A text below `prefix` and above all that comes before it; None: nothing comes before.
fn before(prefix: &str) -> Option<String> {
    let mut chars = prefix.chars();
    let last = chars.next_back()?;
    let head = chars.as_str();
    Some(match last {
        '\0' => head.to_string(),
        '\u{e000}' => end_of(&format!("{head}\u{d7ff}")),
        last => end_of(&format!("{head}{}", char::from_u32(u32::from(last) - 1)?)),
    })
}

/// The common prefix of a key: up to the first delimiter behind `prefix`.
fn common_prefix<'k>(key: &'k str, prefix: &str, delimiter: Option<&str>) -> Option<&'k str> {
    let delimiter = delimiter.filter(|d| !d.is_empty())?;
    let at = key.get(prefix.len()..)?.find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

impl Walk<'_> {
    /// Where the page begins: behind the marker (a common prefix as a marker stands for all below it), or at the prefix.
    fn start(&self) -> Option<Vec<String>> {
        let first = before(self.prefix);
        match &self.after {
            Some(after) if first.as_deref().is_none_or(|first| after[0].as_str() > first) => {
                let marker = after[0].as_str();
                let whole = marker.starts_with(self.prefix) && common_prefix(marker, self.prefix, self.delimiter) == Some(marker);
                Some(if whole { vec![end_of(marker)] } else { after.clone() })
            }
            _ => first.map(|f| vec![f]),
        }
    }

    pub(crate) fn page<V: Serialize + DeserializeOwned>(&self, scope: &mut Scope<'_, S3>, table: &Table<S3, V>) -> Result<Page<V>, Error> {
        let mut page = Page { rows: Vec::new(), prefixes: Vec::new(), next: None };
        if self.limit == 0 {
            return Ok(page);
        }
        let mut from = self.start();
        let mut last = Vec::new();
        // Grows while plain keys come.
        let mut stride = if self.delimiter.is_some() { STRIDE } else { MOST + 1 };
        loop {
            stride = stride.min(self.limit - page.rows.len() - page.prefixes.len() + 1);
            let edge: Option<Vec<&str>> = from.as_ref().map(|f| f.iter().map(String::as_str).collect());
            let rows = scope.page(table, self.bucket, edge.as_deref(), stride, false)?;
            let read = rows.len();
            let asked = stride;
            stride = stride.saturating_mul(4);
            for (mut parts, value) in rows {
                parts.remove(0);
                let key = parts[0].as_str();
                if !key.starts_with(self.prefix) {
                    return Ok(page);
                }
                let rolled = common_prefix(key, self.prefix, self.delimiter).map(str::to_string);
                if rolled.is_some() && rolled.as_ref() == page.prefixes.last() {
                    continue;
                }
                if page.rows.len() + page.prefixes.len() == self.limit {
                    page.next = Some(last);
                    return Ok(page);
                }
                match rolled {
                    Some(prefix) => {
                        last = vec![prefix.clone()];
                        from = Some(vec![end_of(&prefix)]);
                        page.prefixes.push(prefix);
                        stride = STRIDE;
                    }
                    None => {
                        last.clone_from(&parts);
                        from = Some(parts.clone());
                        page.rows.push((parts, value));
                    }
                }
            }
            if read < asked {
                return Ok(page);
            }
        }
    }
}

/// The length of a page that a request asks for.
pub(crate) fn limit(name: &str, asked: Option<i64>) -> Result<usize, Error> {
    match asked {
        None => Ok(MOST),
        Some(n) => usize::try_from(n)
            .map(|n| n.min(MOST))
            .map_err(|_| error::invalid_argument(name, format!("Argument {name} must be an integer between 0 and 2147483647"))),
    }
}

/// How keys are written in the answer: `url` or as they are.
pub(crate) fn encoding(asked: Option<String>) -> Result<Option<String>, Error> {
    match asked.as_deref() {
        None | Some("url") => Ok(asked),
        Some(_) => Err(error::invalid_argument("encoding-type", "Invalid Encoding Method specified in Request")),
    }
}

/// A continuation token: the marker, in hex so that nobody takes it for one.
pub(crate) fn token(marker: &str) -> String {
    hex::encode(marker)
}

pub(crate) fn of_token(token: &str) -> Result<String, Error> {
    let bytes = hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    bytes
        .filter(|marker| !marker.is_empty())
        .ok_or_else(|| error::invalid_argument("continuation-token", "The continuation token provided is incorrect"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeks_stand_between_keys() {
        for (prefix, below, above) in
            [("b/", "b.zzz", "b/"), ("ü", "û\u{10ffff}", "ü"), ("\u{e000}", "\u{d7ff}z", "\u{e000}"), ("a\0", "a", "a\0")]
        {
            let edge = before(prefix).unwrap();
            assert!(below <= edge.as_str() && edge.as_str() < above, "{prefix:?}");
            assert!(end_of(prefix).as_str() > format!("{prefix}\u{10ffff}zz").as_str());
        }
        assert_eq!(before(""), None);
        assert_eq!(common_prefix("a/b/c", "a/", Some("/")), Some("a/b/"));
        assert_eq!(common_prefix("a/b", "a/", Some("/")), None);
    }
}
