//! Laws over many made documents: what must hold of every change, whatever the document looks like.

use patch::{Change, Document, Edit, Error, Path, Step, Syntax, apply};
use serde_json::{Map, Value, json};

/// A generator with a seed: xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most.max(1)
    }
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

const TEXTS: [&str; 24] = [
    "s3:GetObject",
    "kms:Decrypt",
    "*",
    "Allow",
    "2012-10-17",
    "yes",
    "1.10",
    "012345678901",
    "arn:aws:s3:::b/*",
    "a, b",
    "it's",
    "say \"hi\"",
    "# no comment",
    "x: y",
    "é 関所",
    "",
    " led",
    "trail ",
    "two\nlines",
    "back\\slash",
    "{}",
    "[",
    "${aws:username}",
    "- dash",
];
const KEYS: [&str; 12] =
    ["Sid", "Effect", "Principal", "Action", "Resource", "Condition", "AWS", "kms:ViaService", "Statement", "Version", "a b", "12"];

fn value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 6 } else { 10 }) {
        0 => json!(chance.below(1000)),
        1 => json!(chance.one_in(2)),
        2..6 => json!(chance.of(&TEXTS)),
        6 if depth > 0 => json!({ "Fn::Sub": "arn:${AWS::AccountId}" }),
        7 | 8 => Value::Object((0..chance.below(4)).map(|_| (chance.of(&KEYS).to_owned(), value(chance, depth - 1))).collect()),
        _ => Value::Array((0..chance.below(4)).map(|_| value(chance, depth - 1)).collect()),
    }
}

/// Writes values in a manner of its own for each document, with comments that are all different.
struct Hand<'c> {
    chance: &'c mut Chance,
    newline: &'static str,
    json: bool,
    step: usize,
    offset: usize,
    comments: usize,
}

impl Hand<'_> {
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("{} note {}.", if self.json { "//" } else { "#" }, self.comments)
    }

    fn line(&self, column: usize) -> String {
        format!("{}{}", self.newline, " ".repeat(column))
    }

    fn above(&mut self, column: usize) -> String {
        match self.chance.below(16) {
            0 | 1 => format!("{}{}", self.line(column), self.comment()),
            2 => self.newline.to_owned(),
            _ => String::new(),
        }
    }

    fn behind(&mut self) -> String {
        if self.chance.one_in(8) { format!(" {}", self.comment()) } else { String::new() }
    }

    fn quoted(&mut self, text: &str) -> String {
        let simple = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic()) && text != "yes";
        match self.chance.below(3) {
            0 if simple && !self.json => text.to_owned(),
            1 if !text.contains('\n') && !self.json => format!("'{}'", text.replace('\'', "''")),
            _ => json!(text).to_string(),
        }
    }

    /// What stands behind `key:` or `-`, whose text begins at `column`.
    fn block(&mut self, value: &Value, column: usize, key: bool) -> String {
        let bare = match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => true,
        };
        if bare || self.chance.one_in(4) {
            let text = self.flow(value);
            return format!(" {text}{}", self.behind());
        }
        match value {
            Value::Object(map) if map.len() == 1 && map.contains_key("Fn::Sub") => {
                let text = self.quoted(map["Fn::Sub"].as_str().unwrap_or_default());
                format!(" !Sub {text}{}", self.behind())
            }
            Value::Object(map) => {
                let column = if key { column + self.step } else { column };
                let mut out = String::new();
                for (number, (name, value)) in map.iter().enumerate() {
                    out += &match number == 0 && !key {
                        true => " ".to_owned(),
                        false => self.above(column) + &self.line(column),
                    };
                    out += &format!("{}:", self.quoted(name));
                    out += &self.block(value, column, true);
                }
                out
            }
            Value::Array(items) => {
                let column = if key { column + self.offset } else { column };
                let mut out = String::new();
                for (number, item) in items.iter().enumerate() {
                    out += &match number == 0 && !key {
                        true => " ".to_owned(),
                        false => self.above(column) + &self.line(column),
                    };
                    out += "-";
                    out += &self.block(item, column + 2, false);
                }
                out
            }
            _ => String::new(),
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        let pad = self.chance.of(&["", " "]);
        let comma = self.chance.of(&[",", ", "]);
        match value {
            Value::String(text) => self.quoted(text),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flow(item)).collect();
                if items.is_empty() { "[]".into() } else { format!("[{pad}{}{pad}]", items.join(comma)) }
            }
            Value::Object(map) => {
                let member = |(key, value): (&String, &Value)| format!("{}: {}", self.quoted(key), self.flow(value));
                let members: Vec<String> = map.iter().map(member).collect();
                if members.is_empty() { "{}".into() } else { format!("{{{pad}{}{pad}}}", members.join(comma)) }
            }
            other => other.to_string(),
        }
    }

    /// JSON in lines, with comments and sometimes a comma behind the last.
    fn lines(&mut self, value: &Value, column: usize) -> String {
        let parts: Vec<(String, &Value)> = match value {
            Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (format!("{}: ", json!(key)), value)).collect(),
            _ => return self.flow(value),
        };
        if parts.is_empty() || self.chance.one_in(3) {
            return self.flow(value);
        }
        let (open, close) = if value.is_array() { ("[", "]") } else { ("{", "}") };
        let mut out = open.to_owned();
        let inner = column + self.step;
        let count = parts.len();
        for (number, (key, value)) in parts.into_iter().enumerate() {
            out += &self.above(inner);
            out += &self.line(inner);
            out += &key;
            out += &self.lines(value, inner);
            out += if number + 1 < count || self.chance.one_in(5) { "," } else { "" };
            out += &self.behind();
        }
        out + &self.line(column) + close
    }
}

