//! Templates that lie in a bucket of this server. Nothing is ever fetched from elsewhere.

use crate::{CloudFormation, error::invalid};
use gate::{Error, Scope};
use s3::{GetObject, GetObjectInput};
use std::io::Read;

/// Where a URL says that a template lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version_id: Option<String>,
}

const LONGEST: usize = 5120;

fn elsewhere(host: &str) -> Error {
    invalid(format!(
        "TemplateURL must reference a valid S3 object to which you have access. The host '{host}' is not this server: give https://s3.REGION.amazonaws.com/BUCKET/KEY, \
         https://BUCKET.s3.REGION.amazonaws.com/KEY or https://127.0.0.1:PORT/BUCKET/KEY; nothing is fetched from other hosts"
    ))
}

/// `s3.amazonaws.com`, `s3.REGION.amazonaws.com`, `s3-REGION.amazonaws.com`, or this machine.
fn is_endpoint(host: &str) -> bool {
    let amazon = host.strip_suffix(".cn").unwrap_or(host).strip_suffix(".amazonaws.com").is_some_and(|rest| {
        let region = rest.strip_prefix("s3").map(|region| region.strip_prefix(['.', '-']).unwrap_or(region));
        // `s3.dualstack.REGION` is another name of the same.
        let region = region.map(|region| region.strip_prefix("dualstack.").unwrap_or(region));
        region.is_some_and(|region| region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    });
    amazon || host == "localhost" || host == "[::1]" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// The bucket in front of an endpoint's name.
fn bucket_of(host: &str) -> Option<&str> {
    let at = host.rfind(".s3.").or_else(|| host.rfind(".s3-"))?;
    let (bucket, endpoint) = (&host[..at], &host[at + 1..]);
    let own = endpoint.strip_prefix("s3.").is_some_and(is_endpoint);
    (!bucket.is_empty() && (is_endpoint(endpoint) || own)).then_some(bucket)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

/// Reads a URL.
pub(crate) fn locate(url: &str) -> Result<Location, Error> {
    let malformed = || invalid("TemplateURL must be a supported URL: https://HOST/BUCKET/KEY");
    if url.len() > LONGEST {
        return Err(malformed());
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(malformed)?;
    let (authority, path) = rest.split_once('/').ok_or_else(malformed)?;
    let port = authority.rsplit_once(':').filter(|(_, port)| port.chars().all(|c| c.is_ascii_digit()));
    let host = port.map_or(authority, |(host, _)| host).to_ascii_lowercase();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (bucket, key) = match bucket_of(&host) {
        Some(bucket) => (bucket.to_string(), path),
        None if is_endpoint(&host) => path.split_once('/').map(|(bucket, key)| (bucket.to_string(), key)).ok_or_else(malformed)?,
        None => return Err(elsewhere(&host)),
    };
    let key = decoded(key).filter(|key| !key.is_empty()).ok_or_else(malformed)?;
    let version_id = query.split('&').find_map(|pair| pair.strip_prefix("versionId=")).and_then(decoded);
    Ok(Location { bucket, key, version_id })
}

/// The longest template in a bucket.
pub(crate) const LONGEST_TEMPLATE: usize = 1024 * 1024;

/// Reads a template on behalf of the caller: the caller needs the right to read the object, as on AWS.
pub(crate) fn fetch(scope: &mut Scope<'_, CloudFormation>, url: &str) -> Result<String, Error> {
    let Location { bucket, key, version_id } = locate(url)?;
    let actor = scope.forward();
    let input = GetObjectInput { bucket, key, version_id, ..GetObjectInput::default() };
    let (_, reader) = scope.invoke_receiving::<GetObject>(&actor, input).map_err(unread)?;
    let mut bytes = Vec::new();
    reader
        .take(LONGEST_TEMPLATE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::internal(format_args!("the template could not be read: {e}")))?;
    if bytes.len() > LONGEST_TEMPLATE {
        return Err(invalid("Template may not exceed 1048576 bytes in size."));
    }
    String::from_utf8(bytes).map_err(|_| invalid("Template format error: the template is not UTF-8"))
}

/// The error of the reading as the error of the call: a ValidationError, unless our own side failed.
fn unread(error: Error) -> Error {
    if error.status >= 500 { error } else { Error { denial: error.denial, ..invalid(format!("S3 error: {}", error.message)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_server() {
        let at = |bucket: &str, key: &str| Location { bucket: bucket.into(), key: key.into(), version_id: None };
        for (url, expected) in [
            ("https://127.0.0.1:4566/b/dir/t.yaml", at("b", "dir/t.yaml")),
            ("https://s3.ap-northeast-1.amazonaws.com/b/t%20u.yaml", at("b", "t u.yaml")),
            ("https://s3-eu-west-1.amazonaws.com/b/t", at("b", "t")),
            ("https://my.bucket.s3.eu-west-1.amazonaws.com/t", at("my.bucket", "t")),
            ("https://b.s3.localhost:4566/t", at("b", "t")),
            ("https://b.s3.amazonaws.com/d/t", at("b", "d/t")),
            ("https://s3.dualstack.eu-west-1.amazonaws.com/b/t", at("b", "t")),
            ("https://b.s3.dualstack.eu-west-1.amazonaws.com/t", at("b", "t")),
            ("https://b.s3.cn-north-1.amazonaws.com.cn/t", at("b", "t")),
        ] {
            assert_eq!(locate(url).unwrap(), expected, "{url}");
        }
        assert_eq!(locate("https://localhost/b/k?versionId=7").unwrap().version_id.as_deref(), Some("7"));
        for url in [
            "https://example.com/b/k",
            "https://10.0.0.1/b/k",
            "https://b.s3.example.com/k",
            "https://amazonaws.com.evil.com/b/k",
            "file:///b/k",
            "https://localhost/b",
            "https://s3@evil.com/b/k",
        ] {
            assert!(locate(url).is_err(), "{url}");
        }
    }
}
