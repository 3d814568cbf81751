//! aws-chunked bodies: any cut into pieces decodes alike, lengths agree, an unsigned body decodes as a naive reading of the
//! whole does, and nothing that was not signed is believed.
#![no_main]

use fuzz::{now, secret};
use libfuzzer_sys::fuzz_target;
use wire::chunked::{ChunkError, Decoder, Expect, Kind, Trailers};
use wire::sigv4::{SigningKey, VerifiedSignature};

fn seed() -> VerifiedSignature {
    VerifiedSignature {
        key: SigningKey::derive(&secret(), "20261122", "us-east-1", "s3"),
        signature: "0".repeat(64),
        date_text: now().basic(),
        scope: "20261122/us-east-1/s3/aws4_request".into(),
    }
}

fn decoded(kind: Kind, expect: &Expect, body: &[u8], step: usize) -> (Vec<u8>, Result<Trailers, ChunkError>) {
    let mut decoder = Decoder::new(kind, &seed(), expect.clone());
    let mut out = Vec::new();
    for piece in body.chunks(step.max(1)) {
        if let Err(error) = decoder.push(piece, &mut out) {
            assert_eq!(decoder.decoded(), out.len() as u64);
            return (out, Err(error));
        }
    }
    assert_eq!(decoder.decoded(), out.len() as u64);
    (out, decoder.finish())
}

/// Chunks without signatures, read from the whole body at once; None if it is none.
fn naive(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let end = body.windows(2).position(|w| w == b"\r\n")?;
        let line = std::str::from_utf8(&body[..end]).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
        body = &body[end + 2..];
        if size == 0 {
            return Some(out);
        }
        out.extend_from_slice(body.get(..size)?);
        body = body.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fuzz_target!(|data: &[u8]| {
    let [kind, step, stated, body @ ..] = data else { return };
    let kind = [Kind::UnsignedTrailer, Kind::Signed, Kind::SignedTrailer][usize::from(*kind % 3)];
    let trailers = if *stated & 1 == 1 { vec!["x-amz-checksum-crc32".to_owned()] } else { Vec::new() };
    let expect = Expect { length: (*stated & 2 == 2).then_some(u64::from(*stated >> 2)), trailers };
    let (whole, end) = decoded(kind, &expect, body, body.len());
    let (pieces, other_end) = decoded(kind, &expect, body, usize::from(*step));
    assert_eq!(end, other_end, "the cut does not matter");
    if end.is_ok() {
        assert_eq!(whole, pieces, "the cut does not matter");
        assert!(whole.len() < body.len());
        assert!(expect.length.is_none_or(|length| length == whole.len() as u64), "the length that was announced");
        assert_eq!(kind, Kind::UnsignedTrailer, "64 zeros are nobody's signature");
        assert_eq!(naive(body), Some(whole), "as a naive reading has it");
    }
});
