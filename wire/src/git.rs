//! CodeCommit's signature for git over HTTP, and the commands of a push.
//!
//! The signature is that of `aws codecommit credential-helper` and git-remote-codecommit: method `GIT`, the path, the
//! host without its port, no query, no payload, and a timestamp without its `Z` in the string to sign.

use crate::sigv4::{SignatureError, SigningKey, hex_sha256, read_basic_date};
use base::{Secret, Timestamp};
use std::{fmt, time::Duration};

/// How old a password may be: git makes one per command, and a large clone keeps using it.
pub const MAX_AGE: Duration = Duration::from_secs(15 * 60);

/// A user name and password as git sends them in Basic authentication; not believed before [`Credentials::verify`].
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Whose key.
    pub access_key_id: String,
    /// The token of temporary credentials.
    pub session_token: Option<Secret<String>>,
    date: Timestamp,
    date_text: String,
    signature: Secret<String>,
}

impl Credentials {
    /// Reads `AKIA…` or `ASIA…%TOKEN`, and `20261122T050000Z` with 64 hexadecimal digits.
    pub fn read(user_name: &str, password: &str) -> Result<Self, SignatureError> {
        let malformed = |why: &str| SignatureError::Malformed(why.to_owned());
        let (access_key_id, token) = user_name.split_once('%').map_or((user_name, None), |(id, token)| (id, Some(token)));
        if access_key_id.is_empty() || access_key_id.len() > 128 || !access_key_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(malformed("the user name is not an access key id, with %TOKEN after it for temporary credentials"));
        }
        let split = password.split_at_checked(16).filter(|(_, signature)| signature.len() == 64);
        let (date, signature) = split.ok_or_else(|| malformed("the password is not a timestamp and a signature"))?;
        let (date, date_text) =
            read_basic_date(date).ok_or_else(|| malformed("the password does not begin with a timestamp such as 20261122T050000Z"))?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            session_token: token.map(|t| Secret::new(t.to_owned())),
            date,
            date_text: date_text[..15].to_owned(),
            signature: Secret::new(signature.to_owned()),
        })
    }

    /// Verifies against the repository's path (`/v1/repos/x`) and the `Host` that was called; its port is dropped.
    pub fn verify(&self, host: &str, path: &str, region: &str, secret: &Secret<String>, now: Timestamp) -> Result<(), SignatureError> {
        if self.date > now.plus(crate::sigv4::MAX_SKEW) {
            return Err(SignatureError::NotYetValid { date: self.date, now, presigned: false });
        }
        if now > self.date.plus(MAX_AGE) {
            return Err(SignatureError::Expired { date: self.date, now, life: MAX_AGE, presigned: false });
        }
        let text = string_to_sign(host, path, region, &self.date_text);
        let key = SigningKey::derive(secret, &self.date_text[..8], region, "codecommit");
        if key.verifies(text.as_bytes(), self.signature.expose()) { Ok(()) } else { Err(SignatureError::Mismatch) }
    }
}

fn string_to_sign(host: &str, path: &str, region: &str, date_text: &str) -> String {
    let host = host.split(':').next().unwrap_or_default();
    let canonical = format!("GIT\n{path}\n\nhost:{host}\n\nhost\n");
    format!("AWS4-HMAC-SHA256\n{date_text}\n{}/{region}/codecommit/aws4_request\n{}", &date_text[..8], hex_sha256(canonical.as_bytes()))
}

/// The password that git would be given: the client's side.
pub fn password(secret: &Secret<String>, host: &str, path: &str, region: &str, now: Timestamp) -> Secret<String> {
    let date = now.basic();
    let key = SigningKey::derive(secret, &date[..8], region, "codecommit");
    Secret::new(format!("{date}{}", key.sign(string_to_sign(host, path, region, &date[..15]).as_bytes())))
}

/// References of one push, as AWS has it.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html>
const MAX_COMMANDS: usize = 4000;
const MAX_SECTION: usize = 1024 * 1024;
const MAX_REF: usize = 1024;

/// One reference that a push wants to move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefUpdate {
    /// The object it stands at, in hex; all zeros: it is to be made.
    pub old: String,
    /// The object it is to stand at; all zeros: it is to be deleted.
    pub new: String,
    /// `refs/heads/main`.
    pub name: String,
}

