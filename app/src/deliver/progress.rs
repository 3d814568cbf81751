use crate::say::say;
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, stderr},
    time::Duration,
};

const TICK: Duration = Duration::from_millis(120);

/// What people see of a run: lines that stay, and on a terminal one that moves. Colour only on a terminal.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();
pub(crate) const DIM: Style = AnsiColor::BrightBlack.on_default();
const HEAD: Style = AnsiColor::Cyan.on_default();

/// Control characters from logs and names do not reach a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed:.dim}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar }
    }

    /// A line that stays.
    pub(crate) fn line(&self, head: &str, rest: &str) {
        let line = format!("{HEAD}{head:<10}{HEAD:#} {rest}");
        match &self.bar {
            Some(bar) => bar.suspend(|| say!("{line}")),
            None => say!("{line}"),
        }
    }

    /// What is being waited for.
    pub(crate) fn now(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(plain(text));
        }
    }

    /// Waits for `ask` with the moving line out of the way.
    pub(crate) async fn aside<T>(&self, ask: impl Future<Output = T>) -> T {
        let Some(bar) = &self.bar else { return ask.await };
        // Between ticks nothing is drawn: clearing the line once is enough.
        bar.disable_steady_tick();
        anstream::eprint!("\r\x1b[2K");
        let answer = ask.await;
        bar.enable_steady_tick(TICK);
        answer
    }

    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A text in a style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", plain(text))
}

/// A text in a style, filled up to `width` columns.
pub(crate) fn column(style: Style, text: &str, width: usize) -> String {
    styled(style, &format!("{:<width$}", plain(text)))
}

/// `1.2 s`, `340 ms`.
pub(crate) fn duration(time: Duration) -> String {
    if time < Duration::from_secs(1) { format!("{} ms", time.as_millis()) } else { format!("{:.1} s", time.as_secs_f64()) }
}
