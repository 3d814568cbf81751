use crate::{Key, StoreError, backend::Change};

/// Rows in the order of the scan.
pub(super) type Source<'a> = Box<dyn Iterator<Item = Result<(Key, Change), StoreError>> + 'a>;

/// The rows of all sources together, in order; those that are removed too. Where several know a row, the first of them counts.
pub(super) struct Merged<'a> {
    sources: Vec<Source<'a>>,
    heads: Vec<Option<(Key, Change)>>,
    reverse: bool,
}

impl<'a> Merged<'a> {
    pub(super) fn new(mut sources: Vec<Source<'a>>, reverse: bool) -> Result<Self, StoreError> {
        let mut heads = Vec::with_capacity(sources.len());
        for source in &mut sources {
            heads.push(source.next().transpose()?);
        }
        Ok(Self { sources, heads, reverse })
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<(Key, Change), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { sources, heads, reverse } = self;
        let keys = heads.iter().enumerate().filter_map(|(n, head)| Some((n, &head.as_ref()?.0)));
        // Of equal keys both take the first.
        let best = keys.reduce(|best, other| if (other.1 < best.1) != *reverse && other.1 != best.1 { other } else { best });
        let best = best?.0;
        let (key, change) = heads[best].take()?;
        for (n, head) in heads.iter_mut().enumerate() {
            if n == best || head.as_ref().is_some_and(|(other, _)| *other == key) {
                match sources[n].next().transpose() {
                    Ok(next) => *head = next,
                    Err(e) => return Some(Err(e)),
                }
            }
        }
        Some(Ok((key, change)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_source_that_knows_a_row_counts() {
        let source = |rows: &[(u8, char)], reverse: bool| -> Source<'static> {
            let change = |c: char| if c == '-' { Change::Delete } else { Change::Put(c.to_string().into()) };
            let mut rows: Vec<_> = rows.iter().map(|(k, c)| Ok((vec![*k], change(*c)))).collect();
            if reverse {
                rows.reverse();
            }
            Box::new(rows.into_iter())
        };
        let merged = |limit, reverse| -> String {
            let young = source(&[(2, '-'), (3, 'y'), (6, 'y')], reverse);
            let old = source(&[(1, 'o'), (2, 'o'), (3, 'o'), (4, 'o')], reverse);
            let rows = Merged::new(vec![young, old], reverse).unwrap().map(Result::unwrap);
            let there = rows.filter_map(|(k, change)| change.value().map(|v| format!("{}{} ", k[0], v[0] as char)));
            there.take(limit).collect()
        };
        assert_eq!(merged(9, false), "1o 3y 4o 6y ");
        assert_eq!(merged(9, true), "6y 4o 3y 1o ");
        assert_eq!((merged(2, false), merged(2, true), merged(0, true)), ("1o 3y ".into(), "6y 4o ".into(), "".into()));
    }
}
