use crate::Error;

/// Puts a text in place of another. Offsets are bytes of the text that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The first byte that goes.
    pub start: usize,
    /// The first byte that stays; as `start`: nothing goes.
    pub end: usize,
    /// What comes.
    pub text: String,
}

impl Edit {
    pub(crate) fn new(start: usize, end: usize, text: impl Into<String>) -> Self {
        Self { start, end, text: text.into() }
    }
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(at, at, text)
    }
    pub(crate) fn delete(start: usize, end: usize) -> Self {
        Self::new(start, end, "")
    }
}

/// The text with its edits made. They come in the order of their places.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        let overlap = Error::Overlap { at: edit.start };
        if edit.end < edit.start {
            return Err(overlap);
        }
        match (text.get(at..edit.start), text.get(edit.start..edit.end)) {
            (Some(kept), Some(_)) => out.push_str(kept),
            _ => return Err(overlap),
        }
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// A stretch of a text that was edited.
enum Piece {
    /// Of the first text.
    Kept(usize, usize),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Kept(from, to) => to - from,
            Self::New(text) => text.len(),
        }
    }
    /// Its bytes `from..to`.
    fn cut(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Kept(start, _) => Self::Kept(start + from, start + to),
            Self::New(text) => Self::New(text[from..to].to_owned()),
        }
    }
}

/// The edits of `text` that do what `first` does and then, to its outcome, `second`.
pub(crate) fn compose(text: &str, first: &[Edit], second: &[Edit]) -> Vec<Edit> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for edit in first {
        pieces.push(Piece::Kept(at, edit.start));
        pieces.push(Piece::New(edit.text.clone()));
        at = edit.end;
    }
    pieces.push(Piece::Kept(at, text.len()));
    let mut out = Vec::new();
    let mut at = 0;
    for edit in second {
        take(&pieces, at, edit.start, &mut out);
        out.push(Piece::New(edit.text.clone()));
        at = edit.end;
    }
    take(&pieces, at, usize::MAX, &mut out);
    edits(text, &out)
}

/// The stretch `from..to` of the text that the pieces make.
fn take(pieces: &[Piece], from: usize, to: usize, out: &mut Vec<Piece>) {
    let mut start = 0;
    for piece in pieces {
        let end = start + piece.len();
        let (first, last) = (from.clamp(start, end), to.clamp(start, end));
        if first < last {
            out.push(piece.cut(first - start, last - start));
        }
        start = end;
    }
}

/// What lies between the kept pieces, as edits.
fn edits(text: &str, pieces: &[Piece]) -> Vec<Edit> {
    let mut list = Vec::new();
    let mut at = 0;
    let mut new = String::new();
    for piece in pieces.iter().chain([&Piece::Kept(text.len(), text.len())]) {
        match piece {
            Piece::New(text) => new.push_str(text),
            Piece::Kept(from, to) => {
                if *from > at || !new.is_empty() {
                    list.push(Edit::new(at, *from, std::mem::take(&mut new)));
                }
                at = *to;
            }
        }
    }
    tidy(text, list)
}

/// Edits in order, each without what it would only write again.
pub(crate) fn tidy(text: &str, mut list: Vec<Edit>) -> Vec<Edit> {
    list.sort_by_key(|edit| (edit.start, edit.end));
    for edit in &mut list {
        let Some(old) = text.get(edit.start..edit.end) else { continue };
        let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs.take_while(|(old, new)| old == new).map(|(c, _)| c.len_utf8()).sum()
        };
        let head = same(&mut old.chars().zip(edit.text.chars()));
        let tail = same(&mut old[head..].chars().rev().zip(edit.text[head..].chars().rev()));
        edit.start += head;
        edit.end -= tail;
        edit.text = edit.text[head..edit.text.len() - tail].to_owned();
    }
    list.retain(|edit| edit.start < edit.end || !edit.text.is_empty());
    list
}
