//! The small languages of EventBridge's rules: which events a rule is for (patterns), when it runs (schedules), and what its
//! targets are given (paths and templates). Text and values in, values out.
//!
//! Knows no rule, no target and no clock.

mod matcher;
mod path;
mod pattern;
mod schedule;
mod template;

pub use path::Path;
pub use pattern::{InvalidPattern, Pattern};
pub use schedule::Schedule;
pub use template::{Template, Told};
