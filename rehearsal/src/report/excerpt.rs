//! Excerpts of the user's files, with marks, as rustc draws them.
//!
//! Drawn by annotate-snippets, which rustc and cargo use: it knows wide characters, tabs, marks in one line that overlap. It is
//! there for the YAML reader anyway. It gets no more than the lines in question, so that a finding in a large file costs no
//! more than another.

use super::harmless::harmless;
use super::lines::{Lines, Texts, span};
use crate::{Cause, Place};
use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
use std::ops::Range;

/// Longer lines are cut around the mark before anything is drawn.
const LONG: usize = 2000;

/// Places that are farther apart, in lines, stand in excerpts of their own.
const NEAR: usize = 30;

/// A cause whose line is at hand.
struct Shown<'a> {
    cause: &'a Cause,
    line: usize,
    text: &'a str,
    /// Where the mark is in the line.
    marked: Range<usize>,
}

/// Whether an excerpt shows a cause, with what it says.
pub(super) fn is_shown(cause: &Cause, texts: &Texts<'_>) -> bool {
    let line = |place: &Place| texts.get(&place.file)?.line(place.line as usize);
    cause.place.as_ref().and_then(line).is_some()
}

/// The excerpts of causes that have places, the deciding one first; those whose lines are not at hand are named by their places.
pub(super) fn excerpts<'a>(causes: &'a [Cause], texts: &Texts<'a>) -> Vec<Element<'a>> {
    let placed: Vec<Placed<'a>> = causes.iter().filter_map(|cause| Some((cause, cause.place.as_ref()?))).collect();
    let mut elements = Vec::new();
    for (nth, file) in files(&placed).into_iter().enumerate() {
        let of_file = placed.iter().copied().filter(|(_, place)| place.file == file);
        let lines = texts.get(file);
        for group in groups(of_file, lines) {
            let first = elements.is_empty();
            elements.extend(excerpt(&group, lines, nth == 0 && first));
        }
    }
    elements
}

/// The files, in the order of their first causes.
fn files<'a>(placed: &[(&'a Cause, &'a Place)]) -> Vec<&'a str> {
    let mut files: Vec<&str> = Vec::new();
    for (_, place) in placed {
        if !files.contains(&place.file.as_str()) {
            files.push(&place.file);
        }
    }
    files
}

type Placed<'a> = (&'a Cause, &'a Place);

/// Causes of a file that one excerpt can show: near each other, none in a long line. The first stays the first.
fn groups<'a>(placed: impl Iterator<Item = Placed<'a>>, lines: Option<&Lines<'a>>) -> Vec<Vec<Placed<'a>>> {
    let mut groups: Vec<Vec<Placed<'a>>> = Vec::new();
    let text = |place: &Place| lines.and_then(|lines| lines.line(place.line as usize));
    let short = |place: &Place| text(place).is_some_and(|line| line.len() <= LONG);
    for (cause, place) in placed {
        let near = |group: &&mut Vec<Placed<'a>>| {
            let all_near = group.iter().all(|(_, other)| other.line.abs_diff(place.line) as usize <= NEAR && short(other));
            all_near && short(place)
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push((cause, place)),
            None => groups.push(vec![(cause, place)]),
        }
    }
    groups
}

/// `--> file:line:column`, and the lines if they are at hand.
fn excerpt<'a>(group: &[Placed<'a>], lines: Option<&Lines<'a>>, primary: bool) -> Vec<Element<'a>> {
    let Some((_, place)) = group.first() else { return Vec::new() };
    let path = harmless(&place.file).into_owned();
    let shown: Option<Vec<Shown<'a>>> = group.iter().map(|(cause, place)| Shown::new(cause, place, lines?)).collect();
    match (shown.as_deref(), lines) {
        (Some([one]), Some(lines)) if one.text.len() > LONG => {
            let (source, from) = window(one, lines);
            vec![origin(path, place), snippet(&[one], lines, source, from, primary).line_start(one.line).into()]
        }
        (Some(shown @ [first, ..]), Some(lines)) => {
            let begin = shown.iter().map(|shown| shown.line).min().unwrap_or(first.line);
            let end = shown.iter().map(|shown| shown.line).max().unwrap_or(first.line);
            let bytes = lines.bytes(begin - 1, end);
            let shown: Vec<&Shown<'a>> = shown.iter().collect();
            let source = &lines.file.text[bytes.clone()];
            vec![snippet(&shown, lines, source, bytes.start, primary).line_start(begin).path(path).into()]
        }
        _ => vec![origin(path, place)],
    }
}

fn origin<'a>(path: String, place: &Place) -> Element<'a> {
    let origin = Origin::path(path);
    match (place.line as usize, place.column as usize) {
        (0, _) => origin,
        (line, 0) => origin.line(line),
        (line, column) => origin.line(line).char_column(column),
    }
    .into()
}

/// What is drawn above a snippet without a path says nothing: the place stands in the line before.
pub(super) fn without_bare_marks(drawn: &str) -> String {
    let bare = |line: &&str| {
        let mut plain = line.split('\u{1b}').enumerate().map(|(nth, part)| match nth {
            0 => part,
            _ => part.split_once('m').map_or("", |(_, text)| text),
        });
        plain.by_ref().map(str::trim).collect::<String>() == ":::"
    };
    drawn.split_inclusive('\n').filter(|line| !bare(line)).collect()
}

impl<'a> Shown<'a> {
    fn new(cause: &'a Cause, place: &Place, lines: &Lines<'a>) -> Option<Self> {
        let line = place.line as usize;
        let text = lines.line(line)?;
        Some(Self { cause, line, text, marked: span(text, place.column, place.length) })
    }
}

/// A snippet of a source that begins at a byte of the file.
fn snippet<'a>(shown: &[&Shown<'a>], lines: &Lines<'a>, source: &'a str, from: usize, primary: bool) -> Snippet<'a, Annotation<'a>> {
    let marks = shown.iter().enumerate().map(|(nth, shown)| {
        let kind = if primary && nth == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let start = lines.bytes(shown.line - 1, shown.line).start;
        let span = start + shown.marked.start - from..(start + shown.marked.end - from).min(source.len());
        kind.span(span).label(harmless(&shown.cause.text).into_owned())
    });
    Snippet::source(source).annotations(marks.collect::<Vec<_>>())
}

/// A part of a long line, with its place in the file.
fn window<'a>(shown: &Shown<'a>, lines: &Lines<'a>) -> (&'a str, usize) {
    let line = lines.bytes(shown.line - 1, shown.line).start;
    let from = shown.text.floor_char_boundary(shown.marked.start.saturating_sub(LONG / 2));
    let to = shown.text.floor_char_boundary(from + LONG);
    (&shown.text[from..to], line + from)
}
