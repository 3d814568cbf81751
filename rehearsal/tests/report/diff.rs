//! Diffs: whoever applies them gets what the patch makes.

use crate::made::Seeded;
use rehearsal::{Diff, Edit, File, Patch};

fn made(text: &str, edits: &[Edit]) -> String {
    let mut new = text.to_owned();
    edits.iter().rev().for_each(|edit| new.replace_range(edit.start..edit.end, &edit.text));
    new
}

/// Applies a diff as it is written, and checks each number in it.
fn applied(text: &str, diff: &str) -> String {
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut new, mut at, mut come) = (Vec::new(), 0, 0);
    let mut lines = diff.split_inclusive('\n').skip(2).peekable();
    while let Some(head) = lines.next() {
        let numbers = head.strip_prefix("@@ -").and_then(|h| h.strip_suffix(" @@\n")).and_then(|h| h.split_once(" +"));
        let range = |text: &str| {
            let (start, count) = text.split_once(',').unwrap_or((text, "1"));
            let [start, count] = [start, count].map(|n| n.parse::<usize>().expect("a number"));
            (if count == 0 { start } else { start - 1 }, count)
        };
        let ((start, count), (new_start, new_count)) = numbers.map(|(a, b)| (range(a), range(b))).expect("a head");
        come += start - at;
        new.extend(old[at..start].iter().map(|line| (*line).to_owned()));
        assert_eq!(new_start, come, "{diff}");
        at = start;
        while let Some(line) = lines.next_if(|line| !line.starts_with("@@")) {
            let (sign, line) = line.split_at(1);
            let open = lines.next_if(|line| line.starts_with('\\')).is_some();
            let line = if open { line.strip_suffix('\n').expect("an end") } else { line };
            if sign != "+" {
                assert_eq!(old[at], line, "{diff}");
                at += 1;
            }
            if sign != "-" {
                new.push(line.to_owned());
                come += 1;
            }
        }
        assert_eq!((at, come), (start + count, new_start + new_count), "{diff}");
    }
    new.extend(old[at..].iter().map(|line| (*line).to_owned()));
    new.concat()
}

const PARTS: [&str; 7] = ["a", "b: c", "\n", "\n", "\r\n", "鍵", "  "];

#[test]
fn a_diff_applied_is_the_patch_applied() {
    let mut seeded = Seeded(7);
    let mut several = 0;
    for round in 0..20_000 {
        let text = seeded.text(60, &PARTS);
        let mut cuts: Vec<usize> = (0..2 * seeded.below(5)).map(|_| seeded.below(text.len() + 1)).collect();
        cuts.iter_mut().for_each(|cut| *cut = text.floor_char_boundary(*cut));
        cuts.sort_unstable();
        let edits: Vec<Edit> =
            cuts.chunks_exact(2).map(|pair| Edit { start: pair[0], end: pair[1], text: seeded.text(5, &PARTS) }).collect();
        let new = made(&text, &edits);
        let patch = Patch { file: "f".into(), edits };
        match Diff::new(&File { path: "f".into(), text: text.clone() }, &patch) {
            None => assert_eq!(new, text, "round {round}: {patch:?}"),
            Some(diff) => {
                several += usize::from(diff.hunks.len() > 1);
                assert_eq!(applied(&text, &diff.to_string()), new, "round {round}: {text:?} {patch:?}\n{diff}");
            }
        }
    }
    assert!(several > 500, "{several}");
}

#[test]
fn it_is_written_as_others_write_it() {
    let text: String = (1..=30).map(|n| format!("line {n}\n")).collect();
    let behind = |line: &str, new: &str| {
        let at = text.find(line).expect("it is there") + line.len();
        Edit { start: at, end: at, text: new.into() }
    };
    let edits = vec![behind("line 2\n", "new\n"), behind("line 20", " changed"), behind("line 30\n", "no end")];
    let diff = Diff::new(&File { path: "a.yaml".into(), text: text.clone() }, &Patch { file: "a.yaml".into(), edits });
    insta::assert_snapshot!(diff.expect("it fits").to_string());
}