/// A document: its value and its text.
fn document(chance: &mut Chance) -> (Value, String) {
    let root = loop {
        match value(chance, 4) {
            Value::Object(map) if map.len() > 1 && !map.contains_key("Fn::Sub") => break Value::Object(map),
            _ => {}
        }
    };
    let json = chance.one_in(3);
    let (newline, step, offset) = (chance.of(&["\n", "\n", "\r\n"]), chance.of(&[2, 4]), chance.of(&[0, 2]));
    let mut hand = Hand { chance, newline, json, step, offset, comments: 0 };
    let text = match json {
        true => hand.lines(&root, 0),
        false => {
            let Value::Object(map) = &root else { unreachable!("the root is an object") };
            let member = |(key, value): (&String, &Value)| {
                let above = hand.above(0);
                let member = format!("{above}{}{}:{}", hand.line(0), hand.quoted(key), hand.block(value, 0, true));
                member
            };
            map.iter().map(member).collect::<String>().trim_start().to_owned()
        }
    };
    (root, text + newline)
}

/// All paths of a value.
fn paths(value: &Value, path: &Path, all: &mut Vec<Path>) {
    all.push(path.clone());
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| paths(item, &path.then(index), all)),
        Value::Object(map) => map.iter().for_each(|(key, item)| paths(item, &path.then(key.as_str()), all)),
        _ => {}
    }
}

fn at<'v>(root: &'v mut Value, path: &Path) -> &'v mut Value {
    path.0.iter().fold(root, |value, step| match step {
        Step::Index(index) => &mut value[*index],
        Step::Key(key) => &mut value[key.as_str()],
    })
}

fn syntax(text: &str) -> Syntax {
    Syntax::of(text)
}

fn read(text: &str) -> Value {
    let document = Document::read(text, syntax(text)).unwrap_or_else(|error| panic!("{error}\n{text}"));
    document.value(&Path::root()).expect("a value")
}

fn edit(text: &str, change: &Change) -> Result<(Vec<Edit>, String), Error> {
    let edits = Document::read(text, syntax(text)).expect("a document").change(std::slice::from_ref(change))?;
    let after = apply(text, &edits).expect("edits that fit");
    Ok((edits, after))
}

