//! The CRC of two stretches from the CRCs of each: that of the first is moved on by the length of the second, which is a
//! multiplication by a power of x modulo the polynomial.

use super::{Algorithm, CRC32_POLYNOMIAL, CRC32C_POLYNOMIAL, CRC64NVME_POLYNOMIAL};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A reversed polynomial: its highest bit stands for x to the power of 0.
#[derive(Clone, Copy)]
struct Field {
    polynomial: u64,
    bits: u32,
}

impl Field {
    fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::Crc32 => Some(Self { polynomial: CRC32_POLYNOMIAL, bits: 32 }),
            Algorithm::Crc32c => Some(Self { polynomial: CRC32C_POLYNOMIAL, bits: 32 }),
            Algorithm::Crc64Nvme => Some(Self { polynomial: CRC64NVME_POLYNOMIAL, bits: 64 }),
            Algorithm::Sha1 | Algorithm::Sha256 => None,
        }
    }
    fn multiply(self, a: u64, mut b: u64) -> u64 {
        let mut product = 0;
        for bit in (0..self.bits).rev() {
            if a >> bit & 1 == 1 {
                product ^= b;
            }
            b = if b & 1 == 1 { (b >> 1) ^ self.polynomial } else { b >> 1 };
        }
        product
    }
    /// x to the power of `8 * bytes`.
    fn shift(self, mut bytes: u64) -> u64 {
        let top = 1 << (self.bits - 1);
        let (mut power, mut square) = (top, top >> 8);
        while bytes > 0 {
            if bytes & 1 == 1 {
                power = self.multiply(power, square);
            }
            square = self.multiply(square, square);
            bytes >>= 1;
        }
        power
    }
}

fn value(text: &str, algorithm: Algorithm) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() == algorithm.size())?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// The checksum of the whole from those of its parts, in order, with their lengths. None: the algorithm is no CRC, or a
/// value is not one of it.
pub fn combined<'a>(algorithm: Algorithm, parts: impl IntoIterator<Item = (&'a str, u64)>) -> Option<String> {
    let field = Field::of(algorithm)?;
    // Parts mostly have one length.
    let mut last = (0, field.shift(0));
    let mut whole = 0;
    for (text, length) in parts {
        if length != last.0 {
            last = (length, field.shift(length));
        }
        whole = field.multiply(last.1, whole) ^ value(text, algorithm)?;
    }
    Some(STANDARD.encode(&whole.to_be_bytes()[8 - algorithm.size()..]))
}

#[cfg(test)]
mod tests {
    use super::super::Checksum;
    use super::*;

    #[test]
    fn crcs_of_parts_make_that_of_the_whole() {
        let bytes: Vec<u8> = (0..5000u32).map(|i| (i * 31 % 253) as u8).collect();
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
            for cuts in [vec![0], vec![1], vec![2500], vec![1000, 2000, 3000], vec![4999], vec![5000], vec![7, 7]] {
                let edges: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).chain([bytes.len()]).collect();
                let parts: Vec<(String, u64)> =
                    edges.windows(2).map(|edge| (Checksum::of(algorithm, &bytes[edge[0]..edge[1]]), (edge[1] - edge[0]) as u64)).collect();
                let found = combined(algorithm, parts.iter().map(|(sum, length)| (sum.as_str(), *length)));
                assert_eq!(found, Some(Checksum::of(algorithm, &bytes)), "{} cut at {cuts:?}", algorithm.name());
            }
            assert_eq!(combined(algorithm, [("AA==", 1)]), None);
        }
        assert_eq!(combined(Algorithm::Sha256, []), None);
    }
}
