//! AWS cloudtrail.
