//! The few words of git's protocol that are said by us and not by git.
//! Source: <https://git-scm.com/docs/pack-protocol>

use wire::git::Push;

/// Bytes of one line, its length of four digits included.
const MAX_BAND: usize = 65_515;

/// One packet line.
pub(crate) fn packet(content: &[u8]) -> Vec<u8> {
    let mut line = format!("{:04x}", content.len() + 4).into_bytes();
    line.extend_from_slice(content);
    line
}

pub(crate) const FLUSH: &[u8] = b"0000";

/// A report that nothing of the push was done, and why. None: the client wants no report.
pub(crate) fn refusal(push: &Push, reason: &str) -> Option<Vec<u8>> {
    let has = |wanted: &[&str]| push.capabilities.iter().any(|c| wanted.contains(&c.as_str()));
    if !has(&["report-status", "report-status-v2"]) {
        return None;
    }
    let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1000).collect();
    let mut report = packet(b"unpack ok\n");
    for update in &push.updates {
        report.extend(packet(format!("ng {} {reason}\n", update.name).as_bytes()));
    }
    report.extend_from_slice(FLUSH);
    if !has(&["side-band-64k"]) {
        return Some(report);
    }
    let mut banded = Vec::new();
    for part in report.chunks(MAX_BAND) {
        banded.extend(packet(&[&[1], part].concat()));
    }
    banded.extend_from_slice(FLUSH);
    Some(banded)
}
