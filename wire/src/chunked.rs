//! aws-chunked bodies, decoded as they come.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html> and `sigv4-streaming-trailers.html` beside it.

use crate::{
    checksum::Algorithm,
    sigv4::{EMPTY_SHA256, PayloadHash, SigningKey, VerifiedSignature, hex_sha256},
};
use aws_lc_rs::digest;
use std::fmt;

/// `10000;chunk-signature=` and 64 digits fit well.
const MAX_LINE: usize = 1024;
const MAX_TRAILERS: usize = 16;
const MAX_TRAILER_BYTES: usize = 8 * 1024;

/// Which of the three forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Each chunk signed.
    Signed,
    /// Each chunk signed, and a signed trailer.
    SignedTrailer,
    /// Nothing signed, and a trailer.
    UnsignedTrailer,
}

impl Kind {
    /// The form that a payload hash announces; none if the body is plain.
    pub fn of(payload: &PayloadHash) -> Option<Self> {
        match payload {
            PayloadHash::StreamingSigned => Some(Self::Signed),
            PayloadHash::StreamingSignedTrailer => Some(Self::SignedTrailer),
            PayloadHash::StreamingUnsignedTrailer => Some(Self::UnsignedTrailer),
            PayloadHash::Hex(_) | PayloadHash::Unsigned | PayloadHash::OfBody => None,
        }
    }
}

/// Why a body was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChunkError {
    /// A chunk's or the trailer's signature is wrong.
    Signature,
    /// Not in the form of aws-chunked.
    Malformed(&'static str),
    /// It ended too early, or its length is not the one announced.
    Incomplete,
    /// The trailer lacks what `x-amz-trailer` announced, or has something else.
    Trailer,
}

impl ChunkError {
    /// AWS's code and HTTP status.
    pub fn code(self) -> (&'static str, u16) {
        match self {
            Self::Signature => ("SignatureDoesNotMatch", 403),
            Self::Malformed(_) => ("InvalidRequest", 400),
            Self::Incomplete => ("IncompleteBody", 400),
            Self::Trailer => ("MalformedTrailerError", 400),
        }
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature => f.write_str("The signature of a chunk does not match. Check your key and signing method."),
            Self::Malformed(why) => write!(f, "The aws-chunked body is malformed: {why}."),
            Self::Incomplete => {
                f.write_str("You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header")
            }
            Self::Trailer => {
                f.write_str("The request contained trailing data that was not well-formed or did not conform to our published schema.")
            }
        }
    }
}
impl std::error::Error for ChunkError {}

/// The trailer's lines, names in lower case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trailers(pub Vec<(String, String)>);

impl Trailers {
    /// The value of a line.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// The checksum that it holds, and its base64 value.
    pub fn checksum(&self) -> Option<(Algorithm, &str)> {
        self.0.iter().find_map(|(name, value)| Some((Algorithm::from_header(name)?, value.as_str())))
    }
}

/// What a decoder is told beside the form.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// `x-amz-decoded-content-length`.
    pub length: Option<u64>,
    /// The names in `x-amz-trailer`, in lower case.
    pub trailers: Vec<String>,
}

impl Expect {
    /// Reads both from a request's headers; a length that is no number is refused.
    pub fn from_headers(headers: &http::HeaderMap) -> Result<Self, ChunkError> {
        let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or_default().trim().to_ascii_lowercase());
        let length = text("x-amz-decoded-content-length").map(|t| digits(&t, 10)).transpose()?;
        let trailers = text("x-amz-trailer").map(|t| t.split(',').map(|n| n.trim().to_owned()).collect()).unwrap_or_default();
        Ok(Self { length, trailers })
    }
}

enum State {
    ChunkHeader,
    Data {
        left: u64,
    },
    DataEnd,
    /// After the last chunk.
    Trailer,
}