/// A change at random, and the value that must come of it.
fn change(chance: &mut Chance, root: &Value) -> (Change, Value) {
    let mut all = Vec::new();
    paths(root, &Path::root(), &mut all);
    loop {
        let path = all[chance.below(all.len())].clone();
        let mut expected = root.clone();
        let new = value(chance, 2);
        let target = at(&mut expected, &path);
        match chance.below(4) {
            0 if target.is_array() => {
                target.as_array_mut().expect("a list").push(new.clone());
                return (Change::Append { path, value: new }, expected);
            }
            1 if target.is_object() && !target.as_object().expect("a map").contains_key("Fn::Sub") => {
                let map: &mut Map<String, Value> = target.as_object_mut().expect("a map");
                let Some(key) = KEYS.iter().find(|key| !map.contains_key(**key)) else { continue };
                map.insert((*key).to_owned(), new.clone());
                return (Change::Insert { path, key: (*key).to_owned(), value: new }, expected);
            }
            2 if !path.0.is_empty() && (new.is_string() || path.0.last() != Some(&"Fn::Sub".into())) => {
                *target = new.clone();
                return (Change::Replace { path, value: new }, expected);
            }
            3 => {
                let Some((parent, step)) = path.split_last() else { continue };
                let step = step.clone();
                match (at(&mut expected, &parent), step) {
                    (Value::Array(items), Step::Index(index)) => _ = items.remove(index),
                    (Value::Object(map), Step::Key(key)) if key != "Fn::Sub" => _ = map.shift_remove(&key),
                    _ => continue,
                }
                return (Change::Remove { path }, expected);
            }
            _ => {}
        }
    }
}

const SEED: u64 = 0x5eed_0007;
const ROUNDS: usize = 4000;

fn notes(text: &str) -> Vec<String> {
    let starts = text.match_indices(" note ").map(|(at, _)| &text[at + 6..]);
    starts.map(|rest| rest[..rest.find('.').unwrap_or(rest.len())].to_owned()).collect()
}

#[test]
fn a_change_gives_the_value_and_keeps_the_rest() {
    let mut chance = Chance(SEED);
    let mut refused = Vec::new();
    for round in 0..ROUNDS {
        let (root, text) = document(&mut chance);
        assert_eq!(read(&text), root, "round {round}: the document is what it was made from\n{text}");
        let (change, expected) = change(&mut chance, &root);
        let (edits, after) = match edit(&text, &change) {
            Ok(done) => done,
            Err(error) => {
                refused.push(format!("round {round}: {error}: {change:?}\n{text}"));
                continue;
            }
        };
        let shown = || format!("round {round}, seed {SEED:#x}: {change:?}\n--- before:\n{text}\n--- after:\n{after}");
        assert_eq!(read(&after), expected, "the value\n{}", shown());
        // Lines that no edit touches are there as they were, in their order.
        let mut rest = after.as_str();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            // An insertion at a line's end leaves the line as it is; at its beginning as well.
            let touches = |edit: &Edit| edit.start < end && (edit.end > start || edit.start == edit.end && edit.start > start);
            if !edits.iter().any(touches) {
                let found = rest.find(line).unwrap_or_else(|| panic!("lost: {line:?}\n{}", shown()));
                rest = &rest[found + line.len()..];
            }
            start = end;
        }
        if matches!(change, Change::Append { .. } | Change::Insert { .. }) {
            assert_eq!(notes(&after), notes(&text), "the comments\n{}", shown());
        }
    }
    assert!(refused.is_empty(), "{} of {ROUNDS} refused; the first:\n{}", refused.len(), refused[0]);
}

