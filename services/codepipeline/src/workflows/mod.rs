//! The long work: one workflow for each execution, one for each pipeline that polls its sources.

pub(crate) mod action;
pub(crate) mod condition;
pub(crate) mod execution;
pub(crate) mod poller;
pub(crate) mod replicas;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod stage;
mod webhook;

use serde::{Deserialize, Serialize};

/// Which execution a workflow is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExecutionState {
    pub(crate) pipeline: String,
    pub(crate) execution: String,
}

/// The id of an execution's workflow.
pub(crate) fn execution_workflow(execution: &str) -> String {
    format!("codepipeline/execution/{execution}")
}
