//! Runs untrusted programs isolated from the host.
