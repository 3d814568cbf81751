//! Random damage for tests: whatever comes in, nothing may panic.

/// A small generator (xorshift64*), so that a failure can be repeated from its seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit.max(1)
    }
}

const LETTERS: &[u8] = b"\0\r\n\t %&=;:,./+<>!?\"'{}[]$0123456789abfzAZ\x7f\x80\xc3\xff";

/// Between one and four changes: a letter replaced, taken out, put in, or a piece repeated or cut off.
pub fn damage(random: &mut Random, input: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len().max(1));
        let letter = LETTERS[random.below(LETTERS.len())];
        match random.below(6) {
            0 | 1 if at < bytes.len() => bytes[at] = letter,
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.insert(at.min(bytes.len()), letter),
            4 => {
                let end = (at + random.below(40)).min(bytes.len());
                let piece = bytes[at.min(end)..end].to_vec();
                bytes.splice(at.min(end)..at.min(end), piece);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Calls `check` with many damaged copies of each input.
pub fn each(inputs: &[&[u8]], rounds: usize, mut check: impl FnMut(&[u8])) {
    let mut random = Random::new(inputs.len() as u64 + rounds as u64);
    for input in inputs {
        check(input);
        for _ in 0..rounds {
            check(&damage(&mut random, input));
        }
    }
}
