use crate::{
    Error, Protocol, Service, Table,
    core::Core,
    sums::{Summing, Sums},
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
};
use base::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, Read, Write},
};
use wire::checksum::Algorithm;

/// The gate's own tables: the trail, bodies, uploads under way.
pub(crate) struct Internal;
impl Service for Internal {
    const NAME: &'static str = "gate";
    const PRINCIPAL: &'static str = "sekisho";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// Bodies up to this lie in the store's own batch; larger ones are files.
pub(crate) const INLINE: u64 = 64 * 1024;

/// What comes with a call beside its input.
pub enum Body<'a> {
    /// Nothing.
    None,
    /// All of it.
    Bytes(Vec<u8>),
    /// A stream, for calls made inside.
    Reader(&'a mut dyn Read),
    /// One that was written before (see `Upload`).
    Received(ReceivedBody),
}

/// The key under which a body is sealed, and what the operation keeps with it (a wrapped key, an ARN).
pub struct BodyKey {
    /// A data key; each body's own key is derived from it and the body's id.
    pub key: Secret<Vec<u8>>,
    /// Handed to `execute` as `ReceivedBody::note`.
    pub note: Value,
    /// The checksums to compute of the bytes in the clear.
    pub sums: Vec<Algorithm>,
    /// Whether to compute their MD5 too: it takes longer than all the rest.
    pub md5: bool,
}

/// A body that was received and sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceivedBody {
    /// Its id: give it to `Authorized::answer_with` to send it, to `Scope::delete_body` to drop it.
    pub id: String,
    /// Bytes in the clear.
    pub length: u64,
    /// MD5 of the bytes in the clear, as hex (S3's ETag), if `Operation::open` wanted it.
    pub md5: Option<String>,
    /// What `Operation::open` noted.
    pub note: Value,
    /// The checksums that `Operation::open` wanted, in base64 by S3's member names (`ChecksumCRC32`).
    #[serde(default)]
    pub sums: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct BodyRow {
    length: u64,
    /// Sealed bytes; None where the body is a file.
    inline: Option<base::Blob>,
}

pub(crate) static BODIES: Table<Internal, BodyRow> = Table::new("bodies");

/// One stretch of an answer's body.
#[derive(Clone)]
pub struct BodyPart {
    /// The id of a received body.
    pub id: String,
    /// The data key it was received under.
    pub key: Secret<Vec<u8>>,
    /// Its length in the clear.
    pub length: u64,
}

/// The body of an answer.
#[derive(Clone)]
pub struct BodyOut {
    /// The stretches, in order.
    pub parts: Vec<BodyPart>,
    /// Where the answer begins, counted over all parts.
    pub start: u64,
    /// How many bytes it has.
    pub length: u64,
}

struct KeyLength;
impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

/// Each body has its own key, so that no nonce is used twice under one key.
fn derive(key: &Secret<Vec<u8>>, id: &str) -> Result<[u8; 32], Error> {
    let mut out = [0; 32];
    let info = [b"body ".as_slice(), id.as_bytes()];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"sekisho body").extract(key.expose());
    prk.expand(&info, KeyLength).and_then(|okm| okm.fill(&mut out)).map_err(|_| Error::internal("key derivation"))?;
    Ok(out)
}

fn small_cipher(key: &[u8; 32]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| Error::internal("key derivation"))
}

pub(crate) fn file_key(key: &Secret<Vec<u8>>, id: &str) -> Result<store::BlobKey, Error> {
    derive(key, id).map(store::BlobKey::new)
}

/// Reads as much as fits inline; None if there is more.
fn read_small(reader: &mut dyn Read) -> io::Result<(Vec<u8>, bool)> {
    let mut small = Vec::new();
    reader.take(INLINE + 1).read_to_end(&mut small)?;
    let whole = small.len() as u64 <= INLINE;
    Ok((small, whole))
}

/// Seals a body into the attempt: small ones as a row, larger ones as a file that goes if the attempt is not committed.
pub(crate) fn receive(core: &mut Core, key: BodyKey, reader: &mut dyn Read) -> Result<ReceivedBody, Error> {
    let id = base::uuid(&*core.gate.0.entropy);
    let broken = |e: io::Error| Error::of_body(&e);
    let (small, whole) = read_small(reader).map_err(broken)?;
    if whole {
        return receive_small(core, id, &key, small);
    }
    let mut writer = core.gate.0.blobs.writer(&id, &file_key(&key.key, &id)?)?;
    core.new_files.push(id.clone());
    let mut sums = Sums::of(&key);
    let mut summing = Summing { sums: &mut sums, to: &mut writer };
    summing.write_all(&small).map_err(broken)?;
    io::copy(reader, &mut summing).map_err(broken)?;
    let length = writer.finish()?;
    let body = described(id, length, key.note, sums);
    link(core, &body)?;
    Ok(body)
}

