//! The folders that sources come from.

use super::options::{Held, Problem, Reader};
use crate::{Files, SourceFile};

/// The most files of a source.
const MOST_FILES: usize = 20_000;
/// The most bytes of one file, and of all files.
const MOST_BYTES: usize = 16 << 20;
const MOST_IN_ALL: usize = 256 << 20;
/// The deepest folder.
const MOST_DEEP: usize = 64;
/// What is no part of a source: git's own folder, and what a delivery leaves behind.
const NOT_PUSHED: [&str; 2] = [".git", ".sekisho"];

/// Reads a folder. Links are not followed: git would push them as links, and no build here reads them.
pub(super) fn read(folder: &str, reader: &dyn Reader, files: &mut Files) -> Result<Vec<SourceFile>, Problem> {
    let mut found = Vec::new();
    let mut bytes = 0;
    let mut folders = vec![(String::new(), 0)];
    while let Some((prefix, depth)) = folders.pop() {
        let path = join(folder, &prefix);
        let names = reader.list(&path).map_err(|why| Problem::whole(&path, why))?;
        for (name, held) in names {
            let inner = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            match held {
                Held::Folder if NOT_PUSHED.contains(&name.as_str()) => {}
                Held::Folder if depth == MOST_DEEP => {
                    return Err(Problem::whole(&join(folder, &inner), format!("folders are nested more than {MOST_DEEP} deep")));
                }
                Held::Folder => folders.push((inner, depth + 1)),
                Held::File => {
                    let path = join(folder, &inner);
                    let content = reader.read(&path, MOST_BYTES).map_err(|why| Problem::whole(&path, why))?;
                    bytes += content.len();
                    if found.len() == MOST_FILES || bytes > MOST_IN_ALL {
                        let message = format!("the source holds more than {MOST_FILES} files or {} MiB", MOST_IN_ALL >> 20);
                        return Err(Problem::whole(folder, message).help("name the folder of the source alone"));
                    }
                    let text = std::str::from_utf8(&content).ok().filter(|text| text.len() <= super::MOST_BYTES && !text.contains('\0'));
                    let text = text.filter(|_| files.iter().count() < super::MOST_FILES);
                    let known_as = text.map(|text| {
                        files.add(&path, text);
                        path.clone()
                    });
                    found.push(SourceFile { path: inner, content, known_as });
                }
                Held::Other | Held::Nothing => {}
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

pub(super) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        (folder, "" | ".") => folder.to_owned(),
        ("" | ".", path) => path.to_owned(),
        (folder, path) => format!("{}/{path}", folder.trim_end_matches('/')),
    }
}
