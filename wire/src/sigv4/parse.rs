//! Reads what a request says of its signature, in either form.

use super::{ALGORITHM, Authorization, MAX_EXPIRES, PathRule, PayloadHash, RequestParts, SignatureError};
use crate::{encoding, http_date};
use base::{Secret, Timestamp};
use http::HeaderMap;
use std::time::Duration;

/// Headers that are read here, so that two of one would leave a choice.
const SINGLE: [&str; 6] = ["authorization", "host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "date"];
const MAX_AUTHORIZATION: usize = 16 * 1024;
const MAX_SIGNATURE: usize = 1024;
/// What a presigned URL without `X-Amz-Expires` gets, outside S3.
const DEFAULT_EXPIRES: Duration = Duration::from_secs(15 * 60);

/// Reads the signature of a request in its header or query-string form. None: the request is anonymous.
pub fn parse_authorization(request: RequestParts<'_>) -> Result<Option<Authorization>, SignatureError> {
    for name in SINGLE {
        if request.headers.get_all(name).iter().nth(1).is_some() {
            return Err(SignatureError::Malformed(format!("the header '{name}' was given more than once")));
        }
    }
    let query = PresignedQuery::read(encoding::split_target(request.path_and_query).1)?;
    match (request.headers.get("authorization"), query) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(SignatureError::TwoMechanisms),
        (Some(value), None) => from_header(value.as_bytes(), request.headers).map(Some),
        (None, Some(query)) => query.finish(request.headers).map(Some),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, SignatureError> {
    headers
        .get(name)
        .map(|value| {
            value.to_str().map(str::trim).map_err(|_| SignatureError::Malformed(format!("the header '{name}' is not visible ASCII")))
        })
        .transpose()
}

fn from_header(value: &[u8], headers: &HeaderMap) -> Result<Authorization, SignatureError> {
    let text = std::str::from_utf8(value).map_err(|_| malformed("the Authorization header is not UTF-8"))?;
    if text.len() > MAX_AUTHORIZATION {
        return Err(malformed("the Authorization header is too long"));
    }
    let rest = text.strip_prefix(ALGORITHM).ok_or(SignatureError::Unsupported)?;
    let rest = rest.strip_prefix(' ').ok_or(SignatureError::Unsupported)?;
    let (mut credential, mut signed, mut signature) = (None, None, None);
    for part in rest.split(',').map(str::trim) {
        let (name, value) = part.split_once('=').ok_or_else(|| malformed(format!("'{part}' is not a key=value pair")))?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed,
            "Signature" => &mut signature,
            _ => return Err(malformed(format!("unknown parameter '{name}' in the Authorization header"))),
        };
        if place.replace(value).is_some() {
            return Err(malformed(format!("'{name}' was given more than once")));
        }
    }
    let mut missing = String::new();
    for (name, value) in [("Credential", credential), ("Signature", signature), ("SignedHeaders", signed)] {
        if value.is_none() {
            missing.push_str(&format!("Authorization header requires '{name}' parameter. "));
        }
    }
    let date = match header(headers, "x-amz-date")? {
        Some(date) => Some(date),
        None => header(headers, "date")?,
    };
    if date.is_none() {
        missing.push_str("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    let (Some(credential), Some(signed), Some(signature), Some(date)) = (credential, signed, signature, date) else {
        return Err(malformed(missing.trim_end()));
    };
    let scope = Scope::read(credential).map_err(SignatureError::Malformed)?;
    let (date, date_text) = read_date(date)?;
    let payload = match header(headers, "x-amz-content-sha256")? {
        Some(text) => PayloadHash::read(text).or_else(|e| if scope.is_s3() { Err(e) } else { Ok(PayloadHash::OfBody) })?,
        None if scope.is_s3() => return Err(SignatureError::MissingContentHash),
        None => PayloadHash::OfBody,
    };
    let session_token = header(headers, "x-amz-security-token")?.map(|t| Secret::new(t.to_owned()));
    let signed_headers = read_signed_headers(signed).map_err(SignatureError::Malformed)?;
    scope.authorization(date, date_text, session_token, signed_headers, signature, payload, None).map_err(SignatureError::Malformed)
}

#[derive(Default)]
struct PresignedQuery {
    algorithm: Option<String>,
    credential: Option<String>,
    date: Option<String>,
    expires: Option<String>,
    signed: Option<String>,
    signature: Option<String>,
    token: Option<String>,
    payload: Option<String>,
}

impl PresignedQuery {
    fn read(query: &str) -> Result<Option<Self>, SignatureError> {
        if query.is_empty() {
            return Ok(None);
        }
        let mut found = Self::default();
        let (mut v2_key, mut v2_signature) = (false, false);
        for (name, value) in encoding::query_pairs(query) {
            let place = match name.as_slice() {
                b"X-Amz-Algorithm" => &mut found.algorithm,
                b"X-Amz-Credential" => &mut found.credential,
                b"X-Amz-Date" => &mut found.date,
                b"X-Amz-Expires" => &mut found.expires,
                b"X-Amz-SignedHeaders" => &mut found.signed,
                b"X-Amz-Signature" => &mut found.signature,
                b"X-Amz-Security-Token" => &mut found.token,
                b"X-Amz-Content-Sha256" => &mut found.payload,
                b"AWSAccessKeyId" => {
                    v2_key = true;
                    continue;
                }
                b"Signature" => {
                    v2_signature = true;
                    continue;
                }
                _ => continue,
            };
            let value = String::from_utf8(value).map_err(|_| malformed_query("a signature parameter is not UTF-8"))?;
            if place.replace(value).is_some() {
                return Err(malformed_query("a signature parameter was given more than once"));
            }
        }
        if v2_key && v2_signature {
            return Err(SignatureError::Unsupported);
        }
        let present = found.algorithm.is_some() || found.credential.is_some() || found.signature.is_some();
        Ok(present.then_some(found))
    }

    fn finish(self, headers: &HeaderMap) -> Result<Authorization, SignatureError> {
        const NEEDS: &str = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
                             X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
        let (Some(algorithm), Some(credential), Some(date), Some(signed), Some(signature)) =
            (self.algorithm, self.credential, self.date, self.signed, self.signature)
        else {
            return Err(malformed_query(NEEDS));
        };
        if algorithm != ALGORITHM {
            return Err(SignatureError::Unsupported);
        }
        let scope = Scope::read(&credential).map_err(SignatureError::MalformedQuery)?;
        let expires = match self.expires {
            Some(text) => read_expires(&text)?,
            None if scope.is_s3() => return Err(malformed_query(NEEDS)),
            None => DEFAULT_EXPIRES,
        };
        if headers.contains_key("x-amz-security-token") {
            return Err(malformed_query("the session token of a presigned URL belongs into its query string"));
        }
        let (date, date_text) = read_basic_date(&date)
            .ok_or_else(|| malformed_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""))?;
        let payload = match (self.payload.as_deref(), header(headers, "x-amz-content-sha256")?) {
            _ if !scope.is_s3() => PayloadHash::OfBody,
            (Some(text), None) | (None, Some(text)) => PayloadHash::read(text)?,
            (Some(_), Some(_)) => return Err(malformed_query("X-Amz-Content-Sha256 was given both as a header and as a query parameter")),
            (None, None) => PayloadHash::Unsigned,
        };
        let signed_headers = read_signed_headers(&signed).map_err(SignatureError::MalformedQuery)?;
        scope
            .authorization(date, date_text, self.token.map(Secret::new), signed_headers, &signature, payload, Some(expires))
            .map_err(SignatureError::MalformedQuery)
    }
}

fn read_expires(text: &str) -> Result<Duration, SignatureError> {
    let seconds: i64 = text.parse().map_err(|_| malformed_query("X-Amz-Expires should be a number"))?;
    let seconds = u64::try_from(seconds).map_err(|_| malformed_query("X-Amz-Expires must be non-negative"))?;
    let expires = Duration::from_secs(seconds);
    if expires > MAX_EXPIRES {
        return Err(malformed_query(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        ));
    }
    Ok(expires)
}

struct Scope<'a> {
    access_key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Scope<'a> {
    fn read(credential: &'a str) -> Result<Self, String> {
        let parts: Vec<&str> = credential.splitn(6, '/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = parts[..] else {
            return Err(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '{credential}'"
            ));
        };
        let plain =
            |text: &str| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !(plain(access_key_id) && plain(region) && plain(service) && date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit())) {
            return Err(format!("Credential '{credential}' is not of the form keyid/YYYYMMDD/region/service/aws4_request"));
        }
        Ok(Self { access_key_id, date, region, service })
    }
    fn is_s3(&self) -> bool {
        PathRule::of(self.service) == PathRule::S3
    }
    #[allow(clippy::too_many_arguments, reason = "the one place that puts the parts together")]
    fn authorization(
        self,
        date: Timestamp,
        date_text: String,
        session_token: Option<Secret<String>>,
        signed_headers: Vec<String>,
        signature: &str,
        payload: PayloadHash,
        presigned_expires: Option<Duration>,
    ) -> Result<Authorization, String> {
        // A signature of another length or spelling is a wrong one, like any other: it is refused when it is compared.
        if signature.len() > MAX_SIGNATURE {
            return Err("the signature is too long".to_owned());
        }
        Ok(Authorization {
            access_key_id: self.access_key_id.to_owned(),
            session_token,
            date,
            date_text,
            scope_date: self.date.to_owned(),
            region: self.region.to_owned(),
            service: self.service.to_owned(),
            signed_headers,
            signature: signature.to_owned(),
            payload,
            presigned_expires,
        })
    }
}

