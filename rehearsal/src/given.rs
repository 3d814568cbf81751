//! What was given beside the stacks and pipelines, and what was made of texts that could not be deployed as they stand.

use crate::{AccountState, Map, Place};
use serde_json::Value;
use std::collections::BTreeMap;

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The texts that are deployed instead of what the user wrote, by the template's path.
    pub texts: BTreeMap<String, MadeText>,
    /// The same of templates that could not be deployed and were mended: these come first.
    pub mended: BTreeMap<String, MadeText>,
    /// What stands for a value that the user has yet to write.
    pub placeholders: Vec<Placeholder>,
    /// What the accounts hold already.
    pub state: AccountState,
    /// Calls that were made in reality.
    pub trail: Vec<TrailCall>,
    /// Where templates and policies stand within files that hold other things too (the fenced blocks of an article): only there
    /// can such a file be patched as YAML or JSON.
    pub blocks: Vec<Block>,
}

impl Given {
    /// A text with the placeholders that the user wrote, in place of the values that were made up for them.
    pub fn as_written(&self, text: &str) -> String {
        let made_up = self.placeholders.iter().filter(|placeholder| !placeholder.value.is_empty());
        made_up.fold(text.to_owned(), |text, placeholder| text.replace(&placeholder.value, &placeholder.text))
    }

    /// The block of a file that a line (from 1) lies in.
    pub fn block(&self, file: &str, line: u32) -> Option<&Block> {
        self.blocks.iter().find(|block| block.file == file && (block.first_line..block.first_line + block.lines).contains(&line))
    }
}

/// A text that was made of the user's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MadeText {
    /// The text.
    pub text: String,
    /// Where its parts come from.
    pub map: Map,
}

/// A text in the inputs that stands for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// As the user wrote it: `<account B>`, `STAGING_ACCOUNT`.
    pub text: String,
    /// The value that it was given; empty where that is known only once a stack is deployed.
    pub value: String,
    /// Where it stands.
    pub places: Vec<Place>,
}

/// A part of a file that is YAML or JSON of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The file's path.
    pub file: String,
    /// The first byte of its text.
    pub start: usize,
    /// The byte after its text.
    pub end: usize,
    /// The line that it starts in, from 1.
    pub first_line: u32,
    /// How many lines it has.
    pub lines: u32,
}

/// A call as an audit trail has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailCall {
    /// The ARN of the role or user that called, without a session's name; the service's name.
    pub principal: String,
    /// The account that the trail is of.
    pub account: String,
    /// The action, `service:Name`.
    pub action: String,
    /// The ARNs of the resources that it names; none where it names none.
    pub resources: Vec<String>,
    /// Whether it was denied.
    pub denied: bool,
    /// What the service said of the denial.
    pub message: Option<String>,
    /// The service that called for the principal, if one did.
    pub invoked_by: Option<String>,
    /// The region that it was made in; empty where that is not said.
    pub region: String,
    /// What it was given.
    pub input: Value,
    /// Condition keys that the event tells of.
    pub context: Vec<(String, String)>,
    /// The log file.
    pub file: String,
}