#[test]
fn what_was_inserted_can_be_removed_again() {
    let mut chance = Chance(SEED ^ 0xffff);
    for round in 0..ROUNDS {
        let (root, text) = document(&mut chance);
        let (change, _) = change(&mut chance, &root);
        let undo = match &change {
            Change::Append { path, .. } => {
                let mut root = root.clone();
                let Some(count) = at(&mut root, path).as_array().map(Vec::len).filter(|count| *count > 0) else { continue };
                path.then(count)
            }
            Change::Insert { path, key, .. } => {
                let mut root = root.clone();
                if at(&mut root, path).as_object().is_none_or(Map::is_empty) {
                    continue;
                }
                path.then(key.as_str())
            }
            _ => continue,
        };
        let Ok((_, after)) = edit(&text, &change) else { continue };
        let (_, back) = edit(&after, &Change::Remove { path: undo }).unwrap_or_else(|error| panic!("{error}\n{after}"));
        assert_eq!(back, text, "round {round}: {change:?}\n--- between:\n{after}");
    }
}

/// A document with the text of another one in it, under `P`; None: the text cannot stand so.
fn around(chance: &mut Chance, text: &str) -> Option<String> {
    let newline = if text.contains('\r') { "\r\n" } else { "\n" };
    let yaml = syntax(text) == Syntax::Yaml;
    Some(match chance.below(if yaml { 1 } else { 5 }) {
        0 | 1 => {
            let lines: String =
                text.lines().map(|line| if line.is_empty() { newline.into() } else { format!("    {line}{newline}") }).collect();
            format!("K: 1{newline}P: |{newline}{lines}Z: [1]{newline}")
        }
        2 => format!("{{\"P\": {}, \"Z\": [1]}}", json!(text)),
        3 => format!("P: {} # a comment\nZ: [1]\n", json!(text)),
        _ if !text.contains('\n') => format!("P: '{}'\nZ: [1]\n", text.replace('\'', "''")),
        _ => return None,
    })
}

#[test]
fn documents_inside_of_documents_are_changed_the_same_way() {
    let mut chance = Chance(SEED ^ 0xf0f0);
    let mut done = 0;
    for round in 0..ROUNDS {
        let (root, text) = document(&mut chance);
        let Some(outer) = around(&mut chance, &text) else { continue };
        let (change, mut expected) = change(&mut chance, &root);
        // A text that is not evaluated takes no functions.
        let (written, empty) = (format!("{change:?}"), expected.as_object().is_some_and(Map::is_empty));
        if written.contains("Fn::Sub") || empty {
            continue;
        }
        let within = |path: &Path| Path([Step::from("P")].into_iter().chain(path.0.iter().cloned()).collect());
        let change = match change {
            Change::Append { path, value } => Change::Append { path: within(&path), value },
            Change::Insert { path, key, value } => Change::Insert { path: within(&path), key, value },
            Change::Replace { path, value } => Change::Replace { path: within(&path), value },
            Change::Remove { path } => Change::Remove { path: within(&path) },
        };
        let (_, after) = edit(&outer, &change).unwrap_or_else(|error| panic!("round {round}: {error}: {change:?}\n{outer}"));
        let all = read(&after);
        let inner = all["P"].as_str().unwrap_or_else(|| panic!("a text\n{after}"));
        assert_eq!(&mut read(inner), &mut expected, "round {round}: {change:?}\n--- before:\n{outer}\n--- after:\n{after}");
        assert_eq!(all["Z"], json!([1]));
        done += 1;
    }
    assert!(done > ROUNDS / 2, "{done} of {ROUNDS} were tried");
}

#[test]
fn every_value_is_found_at_its_place() {
    let mut chance = Chance(SEED ^ 0xff);
    for round in 0..ROUNDS / 4 {
        let (root, text) = document(&mut chance);
        let document = Document::read(&text, syntax(&text)).expect("a document");
        let mut all = Vec::new();
        paths(&root, &Path::root(), &mut all);
        for path in all {
            let place = document.locate(&path).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let back = document.path_at(place.line, place.column).unwrap_or_else(|| panic!("round {round}: nothing at {place:?}\n{text}"));
            // A collection begins where its first value or key does.
            assert!(back.0.starts_with(&path.0), "round {round}: {path} is at {place:?}, and {back} is there\n{text}");
        }
    }
}
