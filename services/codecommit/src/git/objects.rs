//! Reads of a repository's objects, for the operations: git's plumbing in a workspace.

use super::{
    home::{Home, Workspace, failed},
    process::{Running, printed, reading, scratch},
};
use crate::{
    CodeCommit, encryption, error, names,
    state::{HEADS, Repository},
};
use archive::Builder;
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    process::ChildStdout,
};

/// A repository's objects at one moment.
pub(crate) struct Objects(pub(super) Workspace);

/// A commit.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_Commit.html>
#[derive(Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// Its id.
    pub commit_id: String,
    /// The tree of its files.
    pub tree_id: String,
    /// The commits before it.
    pub parents: Vec<String>,
    /// Its message.
    pub message: String,
    /// Who wrote the change.
    pub author: UserInfo,
    /// Who made the commit.
    pub committer: UserInfo,
    /// What else it holds: nothing that is told here.
    pub additional_data: String,
}

/// A person and a moment.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct UserInfo {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Seconds since 1970 and the time zone: `1484167798 -0800`.
    pub date: String,
}

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FileMode {
    /// A program.
    Executable,
    /// A plain file.
    Normal,
    /// A symbolic link.
    Symlink,
}

impl FileMode {
    /// git's word for it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Executable => "100755",
            Self::Normal => "100644",
            Self::Symlink => "120000",
        }
    }
}

/// One entry of a tree.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) mode_text: String,
    /// `blob`, `tree` or `commit`.
    pub(crate) kind: String,
    pub(crate) object: String,
    pub(crate) size: u64,
    pub(crate) path: String,
}

impl Entry {
    /// None: it is no file.
    pub(crate) fn mode(&self) -> Option<FileMode> {
        mode_of(&self.mode_text)
    }
}

pub(crate) fn mode_of(text: &str) -> Option<FileMode> {
    match text {
        "100755" => Some(FileMode::Executable),
        "100644" | "100664" => Some(FileMode::Normal),
        "120000" => Some(FileMode::Symlink),
        _ => None,
    }
}

/// The objects of `row`, read in the call's own snapshot.
pub(crate) fn of(scope: &mut Scope<'_, CodeCommit>, row: &Repository) -> Result<Objects, Error> {
    encryption::enter(scope, row)?;
    let home = Home::of(scope)?;
    Ok(Objects(home.workspace(|| home.look(scope, row))?))
}

impl Objects {
    /// The objects that lie in a workspace.
    pub(crate) fn within(workspace: Workspace) -> Self {
        Self(workspace)
    }

    /// The commit that a branch, a tag, a reference or an id stands for; the default branch's tip if None.
    pub(crate) fn resolve(&self, row: &Repository, specifier: Option<&str>) -> Result<String, Error> {
        let name = match specifier {
            None | Some("HEAD") => row.default_branch.as_deref().unwrap_or_default(),
            Some(name) => name,
        };
        let references = &self.0.references;
        let find = |full: String| references.iter().find(|(r, _)| *r == full).map(|(_, object)| object.clone());
        let object = [name.to_owned(), format!("{HEADS}{name}"), format!("refs/tags/{name}")].into_iter().find_map(find);
        let object = object.or_else(|| names::is_object(name).then(|| name.to_owned()));
        let commit = match object {
            Some(object) => self.commit(&object)?,
            None => None,
        };
        commit.map(|c| c.commit_id).ok_or_else(|| error::no_commit(&names::shown(name)))
    }

    /// The commit of this id, or the one a tag of this id stands for.
    pub(crate) fn commit(&self, id: &str) -> Result<Option<Commit>, Error> {
        Ok(self.commits(&[id.to_owned()])?.pop().flatten())
    }

    /// The entry at a path.
    pub(crate) fn entry(&self, commit: &str, path: &str) -> Result<Option<Entry>, Error> {
        self.entries(&["--git-dir=.", "ls-tree", "-z", "-l", "--end-of-options", commit, path])
            .map(|found| found.into_iter().find(|e| e.path == path))
    }

