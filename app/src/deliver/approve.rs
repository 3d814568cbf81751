use crate::failure::Failure;
use std::io::{IsTerminal, Write, stdin, stdout};

/// Which approvals the operator gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Approvals {
    /// All of them.
    pub(crate) all: bool,
    /// `Stage.Action`.
    pub(crate) named: Vec<String>,
}

/// What is to become of an approval that waits.
pub(crate) enum Answer {
    Approve(String),
    Reject(String),
}

impl Approvals {
    /// The answer by the flags, or by asking. Err: nobody can be asked.
    pub(crate) async fn answer(&self, stage: &str, action: &str, shown: &str) -> Result<Answer, Failure> {
        let name = format!("{stage}.{action}");
        if self.all {
            return Ok(Answer::Approve("operator override: --approve-all".into()));
        }
        if self.named.contains(&name) {
            return Ok(Answer::Approve(format!("operator override: --approve {name}")));
        }
        if !stdin().is_terminal() || !stdout().is_terminal() {
            return Err(Failure::new(format!("{name} waits for an approval, and nobody can be asked here"))
                .help(format!("run again with --approve {name}, or with --approve-all; the delivery goes on where it is")));
        }
        let (answered, answer) = tokio::sync::oneshot::channel();
        let shown = shown.to_string();
        // A thread of its own, which nobody waits for: the terminal may never answer, and Ctrl-C is to be heard meanwhile.
        std::thread::spawn(move || answered.send(Self::ask(&name, &shown)));
        answer.await.map_err(|_| Failure::new("the terminal could not be read"))?
    }

    fn ask(name: &str, shown: &str) -> Result<Answer, Failure> {
        let mut out = stdout();
        if !shown.is_empty() {
            writeln!(out, "  {}", super::progress::plain(shown))?;
        }
        loop {
            write!(out, "  Approve {name}? [y/n] ")?;
            out.flush()?;
            let mut line = String::new();
            if stdin().read_line(&mut line)? == 0 {
                return Err(Failure::new(format!("{name} waits for an approval")).help("run again to go on"));
            }
            match line.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(Answer::Approve("operator override: approved at the terminal".into())),
                "n" | "no" => return Ok(Answer::Reject("operator override: rejected at the terminal".into())),
                _ => {}
            }
        }
    }
}
