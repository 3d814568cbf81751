//! AWS codecommit.