impl RefUpdate {
    /// Whether the reference is to be made.
    pub fn is_create(&self) -> bool {
        is_zero(&self.old)
    }
    /// Whether the reference is to be deleted.
    pub fn is_delete(&self) -> bool {
        is_zero(&self.new)
    }
}

fn is_zero(oid: &str) -> bool {
    oid.bytes().all(|b| b == b'0')
}

/// The commands at the head of a `git-receive-pack` request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Push {
    /// What is to be moved.
    pub updates: Vec<RefUpdate>,
    /// The capabilities that the client asked for.
    pub capabilities: Vec<String>,
    /// Length of this section in bytes, its flush packet included; the pack lies behind it.
    pub length: usize,
}

/// Why a push was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PushError(pub &'static str);

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the push cannot be read: {}", self.0)
    }
}
impl std::error::Error for PushError {}

/// Reads the commands from the beginning of a request's body. None: more of it is needed.
pub fn read_push(body: &[u8]) -> Result<Option<Push>, PushError> {
    let mut push = Push { updates: Vec::new(), capabilities: Vec::new(), length: 0 };
    let mut rest = body;
    loop {
        let Some((packet, after)) = packet(rest)? else {
            return if body.len() > MAX_SECTION { Err(PushError("it has too many commands")) } else { Ok(None) };
        };
        push.length += rest.len() - after.len();
        rest = after;
        let Some(line) = packet else { return Ok(Some(push)) };
        if push.updates.len() >= MAX_COMMANDS || push.length > MAX_SECTION {
            return Err(PushError("it has too many commands"));
        }
        let line = std::str::from_utf8(line).map_err(|_| PushError("a command is not UTF-8"))?;
        let (command, capabilities) = line.split_once('\0').map_or((line, None), |(command, rest)| (command, Some(rest)));
        let command = command.strip_suffix('\n').unwrap_or(command);
        if let Some(capabilities) = capabilities {
            if !push.updates.is_empty() {
                return Err(PushError("capabilities stand behind the first command"));
            }
            push.capabilities = capabilities.split_ascii_whitespace().map(str::to_owned).collect();
        }
        // The boundary of a shallow clone concerns the pack, not the references.
        if command.strip_prefix("shallow ").is_some_and(is_oid) {
            continue;
        }
        push.updates.push(update(command)?);
    }
}

fn update(command: &str) -> Result<RefUpdate, PushError> {
    let mut parts = command.splitn(3, ' ');
    let (Some(old), Some(new), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(PushError("a command is not an old object, a new object and a reference"));
    };
    if !is_oid(old) || !is_oid(new) || old.len() != new.len() {
        return Err(PushError("an object's name is not a hexadecimal hash"));
    }
    if !is_ref(name) {
        return Err(PushError("a reference has a name that git does not allow"));
    }
    Ok(RefUpdate { old: old.to_owned(), new: new.to_owned(), name: name.to_owned() })
}

fn is_oid(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// git's own rules for reference names (git-check-ref-format), below `refs/`.
pub fn is_ref(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    name.len() <= MAX_REF
        && name.starts_with("refs/")
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.bytes().any(|b| b <= b' ' || b == 0x7f || b"~^:?*[\\".contains(&b))
        && name.split('/').all(plain)
}

/// One packet line: its content, none for a flush packet, and what follows. None: more is needed.
#[allow(clippy::type_complexity, reason = "read in one place")]
fn packet(input: &[u8]) -> Result<Option<(Option<&[u8]>, &[u8])>, PushError> {
    let Some((head, rest)) = input.split_at_checked(4) else { return Ok(None) };
    let digits = std::str::from_utf8(head).ok().filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
    let length = digits.and_then(|h| usize::from_str_radix(h, 16).ok()).ok_or(PushError("a packet has no length"))?;
    match length {
        0 => Ok(Some((None, rest))),
        4..=65520 => Ok(rest.split_at_checked(length - 4).map(|(line, after)| (Some(line), after))),
        _ => Err(PushError("a packet's length is not allowed")),
    }
}

#[cfg(test)]
mod tests;