/// Signs or verifies the chain of chunk signatures.
struct Chain {
    key: SigningKey,
    date_text: String,
    scope: String,
    previous: String,
    /// Announced for the chunk that is being read.
    claimed: String,
    hash: digest::Context,
}

impl Chain {
    fn verify_chunk(&mut self) -> Result<(), ChunkError> {
        let hash = std::mem::replace(&mut self.hash, digest::Context::new(&digest::SHA256)).finish();
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{EMPTY_SHA256}\n{}",
            self.date_text,
            self.scope,
            self.previous,
            hex::encode(hash)
        );
        self.step(&text)
    }
    fn verify_trailer(&mut self, signature: String, trailers: &Trailers) -> Result<(), ChunkError> {
        let canonical: String = trailers.0.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
        let text = format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}",
            self.date_text,
            self.scope,
            self.previous,
            hex_sha256(canonical.as_bytes())
        );
        self.claimed = signature;
        self.step(&text)
    }
    fn step(&mut self, text: &str) -> Result<(), ChunkError> {
        if !self.key.verifies(text.as_bytes(), &self.claimed) {
            return Err(ChunkError::Signature);
        }
        self.previous = std::mem::take(&mut self.claimed);
        Ok(())
    }
}

/// Decodes one body, in pieces of any size, in constant memory.
///
/// Bytes come out before their chunk's signature was seen, so nothing may be believed before [`Decoder::finish`].
pub struct Decoder {
    kind: Kind,
    chain: Option<Chain>,
    expect: Expect,
    state: State,
    line: Vec<u8>,
    decoded: u64,
    trailer_bytes: usize,
    trailers: Trailers,
    trailer_signature: Option<String>,
    failed: Option<ChunkError>,
}

impl Decoder {
    /// For a body of `kind` whose request was signed with `seed`.
    pub fn new(kind: Kind, seed: &VerifiedSignature, expect: Expect) -> Self {
        let chain = (kind != Kind::UnsignedTrailer).then(|| Chain {
            key: seed.key.clone(),
            date_text: seed.date_text.clone(),
            scope: seed.scope.clone(),
            previous: seed.signature.clone(),
            claimed: String::new(),
            hash: digest::Context::new(&digest::SHA256),
        });
        Self::begin(kind, chain, expect)
    }

    /// For a body with an unsigned trailer: it needs no signature, so it can be read before the request's own one is verified.
    pub fn unsigned(expect: Expect) -> Self {
        Self::begin(Kind::UnsignedTrailer, None, expect)
    }

    fn begin(kind: Kind, chain: Option<Chain>, expect: Expect) -> Self {
        Self {
            kind,
            chain,
            expect,
            state: State::ChunkHeader,
            line: Vec::new(),
            decoded: 0,
            trailer_bytes: 0,
            trailers: Trailers::default(),
            trailer_signature: None,
            failed: None,
        }
    }

