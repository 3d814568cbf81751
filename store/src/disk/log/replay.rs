use super::{
    super::{
        codec,
        layer::Layer,
        tree::{Mark, SALT},
    },
    COMPRESSED, CONTINUED, HEADER, HEADER_TEXT, MAGIC, PLAIN, TAG,
    frame::{ALIGN, Cipher, Frame},
    paths, tag,
};
use crate::{StoreError, Value, files};
use std::path::{Path, PathBuf};

/// A log file whose header is what was written.
struct Found {
    path: PathBuf,
    bytes: Vec<u8>,
    salt: [u8; SALT],
    first: u64,
}

fn find(path: &Path, base: &[u8; 32]) -> Result<Option<Found>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(files::failed(path, "reading"))?;
    let parts = || {
        let text = bytes.get(..HEADER_TEXT)?;
        let rest = text.strip_prefix(&MAGIC)?;
        let (salt, first) = rest.split_first_chunk()?;
        let written = tag(base, text, salt)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(&written, bytes.get(HEADER_TEXT..HEADER_TEXT + TAG)?).ok()?;
        Some((*salt, u64::from_le_bytes(first.try_into().ok()?)))
    };
    Ok(parts().map(|(salt, first)| Found { path: path.into(), salt, first, bytes }))
}

/// Reads what the log holds beyond the tree, and tells the number of its last frame.
///
/// The log ends where the last whole frame does: what a crash tore off was never answered. But a frame that cannot be read,
/// and one behind it that can, is damage; so is a file that should be there and is not.
pub(in super::super) fn replay(dir: &Path, base: &[u8; 32], mark: &Mark) -> Result<(Layer, u64), StoreError> {
    let layer = Layer::default();
    let Some(mut wanted) = mark.log else { return Ok((layer, mark.position)) };
    let mut logs = Vec::new();
    for path in paths(dir) {
        logs.extend(find(&path, base)?);
    }
    let mut position = mark.position;
    loop {
        let at = logs.iter().position(|log| log.salt == wanted && log.first <= position + 1).ok_or_else(|| StoreError::Corrupt {
            path: dir.join("log.*"),
            message: "the log that holds the last commits is not there, or its beginning was altered".into(),
        })?;
        match logs.remove(at).read(base, &layer, &mut position)? {
            Some(salt) => wanted = salt,
            None => break,
        }
    }
    // A file that goes on behind a gap: the frame that leads to it is not what was written.
    match logs.iter().find(|log| log.first > position && log.frames(base, HEADER).next().is_some()) {
        Some(log) => Err(log.corrupt(&format!("frame {} before it is not what was written", position + 1))),
        None => Ok((layer, position)),
    }
}

impl Found {
    fn corrupt(&self, message: &str) -> StoreError {
        StoreError::Corrupt { path: self.path.clone(), message: message.into() }
    }

    /// What lies whole from `at` on, whatever lies between.
    fn frames(&self, base: &[u8; 32], at: usize) -> impl Iterator<Item = Frame> {
        let cipher = Cipher::new(base, &self.salt);
        (at..self.bytes.len()).step_by(ALIGN).filter_map(move |at| cipher.open(&self.bytes, at))
    }

    /// Adds the frames behind `position` to the layer. The salt of the file that goes on, if one does.
    fn read(&self, base: &[u8; 32], layer: &Layer, position: &mut u64) -> Result<Option<[u8; SALT]>, StoreError> {
        let cipher = Cipher::new(base, &self.salt);
        let mut expected = self.first;
        let mut at = HEADER;
        while let Some(frame) = cipher.open(&self.bytes, at).filter(|frame| frame.number == expected) {
            let unreadable = || self.corrupt("a frame's content cannot be read");
            if let Some((&CONTINUED, salt)) = frame.plain.split_first() {
                *position = expected;
                return salt.try_into().map(Some).map_err(|_| unreadable());
            }
            if expected > *position {
                // Of before this process: every snapshot sees it.
                layer.insert(0, rows(&frame).ok_or_else(unreadable)?);
                *position = expected;
            }
            expected += 1;
            at = frame.end;
        }
        if self.frames(base, at).next().is_some() {
            return Err(self.corrupt(&format!("frame {expected} is not what was written, though frames behind it are")));
        }
        Ok(None)
    }
}

fn rows(frame: &Frame) -> Option<crate::backend::Batch> {
    let (kind, content) = frame.plain.split_first()?;
    let raw = match *kind {
        PLAIN => content.to_vec(),
        COMPRESSED => {
            let (length, packed) = content.split_first_chunk()?;
            lz4_flex::block::decompress(packed, u32::from_le_bytes(*length) as usize).ok()?
        }
        _ => return None,
    };
    codec::read(&Value::from(raw))
}
