//! The walk over all operations lies in `tests/`.
