use gate::Error;
use std::io::{Cursor, Read};

/// What git is answered.
pub struct GitAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The answer's headers.
    pub headers: Vec<(&'static str, String)>,
    /// The answer's body, which may be long. Dropped early, it stops what makes it.
    pub body: Box<dyn Read + Send>,
}

impl GitAnswer {
    /// An answer in git's own format, which no cache may keep.
    pub(crate) fn git(kind: String, body: impl Read + Send + 'static) -> Self {
        let headers = vec![("content-type", kind), ("cache-control", "no-cache, max-age=0, must-revalidate".into())];
        Self { status: 200, headers, body: Box::new(body) }
    }
    /// Words for the person at the terminal: git shows plain text.
    pub(crate) fn text(status: u16, message: &str) -> Self {
        let headers = vec![("content-type", "text/plain; charset=utf-8".into()), ("cache-control", "no-cache".into())];
        Self { status, headers, body: Box::new(Cursor::new(format!("{message}\n"))) }
    }
    /// git comes without credentials first, and asks its helper for some when it is told so.
    pub(crate) fn challenge() -> Self {
        let mut answer = Self::text(
            401,
            "Credentials are needed: set `git config credential.helper '!aws codecommit credential-helper --ignore-host-check $@'` and `credential.UseHttpPath true`.",
        );
        answer.headers.push(("www-authenticate", "Basic realm=\"AWS CodeCommit\", charset=\"UTF-8\"".into()));
        answer
    }
    /// A refusal of the gate. JSON services say 400 to most; git's users need HTTP's own words.
    pub(crate) fn refused(error: &Error) -> Self {
        let status = match error.code.as_ref() {
            "RepositoryDoesNotExistException" => 404,
            "UnrecognizedClientException" | "InvalidSignatureException" | "ExpiredTokenException" | "IncompleteSignatureException" => 403,
            _ if error.is_denied() => 403,
            _ => error.status,
        };
        Self::text(status, &error.message)
    }
}
