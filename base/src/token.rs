use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// How much of a place's hash a token carries.
const CHECK: usize = 4;
/// No token is longer.
const LONGEST: usize = 4096;

/// The token by which a client asks for what comes after `place` in a list: opaque, as AWS's are.
pub fn list_token(place: &str) -> String {
    let mut bytes = check(place).to_vec();
    bytes.extend_from_slice(place.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place that a token stands for; None for what `list_token` did not make.
pub fn place_of_token(token: &str) -> Option<String> {
    let bytes = (token.len() <= LONGEST).then(|| URL_SAFE_NO_PAD.decode(token).ok())??;
    let (checked, place) = bytes.split_at_checked(CHECK)?;
    let place = String::from_utf8(place.to_vec()).ok()?;
    (check(&place) == *checked).then_some(place)
}

fn check(place: &str) -> [u8; CHECK] {
    let hash = digest(&SHA256, place.as_bytes());
    std::array::from_fn(|n| hash.as_ref()[n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_gave_out_is_no_place() {
        for place in ["", "a", "ü/z", "a-name"] {
            assert_eq!(place_of_token(&list_token(place)).as_deref(), Some(place));
        }
        let altered = format!("B{}", list_token("a"));
        for junk in ["", "a", "a-name", "%%", "AAAA", "SnVuayB0aGF0IG5vYm9keSBnYXZlIG91dA", &altered, &"A".repeat(5000)] {
            assert_eq!(place_of_token(junk), None, "{junk}");
        }
    }
}