    /// How many bytes came out so far.
    pub fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Takes in more of the body; what it decodes to is added to `out`.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), ChunkError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let done = self.advance(input, out);
        self.failed = done.err();
        done
    }

    fn advance(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), ChunkError> {
        while !input.is_empty() {
            if let State::Data { left } = &mut self.state {
                let take = input.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                let (data, rest) = input.split_at(take);
                *left -= take as u64;
                if *left == 0 {
                    self.state = State::DataEnd;
                }
                out.extend_from_slice(data);
                self.decoded += take as u64;
                if let Some(chain) = &mut self.chain {
                    chain.hash.update(data);
                }
                input = rest;
                continue;
            }
            let end = input.iter().position(|b| *b == b'\n');
            let (part, rest) = input.split_at(end.map_or(input.len(), |i| i + 1));
            if self.line.len() + part.len() > MAX_LINE {
                return Err(ChunkError::Malformed("a line of it is too long"));
            }
            self.line.extend_from_slice(part);
            input = rest;
            if end.is_some() {
                let line = std::mem::take(&mut self.line);
                self.take_line(&line)?;
            }
        }
        Ok(())
    }

    fn take_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        match self.state {
            State::ChunkHeader => self.chunk_header(line),
            State::DataEnd => {
                if line != b"\r\n" {
                    return Err(ChunkError::Malformed("a chunk does not end where its size says"));
                }
                self.end_chunk()?;
                self.state = State::ChunkHeader;
                Ok(())
            }
            // Data never comes as a line.
            State::Trailer | State::Data { .. } => self.trailer_line(line),
        }
    }

    fn end_chunk(&mut self) -> Result<(), ChunkError> {
        self.chain.as_mut().map_or(Ok(()), Chain::verify_chunk)
    }

    fn chunk_header(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let line = line
            .strip_suffix(b"\r\n")
            .and_then(|l| std::str::from_utf8(l).ok())
            .ok_or(ChunkError::Malformed("a chunk header is not a line"))?;
        let (size, extension) = line.split_once(';').map_or((line, None), |(size, rest)| (size, Some(rest)));
        if let Some(chain) = &mut self.chain {
            let signature = extension.and_then(|e| e.strip_prefix("chunk-signature="));
            chain.claimed = signature.ok_or(ChunkError::Malformed("a chunk has no signature"))?.to_owned();
        }
        let size = digits(size, 16)?;
        if let Some(length) = self.expect.length
            && self.decoded.checked_add(size).is_none_or(|end| end > length)
        {
            return Err(ChunkError::Incomplete);
        }
        if size > 0 {
            self.state = State::Data { left: size };
        } else {
            self.end_chunk()?;
            self.state = State::Trailer;
        }
        Ok(())
    }

    fn trailer_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        self.trailer_bytes += line.len();
        // Clients differ in where they put empty lines.
        let line = std::str::from_utf8(line).map_err(|_| ChunkError::Trailer)?.trim();
        if line.is_empty() && self.trailer_bytes <= MAX_TRAILER_BYTES {
            return Ok(());
        }
        let (name, value) = line.split_once(':').ok_or(ChunkError::Trailer)?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        let full = self.trailers.0.len() >= MAX_TRAILERS || self.trailer_bytes > MAX_TRAILER_BYTES;
        if full || self.kind == Kind::Signed || self.trailer_signature.is_some() || self.trailers.get(&name).is_some() {
            return Err(ChunkError::Trailer);
        }
        if name == "x-amz-trailer-signature" {
            self.trailer_signature = Some(value);
        } else if self.expect.trailers.contains(&name) {
            self.trailers.0.push((name, value));
        } else {
            return Err(ChunkError::Trailer);
        }
        Ok(())
    }

    /// The body has ended: everything must have been there.
    pub fn finish(mut self) -> Result<Trailers, ChunkError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let at_end = matches!(self.state, State::Trailer) && self.line.is_empty();
        if !at_end || self.expect.length.is_some_and(|length| length != self.decoded) {
            return Err(ChunkError::Incomplete);
        }
        if self.kind != Kind::Signed && self.expect.trailers.iter().any(|name| self.trailers.get(name).is_none()) {
            return Err(ChunkError::Trailer);
        }
        match (self.kind, self.trailer_signature.take(), self.chain.as_mut()) {
            (Kind::SignedTrailer, Some(signature), Some(chain)) => chain.verify_trailer(signature, &self.trailers)?,
            (Kind::SignedTrailer, ..) => return Err(ChunkError::Signature),
            _ => {}
        }
        Ok(self.trailers)
    }
}

fn digits(text: &str, radix: u32) -> Result<u64, ChunkError> {
    let plain = (1..=16).contains(&text.len()) && text.chars().all(|c| c.is_digit(radix));
    u64::from_str_radix(text, radix).ok().filter(|_| plain).ok_or(ChunkError::Malformed("a length is not a number"))
}

#[cfg(test)]
mod tests;
