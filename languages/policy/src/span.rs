//! Where the statements of a policy stand in its text.

use crate::{
    PolicyError,
    document::parse_document,
    error::place,
    json::{Node, Value},
};

/// Where a statement begins and ends: lines and columns from 1. As AWS's simulator counts, it begins behind the bracket,
/// comma or colon before it, and ends behind its own brace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementSpan {
    /// Line of the beginning.
    pub start_line: usize,
    /// Column of the beginning.
    pub start_column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column of the end.
    pub end_column: usize,
}

/// The spans of all statements, in order.
///
/// # Errors
/// The text is no JSON.
pub fn statement_spans(text: &str) -> Result<Vec<StatementSpan>, PolicyError> {
    let document = parse_document(text)?;
    let Value::Object(members) = &document.value else { return Ok(Vec::new()) };
    let statements = members.iter().find(|member| member.key == "Statement").map_or(&[][..], |member| member.node.one_or_many());
    let span = |node: &Node<'_>| {
        let start = text[..node.at].trim_end().len();
        let ((start_line, start_column), (end_line, end_column)) = (place(text, start), place(text, node.end));
        StatementSpan { start_line, start_column, end_line, end_column }
    };
    Ok(statements.iter().map(span).collect())
}
