//! The role's credentials for a build's own programs, at the address where AWS's SDKs look for them.
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use super::book::Book;
use crate::state::BuildRow;
use base::{Timestamp, revealed};
use gate::Error;
use serde_json::json;
use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

const MAX_REQUEST: usize = 8 * 1024;
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);
/// The same credentials are given for this long.
const KEEP: Duration = Duration::from_secs(20 * 60);

pub(super) struct CredentialServer<'a> {
    book: &'a Book<'a>,
    row: &'a BuildRow,
    /// Who knows the path may have the credentials: it is told to the build alone.
    pub(super) path: String,
}

impl<'a> CredentialServer<'a> {
    pub(super) fn new(book: &'a Book<'a>, row: &'a BuildRow) -> Self {
        Self { book, row, path: format!("/v2/credentials/{}", base::uuid(&**book.gate.entropy())) }
    }

    /// Answers until the listener is shut down, with the build's end.
    pub(super) fn serve(&self, listener: &TcpListener) {
        let mut kept: Option<(sts::Credentials, Timestamp)> = None;
        loop {
            match listener.accept() {
                // A client that breaks off is the build's own affair.
                Ok((stream, _)) => drop(self.answer(stream, &mut kept)),
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => return,
                // A client that went away again, or no descriptors for now.
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }

    fn answer(&self, mut stream: TcpStream, kept: &mut Option<(sts::Credentials, Timestamp)>) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let (status, body) = match asked_path(&mut stream)? {
            Some(path) if same(path.as_bytes(), self.path.as_bytes()) => match self.credentials(kept) {
                Ok(body) => ("200 OK", body),
                Err(error) => ("500 Internal Server Error", json!({"code": error.code, "message": error.message}).to_string()),
            },
            Some(_) => ("404 Not Found", json!({"code": "NotFound", "message": "There are no credentials at this path."}).to_string()),
            None => ("400 Bad Request", json!({"code": "BadRequest", "message": "Expected GET and a path."}).to_string()),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    }

    fn credentials(&self, kept: &mut Option<(sts::Credentials, Timestamp)>) -> Result<String, Error> {
        let now = self.book.now();
        if kept.as_ref().is_none_or(|(_, since)| now.since(*since) >= KEEP) {
            *kept = Some((self.book.credentials(self.row)?, now));
        }
        let Some((credentials, _)) = kept else { return Err(Error::internal("no credentials")) };
        let body = json!({
            "RoleArn": self.row.service_role,
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key.expose(),
            "Token": credentials.session_token.expose(),
            "Expiration": credentials.expiration.0.iso(),
        });
        Ok(revealed(|| body.to_string()))
    }
}

/// The path of a GET request; its headers are read and passed over.
fn asked_path(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        let count = stream.read(&mut buffer)?;
        if count == 0 || head.len() + count > MAX_REQUEST {
            return Ok(None);
        }
        head.extend_from_slice(&buffer[..count]);
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    Ok(match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => Some(path.to_string()),
        _ => None,
    })
}

/// Takes as long for a wrong path as for the right one.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}
