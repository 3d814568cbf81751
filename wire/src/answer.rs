//! Answers as bytes, in each protocol: successes and errors.

use crate::{
    json, query,
    rest::{EncodeError, RestBody, RestResponse},
    s3, xml,
};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

/// The namespaces of the query services' answers.
const NAMESPACES: [(&str, &str); 3] = [
    ("sts", "https://sts.amazonaws.com/doc/2011-06-15/"),
    ("iam", "https://iam.amazonaws.com/doc/2010-05-08/"),
    ("cloudformation", "http://cloudformation.amazonaws.com/doc/2010-05-15/"),
];

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// AWS JSON.
    Json(json::Version),
    /// XML of the query protocol.
    Query,
    /// A query service whose client accepts JSON.
    QueryAsJson,
    /// S3's XML, headers and bodies.
    RestXml,
}

/// What an answer says of the call, beside its result.
#[derive(Clone, Debug)]
pub struct Style {
    /// How it is written.
    pub form: Form,
    /// The service's name: `iam`.
    pub service: String,
    /// The operation's name.
    pub operation: String,
    /// The request's path.
    pub path: String,
    /// The request's id.
    pub request_id: String,
    /// Whether it was a HEAD request, whose answer has no body.
    pub head: bool,
}

/// An error, as it is told.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// AWS's code.
    pub code: &'a str,
    /// For people.
    pub message: &'a str,
    /// HTTP status.
    pub status: u16,
    /// More members of the error's shape.
    pub members: &'a Map<String, Value>,
}

/// A success.
///
/// # Errors
/// The output cannot be written: a fault of ours.
pub fn success(style: &Style, output: &Value) -> Result<RestResponse, EncodeError> {
    let mut written = match style.form {
        Form::Json(version) => of_bytes(200, version.content_type(), json::response(output)),
        Form::QueryAsJson => {
            let mut members = json!({"ResponseMetadata": {"RequestId": style.request_id}});
            members[format!("{}Result", style.operation)] = output.clone();
            let mut whole = json!({});
            whole[format!("{}Response", style.operation)] = members;
            of_bytes(200, "application/json", whole.to_string())
        }
        Form::Query => {
            let xml = query::response(&style.operation, namespace(&style.service), output, &style.request_id);
            of_bytes(200, "text/xml", xml)
        }
        Form::RestXml => s3::encode(&style.operation, output)?,
    };
    name_request(style, &mut written.headers);
    Ok(written)
}

/// An error.
pub fn failure(style: &Style, error: Failure<'_>) -> RestResponse {
    let sender = error.status < 500;
    let mut written = match style.form {
        Form::Json(version) => {
            let mut body = json!({"__type": error.code, "message": error.message});
            for (name, value) in error.members {
                body[name] = value.clone();
            }
            let mut written = of_bytes(error.status, version.content_type(), body.to_string());
            written.headers.insert("x-amzn-errortype", text(error.code));
            written
        }
        Form::QueryAsJson => {
            let kind = if sender { "Sender" } else { "Receiver" };
            let body = json!({"Error": {"Type": kind, "Code": error.code, "Message": error.message}, "RequestId": style.request_id});
            of_bytes(error.status, "application/json", body.to_string())
        }
        Form::Query => {
            let xml = query::error(namespace(&style.service), sender, error.code, error.message, &style.request_id);
            of_bytes(error.status, "text/xml", xml)
        }
        Form::RestXml => {
            let bodyless = style.head || error.status == 304;
            let scalars: Vec<(&str, String)> = error.members.iter().filter_map(|(k, v)| Some((k.as_str(), xml::scalar(v)?))).collect();
            let details: Vec<(&str, &str)> = scalars.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let whole = || s3::error(error.code, error.message, &style.path, &style.request_id, &details);
            let mut written = of_bytes(error.status, "application/xml", if bodyless { Vec::new() } else { whole() });
            if error.status == 304 || error.members.contains_key("DeleteMarker") {
                tell_of_object(&mut written.headers, &details);
            }
            if let Some(region) = error.members.get("Region").and_then(Value::as_str) {
                written.headers.insert("x-amz-bucket-region", text(region));
            }
            written
        }
    };
    name_request(style, &mut written.headers);
    written
}

/// What S3 tells of an object that it does not send: it was not modified, or a delete marker hides it.
fn tell_of_object(headers: &mut HeaderMap, details: &[(&str, &str)]) {
    for (name, value) in details {
        let header = match *name {
            "DeleteMarker" => "x-amz-delete-marker",
            "VersionId" => "x-amz-version-id",
            "ETag" => "etag",
            "LastModified" => "last-modified",
            "Allow" => "allow",
            _ => continue,
        };
        headers.insert(header, text(value));
    }
}

fn namespace(service: &str) -> &'static str {
    NAMESPACES.iter().find(|(s, _)| *s == service).map_or("http://webservices.amazon.com/AWSFault/2005-15-09", |(_, n)| n)
}

fn name_request(style: &Style, headers: &mut HeaderMap) {
    headers.insert("x-amzn-requestid", text(&style.request_id));
    if style.form == Form::RestXml {
        headers.insert("x-amz-request-id", text(&style.request_id));
    }
}

fn of_bytes(status: u16, content_type: &'static str, bytes: impl Into<Vec<u8>>) -> RestResponse {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    RestResponse { status, headers, body: RestBody::Bytes(bytes.into()) }
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_output_is_a_result_all_the_same() {
        let style = Style {
            form: Form::Query,
            service: "cloudformation".into(),
            operation: "ExecuteChangeSet".into(),
            path: "/".into(),
            request_id: "1".into(),
            head: false,
        };
        for (output, result) in [(json!({}), true), (json!(null), false)] {
            let RestBody::Bytes(body) = success(&style, &output).unwrap().body else { panic!("a body") };
            let text = String::from_utf8(body).unwrap();
            assert_eq!(text.contains("<ExecuteChangeSetResult></ExecuteChangeSetResult>"), result, "{text}");
        }
    }
}
