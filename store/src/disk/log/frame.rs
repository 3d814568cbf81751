use super::super::tree::SALT;
use crate::key::{aes_gcm, derive};
use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};

/// What stands before a frame's sealed bytes: the log's own mark, the frame's number, the nonce's counter, the length, zeros.
pub(super) const HEAD: usize = 32;
const TAG: usize = 16;
/// Frames begin at multiples of this, so that those behind a damaged one are found.
pub(super) const ALIGN: usize = 32;

/// Seals and opens the frames of one log. Its salt, and so its key, is its own, and each sealing has a nonce of its own.
pub(super) struct Cipher {
    key: LessSafeKey,
    mark: [u8; 8],
    counter: u64,
}

/// A frame that was found to be what was written.
pub(super) struct Frame {
    pub(super) number: u64,
    pub(super) plain: Vec<u8>,
    /// Where the next one begins.
    pub(super) end: usize,
}

fn nonce(counter: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&counter.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

impl Cipher {
    pub(super) fn new(base: &[u8; 32], salt: &[u8; SALT]) -> Self {
        let mut mark = [0; 8];
        mark.copy_from_slice(&derive(base, salt, &[b"log mark"])[..8]);
        Self { key: aes_gcm(&derive(base, salt, &[b"log"])), mark, counter: 0 }
    }

    /// Makes a frame of `frame`, which is [`HEAD`] bytes to be filled and the plain content behind them.
    pub(super) fn seal(&mut self, number: u64, frame: &mut Vec<u8>) -> Result<(), String> {
        let length = u32::try_from(frame.len() - HEAD).map_err(|_| "the group is too long".to_owned())?;
        // A frame that could not be written is made again under the same number, never under the same nonce.
        self.counter += 1;
        let head = [&self.mark[..], &number.to_le_bytes(), &self.counter.to_le_bytes(), &length.to_le_bytes(), &[0; 4]].concat();
        let (place, plain) = frame.split_at_mut(HEAD);
        place.copy_from_slice(&head);
        let tag = self.key.seal_in_place_separate_tag(nonce(self.counter), Aad::from(&*place), plain);
        frame.extend_from_slice(tag.map_err(|_| "encryption failed".to_owned())?.as_ref());
        frame.resize(frame.len().next_multiple_of(ALIGN), 0);
        Ok(())
    }

    /// The frame at `at`, if one lies there whole.
    pub(super) fn open(&self, log: &[u8], at: usize) -> Option<Frame> {
        let head = log.get(at..at + HEAD)?;
        if head[..8] != self.mark {
            return None;
        }
        let eight = |at: usize| head[at..at + 8].try_into().ok().map(u64::from_le_bytes);
        let length = u32::from_le_bytes(head[24..28].try_into().ok()?) as usize;
        let mut plain = log.get(at + HEAD..at + HEAD + length + TAG)?.to_vec();
        self.key.open_in_place(nonce(eight(16)?), Aad::from(head), &mut plain).ok()?;
        plain.truncate(length);
        Some(Frame { number: eight(8)?, plain, end: (at + HEAD + length + TAG).next_multiple_of(ALIGN) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_opens_only_as_it_was_sealed() {
        let mut cipher = Cipher::new(&[7; 32], &[1; SALT]);
        let mut sealed = || {
            let mut frame = vec![0; HEAD];
            frame.extend_from_slice(b"content");
            cipher.seal(9, &mut frame).unwrap();
            frame
        };
        let (first, again) = (sealed(), sealed());
        assert_eq!(first.len() % ALIGN, 0);
        assert_ne!(first, again, "no nonce twice");
        let log = [first.as_slice(), &again].concat();
        let cipher = Cipher::new(&[7; 32], &[1; SALT]);
        let frame = cipher.open(&log, 0).unwrap();
        assert_eq!((frame.number, frame.plain.as_slice(), frame.end), (9, &b"content"[..], first.len()));
        assert!(cipher.open(&log, frame.end).is_some());
        assert!(cipher.open(&log, ALIGN).is_none() && cipher.open(&log, log.len()).is_none());
        for at in 0..HEAD + 7 + TAG {
            let mut bad = first.clone();
            bad[at] ^= 1;
            assert!(cipher.open(&bad, 0).is_none(), "byte {at}");
        }
        for (base, salt) in [([8; 32], [1; SALT]), ([7; 32], [2; SALT])] {
            assert!(Cipher::new(&base, &salt).open(&first, 0).is_none());
        }
    }
}