    /// The entries at these paths, as far as there are some; of a path's folders those that are no folders.
    pub(crate) fn entries_at(&self, commit: &str, paths: &[&str]) -> Result<Vec<Entry>, Error> {
        self.entries(&[&["--git-dir=.", "ls-tree", "-z", "-l", "--end-of-options", commit], paths].concat())
    }

    /// The entries of a tree or a commit; all files below it, if `deep`.
    pub(crate) fn list(&self, tree: &str, deep: bool) -> Result<Vec<Entry>, Error> {
        let mut arguments = vec!["--git-dir=.", "ls-tree", "-z", "-l"];
        if deep {
            arguments.push("-r");
        }
        arguments.extend(["--end-of-options", tree]);
        self.entries(&arguments)
    }

    fn entries(&self, arguments: &[&str]) -> Result<Vec<Entry>, Error> {
        let text = printed(self.0.path(), arguments).map_err(failed("listing files"))?;
        let text = String::from_utf8(text).map_err(|_| Error::internal("git: listing files: a file's name is not UTF-8"))?;
        Ok(text.split_terminator('\0').filter_map(read_entry).collect())
    }

    /// A file's content.
    pub(crate) fn blob(&self, object: &str) -> Result<Vec<u8>, Error> {
        printed(self.0.path(), &["--git-dir=.", "cat-file", "blob", object]).map_err(failed("reading a file"))
    }

    /// The commit's files as a zip archive, the same bytes each time. Other repositories' commits in it are left out.
    pub(crate) fn zip(&self, commit: &str) -> Result<File, Error> {
        let files: Vec<Entry> = self.list(commit, true)?.into_iter().filter(|e| e.kind == "blob").collect();
        let mut batch = self.batch(files.iter().map(|e| e.object.clone())).map_err(failed("reading files"))?;
        let mut zip = Builder::new(scratch(self.0.path()).map_err(failed("making an archive"))?);
        let packing = |path: &str, e: archive::ArchiveError| {
            Error::new("InvalidArchiveException", format!("The file {path} of commit {commit} cannot be packed: {e}"))
        };
        for entry in &files {
            let size = batch
                .next("blob")
                .map_err(failed("reading files"))?
                .ok_or_else(|| Error::internal(format_args!("git: {} is missing", entry.object)))?
                .1;
            let mut content = batch.content(size);
            match entry.mode() {
                Some(FileMode::Symlink) => {
                    let mut target = String::new();
                    content.read_to_string(&mut target).map_err(failed("reading a link"))?;
                    zip.add_symlink(&entry.path, &target).map_err(|e| packing(&entry.path, e))?;
                }
                mode => {
                    let mode = if mode == Some(FileMode::Executable) { 0o755 } else { 0o644 };
                    zip.add_file(&entry.path, mode, &mut content).map_err(|e| packing(&entry.path, e))?;
                }
            }
        }
        let mut file = zip.finish().map_err(|e| packing("(the last)", e))?;
        file.seek(SeekFrom::Start(0)).map_err(failed("reading an archive"))?;
        Ok(file)
    }

    /// A file's content by its object. None: there is no such file.
    pub(crate) fn blob_of(&self, object: &str, limit: u64) -> Result<Option<Result<Vec<u8>, u64>>, Error> {
        let fail = failed("reading a file");
        let mut batch = self.batch([object.to_owned()].into_iter()).map_err(&fail)?;
        let Some((_, size)) = batch.next("blob").map_err(&fail)? else { return Ok(None) };
        if size > limit {
            return Ok(Some(Err(size)));
        }
        let mut content = Vec::new();
        batch.content(size).read_to_end(&mut content).map_err(&fail)?;
        Ok(Some(Ok(content)))
    }

