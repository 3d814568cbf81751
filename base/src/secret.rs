use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cell::Cell, fmt};
use zeroize::Zeroize;

thread_local!(static REVEALING: Cell<bool> = const { Cell::new(false) });

/// A value that does not show itself: `***` in logs, debug output and serialization, except inside [`revealed`].
/// The memory is cleared when it is dropped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Hides `value`.
    pub fn new(value: T) -> Self {
        Self(value)
    }
    /// The value itself; each use is a place to look at in review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

fn with_mode<R>(reveal: bool, work: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            REVEALING.set(self.0);
        }
    }
    let _restore = Restore(REVEALING.replace(reveal));
    work()
}

/// Serializes secrets in the clear while `work` runs: for answers to the caller and for storage that is encrypted.
pub fn revealed<R>(work: impl FnOnce() -> R) -> R {
    with_mode(true, work)
}

/// Serializes secrets as `***` while `work` runs, whatever is around it: for records and logs.
pub fn redacted<R>(work: impl FnOnce() -> R) -> R {
    with_mode(false, work)
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
impl<T: Zeroize + Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if REVEALING.get() { self.0.serialize(s) } else { s.serialize_str("***") }
    }
}
impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        T::deserialize(d).map(Self)
    }
}
impl Zeroize for crate::Blob {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_itself() {
        let secret = Secret::new(String::from("marker"));
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        revealed(|| {
            assert_eq!(serde_json::to_string(&secret).unwrap(), "\"marker\"");
            redacted(|| assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\""));
        });
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
    }
}
