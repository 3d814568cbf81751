//! Standard output: what a command says. A reader that has gone (`| head`) is no error and stops no delivery; any other
//! failure to write is told at the end.

use crate::terminal::harmless;
use std::{
    fmt,
    io::{ErrorKind, Write},
    sync::Mutex,
};

static FAILED: Mutex<Option<String>> = Mutex::new(None);

/// Writes a line, of which nothing but colours controls a terminal.
pub(crate) fn line(line: fmt::Arguments<'_>) {
    let line = line.to_string();
    let line = harmless(&line);
    let mut out = anstream::stdout().lock();
    if let Err(e) = writeln!(out, "{line}").and_then(|()| out.flush())
        && e.kind() != ErrorKind::BrokenPipe
        && let Ok(mut failed) = FAILED.lock()
    {
        failed.get_or_insert_with(|| e.to_string());
    }
}

/// Why something that was to be said was not.
pub(crate) fn failed() -> Option<String> {
    FAILED.lock().ok()?.take()
}

macro_rules! say {
    () => { $crate::say::line(format_args!("")) };
    ($($what:tt)*) => { $crate::say::line(format_args!($($what)*)) };
}
pub(crate) use say;
