//! AWS kms.
