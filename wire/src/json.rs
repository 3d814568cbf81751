//! AWS JSON 1.0 and 1.1.

use crate::Decoded;
use http::HeaderMap;
use serde_json::{Map, Value};

/// The two versions differ in the content type only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// `application/x-amz-json-1.0`.
    V1_0,
    /// `application/x-amz-json-1.1`.
    V1_1,
}

impl Version {
    /// The content type of requests and answers.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::V1_0 => "application/x-amz-json-1.0",
            Self::V1_1 => "application/x-amz-json-1.1",
        }
    }
    /// The version that a request was written in; 1.1 if it does not say.
    pub fn of(headers: &HeaderMap) -> Self {
        match headers.get("content-type").map(http::HeaderValue::as_bytes) {
            Some(text) if text.starts_with(b"application/x-amz-json-1.0") => Self::V1_0,
            _ => Self::V1_1,
        }
    }
}

/// Why a request was refused; always status 400.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonError {
    /// AWS's code.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// Whether a request is of this protocol: it has an `X-Amz-Target`.
pub fn is_json(headers: &HeaderMap) -> bool {
    headers.contains_key("x-amz-target")
}

/// Splits `X-Amz-Target` into service and operation by the caller's table of prefixes, such as
/// `("TrentService", "kms")`. The body is not needed for that, nor for the signature's scope.
pub fn target<'t>(headers: &HeaderMap, services: &[(&str, &'t str)]) -> Result<(&'t str, String), JsonError> {
    let unknown = |message: String| JsonError { code: "UnknownOperationException", message };
    let text = headers.get("x-amz-target").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (prefix, operation) =
        text.rsplit_once('.').ok_or_else(|| unknown(format!("X-Amz-Target '{text}' is not of the form Service.Operation")))?;
    let named = !operation.is_empty() && operation.len() <= 128 && operation.bytes().all(|b| b.is_ascii_alphanumeric());
    let service = services.iter().find(|(p, _)| *p == prefix).filter(|_| named);
    service.map(|(_, service)| (*service, operation.to_owned())).ok_or_else(|| unknown(format!("Unknown operation '{text}'")))
}

/// Decodes a whole request.
pub fn decode(headers: &HeaderMap, body: &[u8], services: &[(&str, &str)], max_body: usize) -> Result<Decoded, JsonError> {
    let (service, operation) = target(headers, services)?;
    Ok(Decoded { service: service.to_owned(), operation, input: read_body(body, max_body)? })
}

/// Reads a body; nothing at all is an empty object. Depth is limited to 128 by the parser.
pub fn read_body(body: &[u8], max_body: usize) -> Result<Value, JsonError> {
    let refused = |message: String| JsonError { code: "SerializationException", message };
    if body.len() > max_body {
        return Err(refused(format!("The request body of {} bytes is longer than the {max_body} that are allowed", body.len())));
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(Value::Object(map)),
        Ok(_) => Err(refused("The request body must be a JSON object".to_owned())),
        // The parser's message quotes nothing of the body, so no secret of it can show.
        Err(error) => Err(refused(format!("The request body is not valid JSON at line {} column {}", error.line(), error.column()))),
    }
}

/// The body of a success; operations without output answer nothing.
pub fn response(result: &Value) -> Vec<u8> {
    if result.is_null() { Vec::new() } else { result.to_string().into_bytes() }
}

/// The body of an error; `code` also goes into the header `x-amzn-errortype`.
pub fn error(code: &str, message: &str) -> Vec<u8> {
    serde_json::json!({ "__type": code, "message": message }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICES: [(&str, &str); 2] = [("TrentService", "kms"), ("CodePipeline_20150709", "codepipeline")];

    fn headers(target: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-target", target.parse().unwrap());
        headers
    }

    #[test]
    fn requests() {
        let decoded = decode(&headers("TrentService.Encrypt"), br#"{"KeyId":"k","A":{"b":[1]}}"#, &SERVICES, 100).unwrap();
        assert_eq!((decoded.service.as_str(), decoded.operation.as_str()), ("kms", "Encrypt"));
        assert_eq!(decoded.input["A"]["b"][0], 1);
        assert_eq!(decode(&headers("CodePipeline_20150709.ListPipelines"), b" ", &SERVICES, 9).unwrap().input, serde_json::json!({}));
        for (target, body, code) in [
            ("TrentService.", "{}", "UnknownOperationException"),
            ("TrentService.En/crypt", "{}", "UnknownOperationException"),
            ("Other.Encrypt", "{}", "UnknownOperationException"),
            ("nothing", "{}", "UnknownOperationException"),
            ("TrentService.Encrypt", "[]", "SerializationException"),
            ("TrentService.Encrypt", "{\"a\":\"marker", "SerializationException"),
            ("TrentService.Encrypt", "\u{1}", "SerializationException"),
            ("TrentService.Encrypt", &"[".repeat(300), "SerializationException"),
            ("TrentService.Encrypt", &" ".repeat(2000), "SerializationException"),
        ] {
            let error = decode(&headers(target), body.as_bytes(), &SERVICES, 1000).unwrap_err();
            assert_eq!(error.code, code, "{target} {body}");
            assert!(!error.message.contains("marker"));
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn answers() {
        assert_eq!(response(&Value::Null), b"");
        assert_eq!(response(&serde_json::json!({"a": 1})), br#"{"a":1}"#);
        assert_eq!(error("NotFoundException", "no \"k\""), br#"{"__type":"NotFoundException","message":"no \"k\""}"#);
        let mut plain = HeaderMap::new();
        assert_eq!(Version::of(&plain).content_type(), "application/x-amz-json-1.1");
        plain.insert("content-type", "application/x-amz-json-1.0; charset=utf-8".parse().unwrap());
        assert_eq!(Version::of(&plain), Version::V1_0);
    }
}