pub(crate) fn described(id: String, length: u64, note: Value, sums: Sums) -> ReceivedBody {
    let (md5, sums) = sums.finish();
    ReceivedBody { id, length, md5, note, sums }
}

/// Makes a file's body known to the attempt.
pub(crate) fn link(core: &mut Core, body: &ReceivedBody) -> Result<(), Error> {
    BODIES.put(core, body.id.as_str(), &BodyRow { length: body.length, inline: None })
}

fn receive_small(core: &mut Core, id: String, key: &BodyKey, bytes: Vec<u8>) -> Result<ReceivedBody, Error> {
    let mut sums = Sums::of(key);
    sums.update(&bytes);
    let body = described(id, bytes.len() as u64, key.note.clone(), sums);
    let cipher = small_cipher(&derive(&key.key, &body.id)?)?;
    let mut sealed = bytes;
    cipher
        .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(body.id.as_bytes()), &mut sealed)
        .map_err(|_| Error::internal("sealing a body"))?;
    BODIES.put(core, body.id.as_str(), &BodyRow { length: body.length, inline: Some(sealed.into()) })?;
    Ok(body)
}

pub(crate) fn delete(core: &mut Core, id: &str) -> Result<(), Error> {
    if let Some(row) = BODIES.get(core, id)? {
        BODIES.delete(core, id);
        if row.inline.is_none() {
            core.old_files.push(id.into());
        }
    }
    Ok(())
}

/// The bytes of an answer's body, unsealed as they are read.
pub struct BodyReader {
    stretches: VecDeque<Stretch>,
}

enum Stretch {
    File(store::BlobReader),
    Small(io::Cursor<Vec<u8>>),
}

impl Read for Stretch {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(out),
            Self::Small(bytes) => bytes.read(out),
        }
    }
}

impl Stretch {
    fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::File(file) => file.piece(),
            Self::Small(bytes) => {
                let start = usize::try_from(bytes.position()).unwrap_or(usize::MAX);
                let mut rest = std::mem::take(bytes).into_inner();
                rest.drain(..start.min(rest.len()));
                Ok(Some(rest).filter(|rest| !rest.is_empty()))
            }
        }
    }
}

impl BodyReader {
    /// All that is read here lies in the attempt's snapshot or in files that do not change.
    pub(crate) fn open(core: &mut Core, out: &BodyOut) -> Result<Self, Error> {
        let mut stretches = VecDeque::new();
        let (mut skip, mut left) = (out.start, out.length);
        for part in &out.parts {
            if skip >= part.length || left == 0 {
                skip = skip.saturating_sub(part.length);
                continue;
            }
            let end = part.length.min(skip.saturating_add(left));
            stretches.push_back(open_part(core, part, skip..end)?);
            left -= end - skip;
            skip = 0;
        }
        Ok(Self { stretches })
    }

    /// What comes next, 64 KiB at most; None at the end. Blocks for the disk.
    ///
    /// # Errors
    /// A stored body was altered, or the disk failed.
    pub fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        while let Some(first) = self.stretches.front_mut() {
            match first.piece()? {
                Some(piece) => return Ok(Some(piece)),
                None => drop(self.stretches.pop_front()),
            }
        }
        Ok(None)
    }
}

fn open_part(core: &mut Core, part: &BodyPart, range: std::ops::Range<u64>) -> Result<Stretch, Error> {
    let row = BODIES.get(core, part.id.as_str())?.ok_or_else(|| Error::internal("a body is missing"))?;
    let Some(sealed) = row.inline else {
        let key = file_key(&part.key, &part.id)?;
        return Ok(Stretch::File(core.gate.0.blobs.reader(&part.id, &key, part.length, Some(range))?));
    };
    let mut bytes = sealed.0;
    let cipher = small_cipher(&derive(&part.key, &part.id)?)?;
    let plain = cipher
        .open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(part.id.as_bytes()), &mut bytes)
        .map_err(|_| Error::internal("a stored body was altered, or its key is another"))?
        .len();
    let (start, end) = (range.start as usize, (range.end as usize).min(plain));
    bytes.truncate(end);
    bytes.drain(..start);
    Ok(Stretch::Small(io::Cursor::new(bytes)))
}

impl Read for BodyReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(first) = self.stretches.front_mut() {
            match first.read(out)? {
                0 if !out.is_empty() => {
                    self.stretches.pop_front();
                }
                n => return Ok(n),
            }
        }
        Ok(0)
    }
}
