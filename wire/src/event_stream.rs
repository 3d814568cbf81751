//! `application/vnd.amazon.eventstream`: messages of headers and a payload, each with its lengths and checksums.
//! Source: <https://smithy.io/2.0/aws/amazon-eventstream.html>

use crate::checksum::{Algorithm, Checksum};
use serde_json::Value;

/// The type of a body that is such a stream.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Lengths and both checksums.
const FRAME: usize = 16;
const STRING: u8 = 7;

fn crc32(bytes: &[u8]) -> Vec<u8> {
    let mut sum = Checksum::new(Algorithm::Crc32);
    sum.update(bytes);
    sum.finish()
}

/// A message: headers of text, and the payload's bytes.
fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        head.extend(&name.as_bytes()[..name.len().min(usize::from(u8::MAX))]);
        head.push(STRING);
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        head.extend(length.to_be_bytes());
        head.extend(&value.as_bytes()[..usize::from(length)]);
    }
    let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = Vec::with_capacity(FRAME + head.len() + payload.len());
    bytes.extend(length(FRAME + head.len() + payload.len()));
    bytes.extend(length(head.len()));
    bytes.extend(crc32(&bytes));
    bytes.extend(head);
    bytes.extend(payload);
    bytes.extend(crc32(&bytes));
    bytes
}

/// An event of this name; `initial-response` is what the JSON protocols begin with.
pub fn event(name: &str, payload: &Value) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    message(&headers, payload.to_string().as_bytes())
}

/// The error that a stream ends with.
pub fn exception(code: &str, text: &str) -> Vec<u8> {
    let headers = [(":exception-type", code), (":content-type", "application/json"), (":message-type", "exception")];
    message(&headers, serde_json::json!({ "message": text }).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_its_lengths_headers_payload_and_checksums() {
        // Of the specification's own test vectors: no headers, no payload; and a payload alone.
        assert_eq!(hex::encode(message(&[], b"")), "000000100000000005c248eb7d98c8ff");
        assert_eq!(
            hex::encode(message(&[], br#"{'foo':'bar'}"#)),
            "0000001d00000000fd528c5a7b27666f6f273a27626172277dc36539 36".replace(' ', "")
        );
        let bytes = event("sessionUpdate", &json!({"a": 1}));
        assert_eq!(u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize, bytes.len());
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(":event-type") && text.contains("sessionUpdate") && text.contains(r#"{"a":1}"#));
    }
}
