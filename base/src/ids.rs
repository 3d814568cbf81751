use crate::{Entropy, Secret, Timestamp};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn letters(entropy: &dyn Entropy, alphabet: &[u8], count: usize) -> String {
    let mut bytes = vec![0; count];
    entropy.fill(&mut bytes);
    // Both alphabets' lengths divide 256, so no letter is favoured.
    bytes.iter().map(|b| char::from(alphabet[usize::from(*b) % alphabet.len()])).collect()
}

/// An IAM unique id, such as `AROA` and 17 letters.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
pub fn unique_id(entropy: &dyn Entropy, prefix: &str) -> String {
    format!("{prefix}{}", letters(entropy, BASE32, 17))
}

/// An access key id: `AKIA` (long-lived) or `ASIA` (temporary) and 16 letters.
pub fn access_key_id(entropy: &dyn Entropy, prefix: &str) -> String {
    format!("{prefix}{}", letters(entropy, BASE32, 16))
}

/// A secret access key: 40 letters of base64, 240 random bits.
pub fn secret_access_key(entropy: &dyn Entropy) -> Secret<String> {
    Secret::new(letters(entropy, BASE64, 40))
}

fn format_uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A random UUID (RFC 9562, version 4).
pub fn uuid(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    format_uuid(bytes, 4)
}

/// A UUID that sorts by time (RFC 9562, version 7).
pub fn uuid_v7(entropy: &dyn Entropy, now: Timestamp) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes[6..]);
    bytes[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    format_uuid(bytes, 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn shapes() {
        let e = SeededEntropy::new(1);
        assert_eq!(unique_id(&e, "AROA").len(), 21);
        assert_eq!(access_key_id(&e, "AKIA").len(), 20);
        assert_eq!(secret_access_key(&e).expose().len(), 40);
        assert_eq!(uuid(&e).as_bytes()[14], b'4');
        assert!(uuid_v7(&e, Timestamp(1)) < uuid_v7(&e, Timestamp(2)));
        assert_ne!(uuid(&e), uuid(&e));
    }
}
