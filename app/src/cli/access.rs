//! `sekisho access`: who can do something to something.

use super::{
    Output,
    rehearse::{Inputs, print, style},
};
use crate::failure::Failure;
use clap::Args;
use rehearsal::Question;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  sekisho access --who --can kms:Decrypt --on ArtifactKey
  sekisho access --who --can s3:PutObject --on Artifacts/any/object examples/cross-account
  sekisho access --who BuildRole --can kms:Decrypt --on alias/artifacts
  sekisho access --can sts:AssumeRole --on arn:aws:iam::222222222222:role/deploy --output json

What the delivery makes is asked for by its name in the template (or STACK/NAME, ACCOUNT/STACK/NAME), by its own name, or by its ARN.
Each answer is a decision of the engine that decides the calls themselves, on the policies as they stand: identity and resource
policies, boundaries, an organization's policies. Who may become somebody else, or have a service act as a role, comes to what that
one can; so does who may change the policies. Where a condition asks for a key that only a call would tell, the answer says with
which value it holds. The accounts' own administrators are not listed.

Exit codes:
  0  answered; the principal that --who names can
  1  the principal that --who names cannot
  2  what was given cannot be used";

/// Ask who can do something to something, and by which grants and roles.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AccessOf {
    /// Only this role or user; without a value: all of them
    #[arg(long, value_name = "PRINCIPAL", num_args = 0..=1, default_missing_value = "")]
    who: Option<String>,
    /// The action, such as kms:Decrypt
    #[arg(long, value_name = "ACTION")]
    can: String,
    /// The resource: its name in the template, its own name, or its ARN
    #[arg(long, value_name = "RESOURCE")]
    on: String,
    #[command(flatten)]
    inputs: Inputs,
    /// How to write the answer
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl AccessOf {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let who = self.who.filter(|who| !who.is_empty());
        let only = who.is_some();
        let question = Question { who, can: self.can, on: self.on };
        let access = self.inputs.access(&question)?.map_err(|unanswerable| {
            let failure = Failure::unusable(&unanswerable.message);
            unanswerable.help.iter().fold(failure, |failure, help| failure.help(help))
        })?;
        match self.output {
            Output::Text => print(&access.text(&style()))?,
            Output::Json => print(&format!("{:#}\n", access.json()))?,
        }
        Ok(if only && access.can.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
