//! The template language from outside: text and inputs in, values, places and findings out.

mod common;
mod deliveries;
mod extensions;
mod functions;
mod origins;
mod plan;
mod structure;
