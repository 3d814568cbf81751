//! AWS cloudformation.
