//! The sums by which artifacts and requests are told apart.

use aws_lc_rs::digest;
use md5::{Digest, Md5};
use std::io::{self, Read};

/// SHA-256, in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

/// SHA-256 and MD5 of all that is read, in hex.
pub(crate) fn both(mut content: impl Read) -> io::Result<(String, String)> {
    let (mut sha, mut md5) = (digest::Context::new(&digest::SHA256), Md5::new());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = content.read(&mut buffer)?;
        if count == 0 {
            return Ok((hex::encode(sha.finish()), hex::encode(md5.finalize())));
        }
        sha.update(&buffer[..count]);
        md5.update(&buffer[..count]);
    }
}
