//! Deterministic zip archives, and their extraction with guards against hostile ones.
