//! Patterns that meet.

/// A pattern's item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Char(char),
    One,
    Any,
    /// Anything without this letter.
    Without(char),
}

/// Whether an action of this name is covered by a pattern, in any case.
pub(super) fn covers_action(pattern: &str, action: &str) -> bool {
    if let Some(known) = at_a_glance(pattern.as_bytes(), action.as_bytes(), u8::eq_ignore_ascii_case) {
        return known;
    }
    meet(&items(&pattern.to_ascii_lowercase(), None), &literal(&action.to_ascii_lowercase()))
}

/// Whether a resource is covered by a pattern; a policy variable stands for anything.
pub(super) fn covers_resource(pattern: &str, resource: &str) -> bool {
    if let Some(known) = at_a_glance(pattern.as_bytes(), resource.as_bytes(), u8::eq) {
        return known;
    }
    // A part that is not known may be anything; `*` alone is no resource in particular.
    let asked = if resource == "*" { literal(resource) } else { items(resource, None) };
    meet(&items(pattern, None), &asked)
}

/// Whether some ARN of a kind of resource is covered by a pattern.
pub(crate) fn meets_form(pattern: &str, form: &str) -> bool {
    // A bucket's name has no slash; with one it is an object's ARN.
    let last = if form.ends_with(":s3:::${BucketName}") { Item::Without('/') } else { Item::Any };
    meet(&items(pattern, None), &items(form, Some(last)))
}

/// Whether some action is covered by both patterns.
pub(super) fn patterns_meet(a: &str, b: &str) -> bool {
    meet(&items(&a.to_ascii_lowercase(), None), &items(&b.to_ascii_lowercase(), None))
}

/// Most patterns differ before anything in them stands for something else, or nothing in them does. None: a closer look is needed.
fn at_a_glance(a: &[u8], b: &[u8], same: impl Fn(&u8, &u8) -> bool) -> Option<bool> {
    let stands = |byte: &u8| matches!(byte, b'*' | b'?' | b'$');
    for (x, y) in a.iter().zip(b) {
        if stands(x) || stands(y) {
            return None;
        }
        if !same(x, y) {
            return Some(false);
        }
    }
    let rest = a.get(b.len()..).or_else(|| b.get(a.len()..)).unwrap_or_default();
    if rest.iter().any(stands) { None } else { Some(rest.is_empty()) }
}

fn literal(text: &str) -> Vec<Item> {
    text.chars().map(Item::Char).collect()
}

/// `last`: the text is the form of an ARN, whose holes have no colon but in its last part; there they are this.
fn items(mut text: &str, last: Option<Item>) -> Vec<Item> {
    let mut list = Vec::new();
    let mut colons = 0;
    while let Some(first) = text.chars().next() {
        let hole = text.strip_prefix("${").and_then(|rest| rest.split_once('}'));
        if let Some((_, rest)) = hole {
            list.push(match last {
                Some(_) if colons < 5 => Item::Without(':'),
                Some(last) => last,
                None => Item::Any,
            });
            text = rest;
            continue;
        }
        colons += usize::from(first == ':');
        list.push(match first {
            '*' => Item::Any,
            '?' => Item::One,
            other => Item::Char(other),
        });
        text = &text[first.len_utf8()..];
    }
    list
}

/// Whether one text matches both: which places of `b` can be reached with what has been read of `a`.
fn meet(a: &[Item], b: &[Item]) -> bool {
    let many = |item: Item| matches!(item, Item::Any | Item::Without(_));
    let mut reach = vec![vec![false; b.len() + 1]; a.len() + 1];
    reach[0][0] = true;
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if !reach[i][j] {
                continue;
            }
            let (x, y) = (a.get(i).copied(), b.get(j).copied());
            if x.is_some_and(many) {
                reach[i + 1][j] = true;
            }
            if y.is_some_and(many) {
                reach[i][j + 1] = true;
            }
            let (Some(x), Some(y)) = (x, y) else { continue };
            if both(x, y) {
                // What stands for many stays where it is while the other goes on.
                let next = (if many(x) { i } else { i + 1 }, if many(y) { j } else { j + 1 });
                reach[next.0][next.1] = true;
            }
        }
    }
    reach[a.len()][b.len()]
}

fn both(x: Item, y: Item) -> bool {
    match (x, y) {
        (Item::Char(x), Item::Char(y)) => x == y,
        (Item::Char(x), Item::Without(y)) | (Item::Without(y), Item::Char(x)) => x != y,
        _ => true,
    }
}
