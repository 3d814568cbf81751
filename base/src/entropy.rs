use aws_lc_rs::digest;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where random bytes come from: the system's generator on a server, a seed in memory worlds alone.
pub trait Entropy: Send + Sync {
    /// Fills `out`. Panics if the system has no generator: nothing safe can be done without one.
    fn fill(&self, out: &mut [u8]);
}

/// The system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the system's random generator");
    }
}

/// A repeatable sequence, for rehearsals and tests; never for a server.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    counter: AtomicU64,
}

impl SeededEntropy {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let n = self.counter.fetch_add(1, Ordering::Relaxed);
            let mut input = [0; 16];
            input[..8].copy_from_slice(&self.seed.to_be_bytes());
            input[8..].copy_from_slice(&n.to_be_bytes());
            let block = digest::digest(&digest::SHA256, &input);
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}
