use super::*;
use crate::mutate::Random;
use base::Secret;

const DATE: &str = "20130524T000000Z";
const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";

/// The credentials of the examples in AWS's documentation.
fn seed(signature: &str) -> VerifiedSignature {
    let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned());
    VerifiedSignature {
        key: SigningKey::derive(&secret, "20130524", "us-east-1", "s3"),
        signature: signature.to_owned(),
        date_text: DATE.to_owned(),
        scope: SCOPE.to_owned(),
    }
}

fn chunk(size: usize, signature: &str) -> String {
    format!("{size:x};chunk-signature={signature}\r\n{}{}", "a".repeat(size), if size > 0 { "\r\n" } else { "" })
}

/// 65 KiB of `a`, as the documentation signs them without a trailer.
fn documented() -> (VerifiedSignature, Vec<u8>) {
    let body = [
        chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        "\r\n".to_owned(),
    ];
    (seed("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"), body.concat().into_bytes())
}

/// A body as a client signs it, with what it is to be decoded by.
fn made(kind: Kind, data: &[u8], size: usize, trailers: &[(&str, &str)]) -> (VerifiedSignature, Vec<u8>, Expect) {
    let seed = seed(&"0".repeat(64));
    let mut previous = seed.signature.clone();
    let mut body = Vec::new();
    for piece in data.chunks(size).chain([&b""[..]]) {
        let text = format!("AWS4-HMAC-SHA256-PAYLOAD\n{DATE}\n{SCOPE}\n{previous}\n{EMPTY_SHA256}\n{}", hex_sha256(piece));
        let header = if kind == Kind::UnsignedTrailer {
            format!("{:X}\r\n", piece.len())
        } else {
            previous = seed.key.sign(text.as_bytes());
            format!("{:x};chunk-signature={previous}\r\n", piece.len())
        };
        body.extend_from_slice(header.as_bytes());
        body.extend_from_slice(piece);
        if !piece.is_empty() {
            body.extend_from_slice(b"\r\n");
        }
    }
    for (name, value) in trailers {
        body.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
    }
    if kind == Kind::SignedTrailer {
        let canonical: String = trailers.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
        let text = format!("AWS4-HMAC-SHA256-TRAILER\n{DATE}\n{SCOPE}\n{previous}\n{}", hex_sha256(canonical.as_bytes()));
        body.extend_from_slice(format!("x-amz-trailer-signature:{}\r\n", seed.key.sign(text.as_bytes())).as_bytes());
    }
    body.extend_from_slice(b"\r\n");
    let expect = Expect { length: Some(data.len() as u64), trailers: trailers.iter().map(|(n, _)| (*n).to_owned()).collect() };
    (seed, body, expect)
}

fn decode(kind: Kind, seed: &VerifiedSignature, expect: &Expect, body: &[u8], step: usize) -> Result<(Vec<u8>, Trailers), ChunkError> {
    let mut decoder = Decoder::new(kind, seed, expect.clone());
    let mut out = Vec::new();
    for piece in body.chunks(step.max(1)) {
        decoder.push(piece, &mut out)?;
    }
    assert_eq!(decoder.decoded(), out.len() as u64);
    Ok((out, decoder.finish()?))
}

#[test]
fn documented_example() {
    let (seed, body) = documented();
    let expect = Expect { length: Some(66560), trailers: vec![] };
    for step in [1, 7, 4096, body.len()] {
        let (out, trailers) = decode(Kind::Signed, &seed, &expect, &body, step).unwrap();
        assert!(out.len() == 66560 && out.iter().all(|b| *b == b'a'));
        assert_eq!(trailers, Trailers::default());
    }
}

