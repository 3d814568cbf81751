//! The fenced blocks of a Markdown text, with what stands around them.

/// A block.
#[derive(Debug, Clone, Default)]
pub(super) struct Fence {
    /// The first byte of its text, and the byte after it.
    pub start: usize,
    pub end: usize,
    /// The line that its text begins in, from 1.
    pub first_line: u32,
    pub lines: u32,
    pub language: String,
    /// The headings above it, the innermost first.
    pub headings: Vec<String>,
    /// The prose of its section, before it: the nearest line first.
    pub prose: Vec<String>,
    /// The lines of its text.
    pub text: Vec<String>,
}

/// The languages of blocks that are read.
const LANGUAGES: [&str; 9] = ["yaml", "yml", "json", "jsonc", "json5", "cloudformation", "cfn", "cfn-yaml", "template"];
/// The most blocks.
const MOST: usize = 500;

impl Fence {
    pub(super) fn is_json(&self) -> bool {
        self.language.starts_with("json")
    }
}

/// The blocks that are YAML or JSON.
pub(super) fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut headings: Vec<(usize, String)> = Vec::new();
    let mut prose: Vec<String> = Vec::new();
    let mut open: Option<(Fence, String)> = None;
    let mut at = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end_matches(['\n', '\r']);
        let trimmed = line.trim_start();
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        if let Some((mut fence, mark)) = open.take() {
            if trimmed.starts_with(&mark) && trimmed.trim_end().chars().all(|c| mark.starts_with(c)) {
                (fence.end, fence.lines) = (at, number - fence.first_line);
                if LANGUAGES.contains(&fence.language.as_str()) && found.len() < MOST {
                    found.push(fence);
                }
            } else {
                fence.text.push(line.to_owned());
                open = Some((fence, mark));
            }
        } else if let Some(mark) = mark(trimmed) {
            let info = trimmed[mark.len()..].trim();
            let language = info.split([':', ' ', '{']).next().unwrap_or_default();
            let fence = Fence {
                start: at + whole.len(),
                first_line: number + 1,
                language: language.to_lowercase(),
                headings: headings.iter().rev().map(|(_, text)| text.clone()).collect(),
                prose: prose.iter().rev().cloned().collect(),
                ..Fence::default()
            };
            open = Some((fence, mark));
        } else if let Some(level) = heading(line) {
            headings.retain(|(other, _)| *other < level);
            headings.push((level, line[level..].trim().trim_end_matches('#').trim().to_owned()));
            prose.clear();
        } else if !trimmed.is_empty() {
            prose.push(line.to_owned());
        }
        at += whole.len();
    }
    found
}

/// The fence that opens a block: three or more of a kind.
fn mark(line: &str) -> Option<String> {
    let c = line.chars().next().filter(|c| ['`', '~'].contains(c))?;
    let mark: String = line.chars().take_while(|other| *other == c).collect();
    // Code within a line.
    (mark.len() >= 3 && !line[mark.len()..].contains('`')).then_some(mark)
}

fn heading(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    ((1..=6).contains(&level) && line[level..].starts_with(' ')).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_their_places_and_surroundings() {
        let text = "# One\n## Two\nprose\n```yaml:a.yaml\nA: 1\nB: 2\n```\n```mermaid\nx\n```\n## Three\n~~~~json\n{}\n```\n~~~~\n";
        let fences = fences(text);
        assert_eq!(fences.len(), 2);
        assert_eq!((&text[fences[0].start..fences[0].end], fences[0].first_line, fences[0].lines), ("A: 1\nB: 2\n", 5, 2));
        assert_eq!((&fences[0].headings[..], &fences[0].prose[..]), (&["Two".to_owned(), "One".into()][..], &["prose".to_owned()][..]));
        assert_eq!((&text[fences[1].start..fences[1].end], fences[1].headings[0].as_str()), ("{}\n```\n", "Three"));
    }
}
