//! Where a build's commands are written: in a file of its source, or within a template.

use buildspec::Buildspec;
use script::Line;

/// Where a buildspec lies unless the project says otherwise.
const BUILDSPEC: &str = "buildspec.yml";
/// What a command is found by where YAML folds its lines.
const BEGINNING: usize = 24;
/// Places at which a buildspec may begin, at most, that are looked at in one file.
const MOST_BEGINNINGS: usize = 200;

/// The commands with their lines, and the file that they are in, if it was found.
pub(crate) fn lines<'t>(spec: &Buildspec, files: impl Iterator<Item = (&'t str, &'t str)>) -> (Vec<Line>, Option<String>) {
    let phases = spec.phases.clone().unwrap_or_default();
    let phases = [phases.install, phases.pre_build, phases.build, phases.post_build];
    let commands: Vec<String> = phases.into_iter().flatten().flat_map(|phase| phase.commands.into_iter().chain(phase.finally)).collect();
    let readable = files.filter(|(path, _)| [".yml", ".yaml", ".json", ".md"].iter().any(|end| path.ends_with(end)));
    let readable: Vec<(&str, &str)> = readable.collect();
    let beginnings: Vec<String> = commands.iter().map(|command| beginning(command)).collect();
    let found = |(path, text): &(&'t str, &'t str)| Some((*path, within(&beginnings, text)?));
    // The one by its usual name goes before others that say the same, the closest text before wider ones.
    let usual = readable.iter().filter(|(path, _)| *path == BUILDSPEC).find_map(found);
    let closest = || readable.iter().filter_map(found).min_by_key(|(_, at)| at.last().zip(at.first()).map(|(last, first)| last - first));
    let (file, at) = match usual.or_else(closest) {
        Some((path, at)) => (Some(path.to_owned()), at),
        None => (None, vec![0; commands.len()]),
    };
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1);
    (commands.into_iter().zip(at).map(|(text, line)| Line { text, line: number(line) }).collect(), file)
}

/// The lines of the commands, one after the other, where they stand closest together. None: the text has not all of them.
fn within(beginnings: &[String], text: &str) -> Option<Vec<usize>> {
    let first = beginnings.first()?;
    if beginnings.iter().any(|beginning| beginning.is_empty() || !text.contains(beginning)) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let starts = (0..lines.len()).filter(|at| lines[*at].contains(first)).take(MOST_BEGINNINGS);
    let all = starts.filter_map(|start| {
        let mut from = start;
        let mut at = Vec::new();
        for beginning in beginnings {
            let found = (from..lines.len()).find(|line| lines[*line].contains(beginning))?;
            at.push(found);
            from = found;
        }
        Some(at)
    });
    all.min_by_key(|at| at.last().zip(at.first()).map(|(last, first)| last - first))
}

/// What a command is looked for by.
fn beginning(command: &str) -> String {
    command.lines().next().unwrap_or_default().trim().chars().take(BEGINNING).collect()
}
