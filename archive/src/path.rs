//! Names of members: what may stand in an archive and be written below a folder.

use crate::ArchiveError;

/// Folders below folders; deeper than any source tree, shallower than what slows a file system down.
const MAX_DEPTH: usize = 128;

/// The name without `.` and empty parts, or why it is refused. `a//b/./c/` is `a/b/c`.
pub(crate) fn normalise(path: &str, max_length: usize) -> Result<String, ArchiveError> {
    let refuse = |reason| {
        let mut shown: String = path.chars().take(200).collect();
        if shown.len() < path.len() {
            shown.push('…');
        }
        Err(ArchiveError::UnsafePath { path: shown, reason })
    };
    if path.len() > max_length {
        return refuse("it is too long");
    }
    if path.contains('\0') {
        return refuse("it holds a NUL character");
    }
    if path.contains('\\') {
        return refuse("it holds a backslash");
    }
    if path.starts_with('/') {
        return refuse("it is absolute");
    }
    if let [letter, b':', ..] = path.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        return refuse("it starts with a drive letter");
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return refuse("it holds `..`"),
            _ if part.len() > 255 => return refuse("a part of it is longer than 255 bytes"),
            _ => parts.push(part),
        }
    }
    if parts.is_empty() {
        return refuse("it names nothing");
    }
    if parts.len() > MAX_DEPTH {
        return refuse("it has too many folders");
    }
    Ok(parts.join("/"))
}

/// Refuses a link that could lead outside. `..` is taken at the start of a target only: after a name it could climb
/// out through another link, while at the start it climbs real folders.
pub(crate) fn check_link(path: &str, target: &str, max_length: usize) -> Result<(), ArchiveError> {
    let refuse = |reason| Err(ArchiveError::UnsafeLink { path: path.to_owned(), target: target.chars().take(200).collect(), reason });
    if target.is_empty() || target.len() > max_length {
        return refuse("its target is empty or too long");
    }
    if target.contains(['\0', '\\']) {
        return refuse("its target holds a NUL character or a backslash");
    }
    if target.starts_with('/') {
        return refuse("its target is absolute");
    }
    let mut left = path.matches('/').count();
    let mut named = false;
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if named => return refuse("its target has `..` after a name"),
            ".." => match left.checked_sub(1) {
                Some(rest) => left = rest,
                None => return refuse("its target lies outside"),
            },
            _ => named = true,
        }
    }
    Ok(())
}

/// The folders that a name lies in, outermost first: `a/b/c` lies in `a` and `a/b`.
pub(crate) fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}
