//! Files that run files: scripts, Makefiles and the scripts of packages.

use crate::model::Word;
use crate::walk::Walk;

impl Walk<'_> {
    pub(crate) fn sourced(&mut self, arguments: &[Word], at: (u32, u32)) {
        let Some(word) = arguments.first() else { return };
        let text = self.path(word).and_then(|path| Some((self.content(&path)?, path)));
        match text {
            Some((text, path)) => self.file(&path, &text, None, at),
            None => self.unread(at, &format!("the file {} is not at hand", word.shown())),
        }
    }
    pub(crate) fn shell(&mut self, arguments: &[Word], at: (u32, u32), stdin: Option<&Word>) {
        let mut rest = arguments;
        let mut command = false;
        while let Some((first, others)) = rest.split_first().filter(|(first, _)| first.beginning().starts_with('-')) {
            command |= !first.beginning().starts_with("--") && first.beginning().ends_with('c');
            rest = others;
        }
        let (variables, directory) = (self.variables.clone(), self.directory.clone());
        match rest.first() {
            Some(word) if command => match word.text() {
                Some(text) => self.text(&text, at.0),
                None => self.unread(at, "the command that a shell is given is not known"),
            },
            Some(word) => {
                if !self.path(word).is_some_and(|path| self.script(&path, rest, at)) {
                    self.unread(at, &format!("the script {} is not at hand", word.shown()));
                }
            }
            None => match stdin.and_then(Word::text) {
                Some(text) => self.text(&text, at.0),
                None => self.unread(at, "what a shell reads from its input is not known"),
            },
        }
        (self.variables, self.directory) = (variables, directory);
    }
    /// Runs a file of the source as a program, if it is there.
    pub(crate) fn script(&mut self, path: &str, words: &[Word], at: (u32, u32)) -> bool {
        let Some(text) = self.content(path) else { return false };
        let head = text.lines().next().unwrap_or_default();
        if self.program_of(path) {
            return true;
        }
        if head.starts_with("#!") && !head.contains("sh") {
            self.unread(at, &format!("{path} is not a shell script"));
            return true;
        }
        let (variables, directory) = (self.variables.clone(), self.directory.clone());
        self.file(path, &text, Some(words.get(1..).unwrap_or_default()), at);
        (self.variables, self.directory) = (variables, directory);
        true
    }
    fn file(&mut self, path: &str, text: &str, arguments: Option<&[Word]>, at: (u32, u32)) {
        if self.running.iter().any(|running| running == path) {
            return self.unread(at, &format!("{path} runs itself"));
        }
        self.running.push(path.into());
        let file = self.file.replace(path.into());
        let positional = arguments.map(|arguments| std::mem::replace(&mut self.positional, arguments.to_vec()));
        self.text(text, 1);
        self.file = file;
        if let Some(positional) = positional {
            self.positional = positional;
        }
        self.running.pop();
    }
    pub(crate) fn package(&mut self, arguments: &[Word], at: (u32, u32)) {
        let words: Vec<String> = arguments.iter().filter_map(Word::text).filter(|text| !text.starts_with('-')).collect();
        let name = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["run" | "run-script", name, ..] => (*name).to_owned(),
            ["test" | "start", ..] => words.first().cloned().unwrap_or_default(),
            _ => return,
        };
        let path = self.path(&Word::known("package.json"));
        let text = path.as_deref().and_then(|path| self.content(path));
        let Some((path, text)) = path.zip(text) else { return self.unread(at, "package.json is not at hand") };
        let script = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|json| Some(json.get("scripts")?.get(&name)?.as_str()?.to_owned()));
        match script {
            Some(script) => {
                let line = text.lines().position(|line| line.contains(&format!("\"{name}\""))).unwrap_or(0);
                let file = self.file.replace(path);
                let directory = self.directory.clone();
                self.text(&script, u32::try_from(line + 1).unwrap_or(1));
                (self.file, self.directory) = (file, directory);
            }
            None => self.unread(at, &format!("package.json has no script {name}")),
        }
    }
    pub(crate) fn make(&mut self, arguments: &[Word], at: (u32, u32)) {
        let Some((path, text)) = ["Makefile", "makefile", "GNUmakefile"].iter().find_map(|name| {
            let path = self.path(&Word::known(name))?;
            Some((path.clone(), self.content(&path)?))
        }) else {
            return self.unread(at, "the Makefile is not at hand");
        };
        let words: Vec<String> = arguments.iter().filter_map(Word::text).collect();
        let mut targets: Vec<String> = words.iter().filter(|word| !word.starts_with('-') && !word.contains('=')).cloned().collect();
        let rules = rules(&text);
        if targets.is_empty() {
            targets.extend(rules.iter().find(|(target, ..)| !target.starts_with('.')).map(|(target, ..)| target.clone()));
        }
        let mut done = vec![];
        while let Some(target) = targets.pop() {
            let Some((_, needs, recipe)) = rules.iter().find(|(name, ..)| *name == target) else { continue };
            let missing: Vec<String> = needs
                .iter()
                .filter(|need| !done.contains(*need) && **need != target && rules.iter().any(|(name, ..)| name == *need))
                .cloned()
                .collect();
            if !missing.is_empty() && !done.contains(&format!("{target}:")) {
                done.push(format!("{target}:"));
                targets.push(target);
                targets.extend(missing.into_iter().rev());
                continue;
            }
            done.push(target);
            let file = self.file.replace(path.clone());
            for (line, command) in recipe {
                let (variables, directory) = (self.variables.clone(), self.directory.clone());
                self.text(&recipe_text(command), *line);
                (self.variables, self.directory) = (variables, directory);
            }
            self.file = file;
        }
    }
}

type Rule = (String, Vec<String>, Vec<(u32, String)>);

/// The rules of a Makefile: target, prerequisites, and recipe lines with their numbers.
fn rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = vec![];
    let mut open = 0;
    for (number, line) in (1_u32..).zip(text.lines()) {
        if let Some(recipe) = line.strip_prefix('\t') {
            let recipe = recipe.trim_start_matches(['@', '-', '+']);
            let from = rules.len().saturating_sub(open);
            for rule in rules.iter_mut().skip(from) {
                match rule.2.last_mut() {
                    Some((_, before)) if before.ends_with('\\') => {
                        before.push('\n');
                        before.push_str(recipe);
                    }
                    _ => rule.2.push((number, recipe.into())),
                }
            }
        } else if let Some((targets, needs)) =
            line.split_once(':').filter(|(targets, needs)| !needs.starts_with('=') && !targets.contains(['=', '#']))
        {
            let needs: Vec<String> = needs.split_whitespace().map(Into::into).collect();
            let before = rules.len();
            rules.extend(targets.split_whitespace().take(64).map(|target| (target.to_owned(), needs.clone(), vec![])));
            open = rules.len() - before;
        }
    }
    rules
}

/// A recipe's line as the shell gets it: make's own variables look like parameters.
fn recipe_text(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        text.push('$');
        rest = after.strip_prefix('$').unwrap_or(after);
        let make = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        if let Some((name, behind)) = make.filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
            text.push_str(&format!("{{{name}}}"));
            rest = behind;
        }
    }
    text + rest
}
