//! Percent-encoding as SigV4 and S3 use it, and query strings read one way for both signature and meaning.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use std::borrow::Cow;

/// Everything but RFC 3986's unreserved letters.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same, for paths.
const PATH: &AsciiSet = &STRICT.remove(b'/');

/// Percent-encodes all but unreserved letters.
pub fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, STRICT).to_string()
}

/// Percent-encodes all but unreserved letters and `/`.
pub fn encode_path(bytes: &[u8]) -> String {
    percent_encode(bytes, PATH).to_string()
}

/// Percent-decodes; `+` stays `+`, as in paths.
pub fn decode(text: &str) -> Cow<'_, [u8]> {
    percent_decode(text.as_bytes()).into()
}

/// Percent-decodes a part of a query string, where `+` is a space.
fn decode_query(text: &str) -> Vec<u8> {
    if text.contains('+') { percent_decode(text.replace('+', " ").as_bytes()).collect() } else { decode(text).into_owned() }
}

/// The pairs of a query string, decoded, in order. A name without `=` has an empty value.
///
/// Signature and meaning must read the query the same way: else one could be altered under the other.
pub fn query_pairs(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode_query(name), decode_query(value))
    })
}

/// Splits a request target into path and query.
pub fn split_target(path_and_query: &str) -> (&str, &str) {
    path_and_query.split_once('?').unwrap_or((path_and_query, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_is_a_space_in_queries_alone() {
        assert_eq!(decode("a+b%20c").as_ref(), b"a+b c");
        let pairs: Vec<_> = query_pairs("a+b=%2B&&flag&x=1=2").collect();
        assert_eq!(pairs, [(b"a b".to_vec(), b"+".to_vec()), (b"flag".to_vec(), vec![]), (b"x".to_vec(), b"1=2".to_vec())]);
        assert_eq!(encode("a/ä ~".as_bytes()), "a%2F%C3%A4%20~");
        assert_eq!(encode_path(b"/a b"), "/a%20b");
    }
}
