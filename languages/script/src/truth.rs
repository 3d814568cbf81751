//! Which way a script goes where that is known.

use crate::model::Word;
use crate::syntax::{AndOr, Command, Kind, List, Part, Pipeline, Written};
use crate::walk::Walk;

impl Walk<'_> {
    /// What a pipeline answers, if it only asks and what it asks is known.
    pub(crate) fn answer(&mut self, pipeline: &Pipeline) -> Option<bool> {
        let [command] = pipeline.as_slice() else { return None };
        match &command.kind {
            Kind::Not(inner) => self.answer(inner).map(|holds| !holds),
            Kind::Simple(assignments, words) if assignments.is_empty() && command.redirects.is_empty() => {
                // What a substitution does is done once, when the command itself is followed.
                let runs = words.iter().flat_map(|word| &word.parts).any(|(part, _)| matches!(part, Part::Substitution(..)));
                let words: Vec<Word> = if runs { return None } else { words.iter().flat_map(|word| self.expand(word)).collect() };
                self.test(&words)
            }
            _ => None,
        }
    }
    fn test(&self, words: &[Word]) -> Option<bool> {
        let (program, rest) = words.split_first()?;
        let rest = match (program.text()?.as_str(), rest.split_last()) {
            ("true" | ":", _) => return Some(true),
            ("false", _) => return Some(false),
            ("test", _) => rest,
            ("[", Some((last, rest))) if last.text()? == "]" => rest,
            ("[[", Some((last, rest))) if last.text()? == "]]" => rest,
            _ => return None,
        };
        match rest {
            [not, rest @ ..] if rest.len() > 1 && not.text().is_some_and(|text| text == "!") => self.asked(rest).map(|holds| !holds),
            rest => self.asked(rest),
        }
    }
    fn asked(&self, words: &[Word]) -> Option<bool> {
        let some = |word: &Word| match word.text() {
            Some(text) => Some(!text.is_empty()),
            None => word.0.iter().any(|piece| matches!(piece, crate::Piece::Known(text) if !text.is_empty())).then_some(true),
        };
        match words {
            [word] => some(word),
            [ask, word] => match ask.text()?.as_str() {
                "-n" => some(word),
                "-z" => some(word).map(|some| !some),
                // That a file is not there is not known: a build makes files.
                "-e" | "-f" | "-s" => self.path(word).and_then(|path| self.content(&path)).map(|_| true),
                _ => None,
            },
            [left, ask, right] => {
                let (left, right) = (left.text()?, right.text()?);
                let number = || Some((left.parse::<i64>().ok()?, right.parse::<i64>().ok()?));
                match ask.text()?.as_str() {
                    "=" | "==" | "!=" if right.contains(['*', '?', '[']) => None,
                    "=" | "==" => Some(left == right),
                    "!=" => Some(left != right),
                    "-eq" => number().map(|(left, right)| left == right),
                    "-ne" => number().map(|(left, right)| left != right),
                    "-gt" => number().map(|(left, right)| left > right),
                    "-lt" => number().map(|(left, right)| left < right),
                    _ => None,
                }
            }
            _ => None,
        }
    }
    /// What a list answers.
    fn holds(&mut self, list: &List) -> Option<bool> {
        match list.as_slice() {
            [AndOr { first, rest }] if rest.is_empty() => self.answer(first),
            _ => None,
        }
    }
    pub(crate) fn choose(&mut self, arms: &[(List, List)], otherwise: Option<&List>) {
        let mut doubted = false;
        let follow = |walk: &mut Self, list: &List, doubted: bool| {
            if doubted { walk.maybe(|walk| walk.list(list)) } else { walk.list(list) }
        };
        for (condition, body) in arms {
            let holds = self.holds(condition);
            follow(self, condition, doubted);
            match holds {
                Some(true) => return follow(self, body, doubted),
                Some(false) => {}
                None => {
                    follow(self, body, true);
                    doubted = true;
                }
            }
        }
        if let Some(list) = otherwise {
            follow(self, list, doubted);
        }
    }
    pub(crate) fn case(&mut self, word: &Written, arms: &[(Vec<Written>, List)]) {
        let word = self.joined(word).text();
        let mut doubted = word.is_none();
        for (patterns, body) in arms {
            let patterns: Vec<Option<String>> = patterns.iter().map(|pattern| self.joined(pattern).text()).collect();
            let matches = patterns.iter().map(|pattern| match (pattern.as_deref(), word.as_deref()) {
                (Some("*"), _) => Some(true),
                (Some(pattern), Some(word)) if !pattern.contains(['*', '?', '[']) => Some(pattern == word),
                _ => None,
            });
            let matches: Vec<Option<bool>> = matches.collect();
            if matches.contains(&Some(true)) {
                return if doubted { self.maybe(|walk| walk.list(body)) } else { self.list(body) };
            }
            if matches.contains(&None) {
                self.maybe(|walk| walk.list(body));
                doubted = true;
            }
        }
    }
}

/// Whether a list may leave the loop that it is in.
pub(crate) fn leaves(list: &List) -> bool {
    let command = |command: &Command| match &command.kind {
        Kind::Simple(_, words) => words.first().is_some_and(|word| {
            let [(Part::Text(name), _)] = word.parts.as_slice() else { return false };
            ["break", "continue", "exit", "return"].contains(&name.as_str())
        }),
        Kind::Group(list) | Kind::Subshell(list) => leaves(list),
        Kind::If(arms, otherwise) => {
            arms.iter().any(|(condition, body)| leaves(condition) || leaves(body)) || otherwise.as_ref().is_some_and(leaves)
        }
        Kind::Not(pipeline) => leaves(&vec![AndOr { first: pipeline.clone(), rest: vec![] }]),
        Kind::Case(_, arms) => arms.iter().any(|(_, body)| leaves(body)),
        Kind::Loop(..) | Kind::Function(..) => false,
    };
    list.iter().any(|item| std::iter::once(&item.first).chain(item.rest.iter().map(|(_, pipeline)| pipeline)).flatten().any(command))
}
