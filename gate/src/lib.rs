//! The door: authenticate, authorize, execute, record. Every call passes here.
