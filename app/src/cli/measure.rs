use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};

/// How far long work has come, on a terminal.
pub(super) struct Measure(Option<ProgressBar>);

impl Measure {
    /// `of` bytes; 0: nobody knows.
    pub(super) fn new(doing: &'static str, of: u64) -> Self {
        Self(stderr().is_terminal().then(|| {
            let bar = if of > 0 { ProgressBar::new(of) } else { ProgressBar::new_spinner() };
            let known = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}";
            let template = if of > 0 { known } else { "{spinner:.cyan} {msg} {bytes} {bytes_per_sec}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(doing);
            bar
        }))
    }

    pub(super) fn at(&mut self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(bytes);
        }
    }
}

impl Drop for Measure {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