#[test]
fn documented_trailer() {
    let body = [
        chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
        chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
        chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
        "x-amz-checksum-crc32c:sOO8/Q==\r\n".to_owned(),
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n".to_owned(),
    ];
    let expect = Expect { length: Some(66560), trailers: vec!["x-amz-checksum-crc32c".to_owned()] };
    let seed = seed("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
    let (out, trailers) = decode(Kind::SignedTrailer, &seed, &expect, body.concat().as_bytes(), 1000).unwrap();
    let (algorithm, value) = trailers.checksum().unwrap();
    assert_eq!(crate::checksum::Checksum::of(algorithm, &out), value);
}

#[test]
fn all_kinds() {
    let data: Vec<u8> = (0..5000u32).map(|i| (i % 253) as u8).collect();
    let sum = crate::checksum::Checksum::of(Algorithm::Crc64Nvme, &data);
    let trailer: &[(&str, &str)] = &[("x-amz-checksum-crc64nvme", &sum)];
    for (kind, trailers) in [(Kind::Signed, &[][..]), (Kind::SignedTrailer, trailer), (Kind::UnsignedTrailer, trailer)] {
        for size in [1, 1000, 5000] {
            let (seed, body, expect) = made(kind, &data, size, trailers);
            let (out, found) = decode(kind, &seed, &expect, &body, 77).unwrap();
            assert_eq!(out, data);
            assert_eq!(found.0.len(), trailers.len());
        }
        let (seed, body, expect) = made(kind, &[], 10, trailers);
        assert_eq!(decode(kind, &seed, &expect, &body, 3).unwrap().0, b"");
    }
}

/// Cut off anywhere, a body is refused, but for the last, empty line.
#[test]
fn truncation_is_refused() {
    let trailers: &[(&str, &str)] = &[("x-amz-checksum-sha1", "abc")];
    for (kind, trailers) in [(Kind::Signed, &[][..]), (Kind::SignedTrailer, trailers), (Kind::UnsignedTrailer, trailers)] {
        let (seed, body, expect) = made(kind, b"some data that is sent", 10, trailers);
        for end in 0..body.len() - 2 {
            assert!(decode(kind, &seed, &expect, &body[..end], 5).is_err(), "{kind:?} cut at {end}");
        }
        let longer = Expect { length: Some(1000), ..expect.clone() };
        assert_eq!(decode(kind, &seed, &longer, &body, 5), Err(ChunkError::Incomplete));
        let shorter = Expect { length: Some(5), ..expect };
        assert_eq!(decode(kind, &seed, &shorter, &body, 5), Err(ChunkError::Incomplete));
    }
}

#[test]
fn altered_bytes_are_refused() {
    let trailers: &[(&str, &str)] = &[("x-amz-checksum-sha1", "abc")];
    let mut random = Random::new(3);
    for (kind, trailers) in [(Kind::Signed, &[][..]), (Kind::SignedTrailer, trailers)] {
        let (seed, body, expect) = made(kind, b"some data that is sent", 10, trailers);
        for at in 0..body.len() - 2 {
            let mut changed = body.clone();
            changed[at] ^= 1 << random.below(8);
            if let Ok((out, trailers)) = decode(kind, &seed, &expect, &changed, 9) {
                // A trailer's name may be in any case, its line may end in a bare line feed, and sizes have upper-case digits.
                assert_eq!(out, b"some data that is sent", "{kind:?} at {at}");
                assert_eq!(trailers.get("x-amz-checksum-sha1"), (kind == Kind::SignedTrailer).then_some("abc"));
                assert!(changed[at].eq_ignore_ascii_case(&body[at]) || body[at].is_ascii_whitespace(), "{kind:?} at {at}");
            }
        }
    }
}

#[test]
fn damage_never_panics() {
    let trailers: &[(&str, &str)] = &[("x-amz-checksum-sha1", "abc")];
    for kind in [Kind::Signed, Kind::SignedTrailer, Kind::UnsignedTrailer] {
        let (seed, body, expect) = made(kind, b"some data that is sent", 10, trailers);
        crate::mutate::each(&[&body, b"ffffffffffffffff\r\n", b"0\r\n", b"\r\n"], 2000, |bytes| {
            for step in [1, 13, 1000] {
                drop(decode(kind, &seed, &Expect { length: None, ..expect.clone() }, bytes, step));
            }
        });
    }
}

#[test]
fn limits() {
    let seed = seed(&"0".repeat(64));
    let refused = |kind, body: &[u8], expect: Expect| decode(kind, &seed, &expect, body, 100).unwrap_err();
    let long = [b'1'; 2000];
    assert_eq!(refused(Kind::UnsignedTrailer, &long, Expect::default()), ChunkError::Malformed("a line of it is too long"));
    let endless = format!("0\r\n{}", "\r\n".repeat(5000));
    assert_eq!(refused(Kind::UnsignedTrailer, endless.as_bytes(), Expect::default()), ChunkError::Trailer);
    assert_eq!(refused(Kind::UnsignedTrailer, b"0\r\nx-amz-meta-a:1\r\n\r\n", Expect::default()), ChunkError::Trailer);
    assert_eq!(
        refused(Kind::UnsignedTrailer, b"+1\r\na\r\n0\r\n\r\n", Expect::default()),
        ChunkError::Malformed("a length is not a number")
    );
    let missing = Expect { length: None, trailers: vec!["x-amz-checksum-crc32".into()] };
    assert_eq!(refused(Kind::UnsignedTrailer, b"0\r\n\r\n", missing), ChunkError::Trailer);
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amz-decoded-content-length", "12".parse().unwrap());
    headers.insert("x-amz-trailer", "X-Amz-Checksum-CRC32".parse().unwrap());
    let expect = Expect::from_headers(&headers).unwrap();
    assert_eq!((expect.length, expect.trailers), (Some(12), vec!["x-amz-checksum-crc32".to_owned()]));
    headers.insert("x-amz-decoded-content-length", "-1".parse().unwrap());
    assert!(Expect::from_headers(&headers).is_err());
}
