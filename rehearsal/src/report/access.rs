//! Who can, for people and for programs.

use super::{
    harmless::harmless,
    text::{FAINT, HEAD, Painted, Style},
};
use crate::{Access, Barred, Cause, How, Step, Way};
use serde_json::{Value, json};
use std::fmt::Write;

const HEADINGS: [(How, &str); 3] = [
    (How::Directly, "directly"),
    (How::ByBecoming, "by becoming another, or by having a service act as it"),
    (How::ByGranting, "by giving the right to itself, or by becoming somebody who may"),
];

impl Access {
    /// For people.
    pub fn text(&self, style: &Style) -> String {
        let mut text = String::new();
        let head = |words: &str| Painted(*style, HEAD, words).to_string();
        let faint = |words: &str| Painted(*style, FAINT, words).to_string();
        let _ = writeln!(text, "{}", head(&format!("{} on {}", self.action, harmless(&self.resource_name))));
        for (how, heading) in HEADINGS {
            let ways: Vec<&Way> = self.can.iter().filter(|way| way.how == how).collect();
            if ways.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{}", head(heading));
            for way in ways {
                let _ = writeln!(text, "  {}", harmless(&way.name));
                for (nth, step) in way.steps.iter().enumerate() {
                    let number = if way.steps.len() > 1 { format!("{}. ", nth + 1) } else { String::new() };
                    let _ = writeln!(text, "    {number}{}", harmless(&step.text));
                    lines(&mut text, step, &faint);
                }
            }
        }
        if !self.cannot.is_empty() {
            let _ = writeln!(text, "\n{}", head("not"));
        }
        // Why, where one is asked about; else who.
        let why = self.can.is_empty() && self.cannot.len() == 1;
        for Barred { name, reasons, .. } in &self.cannot {
            let _ = writeln!(text, "  {}", harmless(name));
            for cause in reasons.iter().filter(|_| why) {
                let _ = writeln!(text, "      {}{}", harmless(&cause.text), faint(&place(cause)));
            }
        }
        let _ = writeln!(text, "\n{} can, {} cannot.", self.can.len(), self.cannot.len());
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        value["version"] = json!(1);
        value
    }
}

fn lines(text: &mut String, step: &Step, faint: &dyn Fn(&str) -> String) {
    for cause in &step.statements {
        let _ = writeln!(text, "         {}{}", harmless(&cause.text), faint(&place(cause)));
    }
    for (key, value) in &step.conditions {
        let _ = writeln!(text, "         if {} is {}", harmless(key), harmless(value));
    }
}

fn place(cause: &Cause) -> String {
    cause.place.as_ref().map_or_else(String::new, |place| format!("  {}:{}:{}", harmless(&place.file), place.line, place.column))
}