    /// The commits of these ids, as far as there are some.
    pub(crate) fn commits(&self, ids: &[String]) -> Result<Vec<Option<Commit>>, Error> {
        let fail = failed("reading commits");
        let mut batch = self.batch(ids.iter().map(|id| format!("{id}^{{commit}}"))).map_err(&fail)?;
        let mut found = Vec::with_capacity(ids.len());
        for _ in ids {
            let Some((id, size)) = batch.next("commit").map_err(&fail)? else {
                found.push(None);
                continue;
            };
            let mut text = Vec::new();
            batch.content(size).read_to_end(&mut text).map_err(&fail)?;
            found.push(Some(read_commit(id, &String::from_utf8_lossy(&text))));
        }
        Ok(found)
    }

    fn batch(&self, objects: impl Iterator<Item = String>) -> io::Result<Batch> {
        let mut input = scratch(self.0.path())?;
        let mut lines = io::BufWriter::new(&mut input);
        for object in objects {
            writeln!(lines, "{object}")?;
        }
        lines.flush()?;
        drop(lines);
        let (running, stdout) = reading(self.0.path(), &["--git-dir=.", "cat-file", "--batch", "--buffer"], input)?;
        Ok(Batch { stdout: BufReader::new(stdout), left: 0, _running: running })
    }
}

/// Objects, one after another, as `cat-file --batch` prints them.
struct Batch {
    stdout: BufReader<ChildStdout>,
    /// Bytes of the present object that were not read, with the newline behind it.
    left: u64,
    _running: Running,
}

impl Batch {
    /// The next object's id and size. None: there is no such object of this kind.
    fn next(&mut self, kind: &str) -> io::Result<Option<(String, u64)>> {
        io::copy(&mut (&mut self.stdout).take(self.left), &mut io::sink())?;
        let mut line = String::new();
        (&mut self.stdout).take(4096).read_line(&mut line)?;
        let parts: Vec<&str> = line.trim_end().split(' ').collect();
        let [object, found, size] = parts[..] else {
            self.left = 0;
            return Ok(None);
        };
        let size: u64 = size.parse().map_err(io::Error::other)?;
        self.left = size + 1;
        Ok((found == kind).then(|| (object.to_owned(), size)))
    }
    fn content(&mut self, size: u64) -> impl Read + '_ {
        self.left -= size;
        (&mut self.stdout).take(size)
    }
}

fn read_entry(line: &str) -> Option<Entry> {
    let (head, path) = line.split_once('\t')?;
    let mut parts = head.split_ascii_whitespace().map(str::to_owned);
    let (mode_text, kind, object, size) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Entry { mode_text, kind, object, size: size.parse().unwrap_or(0), path: path.to_owned() })
}

fn read_user(text: &str) -> UserInfo {
    let (person, date) = text.rsplit_once("> ").unwrap_or((text, ""));
    let (name, email) = person.split_once('<').unwrap_or((person, ""));
    UserInfo { name: name.trim().to_owned(), email: email.to_owned(), date: date.to_owned() }
}

fn read_commit(commit_id: String, text: &str) -> Commit {
    let (head, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let (author, committer, additional_data) = (UserInfo::default(), UserInfo::default(), String::new());
    let mut commit =
        Commit { commit_id, tree_id: String::new(), parents: Vec::new(), message: message.to_owned(), author, committer, additional_data };
    for line in head.lines() {
        match line.split_once(' ') {
            Some(("tree", id)) => commit.tree_id = id.to_owned(),
            Some(("parent", id)) => commit.parents.push(id.to_owned()),
            Some(("author", user)) => commit.author = read_user(user),
            Some(("committer", user)) => commit.committer = read_user(user),
            _ => {}
        }
    }
    commit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read() {
        let text =
            "tree aa\nparent bb\nparent cc\nauthor A B <a@b> 1484167798 -0800\ncommitter C <c@d> 1 +0000\ngpgsig x\n y\n\nTitle\n\nBody\n";
        let commit = read_commit("dd".into(), text);
        assert_eq!((commit.tree_id.as_str(), commit.parents.len(), commit.message.as_str()), ("aa", 2, "Title\n\nBody\n"));
        assert_eq!(commit.author, UserInfo { name: "A B".into(), email: "a@b".into(), date: "1484167798 -0800".into() });
        assert_eq!(read_user("broken"), UserInfo { name: "broken".into(), ..UserInfo::default() });
    }
}