fn read_signed_headers(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split(';').map(str::to_owned).collect();
    let named = names.iter().all(|n| !n.is_empty() && !n.bytes().any(|b| b.is_ascii_uppercase()));
    if !named || !names.is_sorted_by(|a, b| a < b) {
        return Err(format!("SignedHeaders '{text}' must be lower-case names in order, separated by semicolons"));
    }
    Ok(names)
}

/// SigV4's own form, digit by digit: there must be one spelling only.
pub(crate) fn read_basic_date(text: &str) -> Option<(Timestamp, String)> {
    let shaped = text.len() == 16
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 => b == b'T',
            15 => b == b'Z',
            _ => b.is_ascii_digit(),
        });
    let date = Timestamp::parse_basic(text).filter(|_| shaped)?;
    Some((date, text.to_owned()))
}

fn read_date(text: &str) -> Result<(Timestamp, String), SignatureError> {
    read_basic_date(text).or_else(|| http_date::parse(text).map(|date| (date, date.basic()))).ok_or_else(|| {
        malformed(format!("Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"))
    })
}

fn malformed(text: impl Into<String>) -> SignatureError {
    SignatureError::Malformed(text.into())
}
fn malformed_query(text: &str) -> SignatureError {
    SignatureError::MalformedQuery(text.to_owned())
}
