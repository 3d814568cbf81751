//! Every form of a report, over reports made by hand.
#![allow(missing_docs, reason = "a test")]

mod baseline;
mod diff;
mod fixes;
mod forms;
mod made;
mod odd;
mod sarif;
