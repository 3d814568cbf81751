use crate::{AccountId, Entropy, Secret, Timestamp};

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

/// An access key id that holds its account, as AWS's do: behind the prefix are ten bytes in base32, and 40 bits of them, from
/// the second on, are the account's number.
pub fn access_key_id_of(entropy: &dyn Entropy, prefix: &str, account: AccountId) -> String {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let number: u128 = account.as_str().parse().unwrap_or(0);
    let mut bits = u128::from_be_bytes(std::array::from_fn(|i| if i < 6 { 0 } else { random[i - 6] }));
    bits &= !(((1 << 40) - 1) << 39);
    bits |= number << 39;
    let letters = (0..16).rev().map(|i| char::from(BASE32[usize::from((bits >> (5 * i)) as u8 & 31)]));
    format!("{prefix}{}", letters.collect::<String>())
}

/// The account that an access key id holds. None: it holds none, or it is no access key id.
pub fn account_of_access_key_id(id: &str) -> Option<AccountId> {
    let letters = id.get(4..).filter(|letters| letters.len() == 16)?;
    let digit = |letter: u8| BASE32.iter().position(|known| *known == letter);
    let bits = letters.bytes().try_fold(0u128, |bits, letter| Some(bits << 5 | digit(letter)? as u128))?;
    format!("{:012}", bits >> 39 & ((1 << 40) - 1)).parse().ok()
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
        let account: AccountId = "000000000042".parse().unwrap();
        for account in [account, "999999999999".parse().unwrap()] {
            let id = access_key_id_of(&e, "ASIA", account);
            assert_eq!((id.len(), account_of_access_key_id(&id)), (20, Some(account)));
        }
        assert_ne!(access_key_id_of(&e, "ASIA", account), access_key_id_of(&e, "ASIA", account));
        // The layout that AWS's own ids have.
        assert_eq!(account_of_access_key_id("ASIAY34FZKBOKMUTVV7A").map(|a| a.to_string()).as_deref(), Some("609629065308"));
        for bad in ["", "ASIA", "ASIAY34FZKBOKMUTVV7", "ASIAY34FZKBOKMUTVV71", "ASIAÿ34FZKBOKMUTVV7A"] {
            assert_eq!(account_of_access_key_id(bad), None, "{bad}");
        }
        assert_eq!(secret_access_key(&e).expose().len(), 40);
        assert_eq!(uuid(&e).as_bytes()[14], b'4');
        assert!(uuid_v7(&e, Timestamp(1)) < uuid_v7(&e, Timestamp(2)));
        assert_ne!(uuid(&e), uuid(&e));
    }
}
