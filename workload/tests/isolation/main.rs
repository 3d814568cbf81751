//! Real programs in real sandboxes. Each attempt at getting out is tried outside first, where it works.
//! Where the kernel refuses namespaces, the tests say so and do nothing.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "starts processes and reads files to see what sandboxes do to them")]

mod attempts;
mod ending;
mod examined;
mod inside;
mod limits;
mod restricted;
mod support;
mod users;
