//! The IAM policy language: parsed, checked and decided, with reasons. Pure.
