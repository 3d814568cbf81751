//! AWS protocols, bytes to values and back, and request signatures. Pure.
