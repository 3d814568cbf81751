//! Lists in pages: `Marker`, `MaxItems`, `IsTruncated`.

use crate::error::invalid;
use gate::Error;

const DEFAULT: usize = 100;
const MOST: usize = 1000;

/// A page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Where the next page begins; None: this is the last.
    pub(crate) marker: Option<String>,
}

/// The page of `items`, which are in the order of their keys. A marker is the key of the last item before it.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    marker: Option<&str>,
    max_items: Option<usize>,
) -> Result<Page<T>, Error> {
    let limit = max_items.unwrap_or(DEFAULT);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid("maxItems", limit, "Member must have value between 1 and 1000"));
    }
    let from = marker.map(read).transpose()?;
    let mut rest = items.into_iter().filter(|item| from.as_ref().is_none_or(|from| key(item) > *from));
    let items: Vec<T> = rest.by_ref().take(limit).collect();
    let marker = if rest.next().is_some() { items.last().map(|last| write(&key(last))) } else { None };
    Ok(Page { items, marker })
}

fn write(key: &str) -> String {
    key.bytes().map(|b| format!("{b:02x}")).collect()
}

fn read(marker: &str) -> Result<String, Error> {
    let wrong = || Error::new("ValidationError", "Invalid Marker: give the one of the answer before.");
    let digits: Option<Vec<u8>> = marker.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|d| !d.is_empty() && d.len() % 2 == 0 && d.len() <= 2048).ok_or_else(wrong)?;
    String::from_utf8(digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_meet_without_a_gap() {
        let all = ["a", "b", "ü", "z"];
        let first = page(all, ToString::to_string, None, Some(2)).unwrap();
        assert_eq!(first.items, ["a", "b"]);
        let second = page(all, ToString::to_string, first.marker.as_deref(), Some(2)).unwrap();
        assert_eq!((second.items.as_slice(), second.marker), (["ü", "z"].as_slice(), None));
        for bad in ["", "x", "ff", "6", &"0".repeat(4096)] {
            assert!(page(all, ToString::to_string, Some(bad), None).is_err(), "{bad}");
        }
        assert!(page(all, ToString::to_string, None, Some(0)).is_err());
    }
}
