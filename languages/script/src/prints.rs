//! What programs leave: what they print, and the files that they write.

use crate::model::{Code, Language, Piece, Word};
use crate::walk::Walk;

/// Programs that are read, at most.
const MAX_PROGRAMS: usize = 64;

impl Walk<'_> {
    /// Programs that may call anything, in ways that are not read.
    pub(crate) fn interpreter(&mut self, program: &str, arguments: &[Word], at: (u32, u32)) {
        let name = program.rsplit('/').next().unwrap_or(program);
        let first = arguments.iter().filter_map(Word::text).find(|text| !text.starts_with('-')).unwrap_or_default();
        let windows = ["cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"].contains(&name);
        let language = name.starts_with("python") || ["deno", "node", "perl", "php", "ruby", "ts-node", "tsx"].contains(&name) || windows;
        let option = arguments.first().is_some_and(|word| word.beginning().starts_with('-'));
        let runs = !option || ["-c", "-e", "-", "-m"].contains(&arguments.first().map_or("", Word::beginning));
        if language && runs && !arguments.is_empty() && first != "pip" && first != "venv" {
            if !option && self.program_of(&first) {
                return;
            }
            self.unread(at, &format!("what {name} runs is not read"));
        }
        let deploys = matches!(
            (name, first.as_str()),
            ("cdk", "deploy" | "bootstrap" | "destroy")
                | ("sam", "deploy" | "package" | "sync" | "build")
                | ("terraform" | "tofu" | "terragrunt", "init" | "plan" | "apply" | "destroy")
                | ("serverless" | "sls", "deploy" | "remove")
                | ("pulumi", "up")
                | ("npx", "cdk" | "serverless" | "sls" | "sst")
                | ("helm" | "kubectl" | "eksctl", _)
                | ("copilot" | "eb" | "amplify" | "chalice", _)
        );
        if deploys {
            let known = match first.as_str() {
                "deploy" if name == "cdk" => ": it assumes the roles cdk-hnb659fds-… of the bootstrap stack",
                "cdk" => ": `cdk deploy` assumes the roles cdk-hnb659fds-… of the bootstrap stack",
                _ => "",
            };
            self.unread(at, &format!("{name} {first} makes calls that are not read{known}"));
        }
    }
    /// Takes a program of the source to be read. False: it is not at hand, or in another language.
    pub(crate) fn program_of(&mut self, file: &str) -> bool {
        let language = match file.rsplit('.').next() {
            Some("py") => Language::Python,
            Some("cjs" | "js" | "mjs" | "mts" | "ts") => Language::JavaScript,
            _ => return false,
        };
        let Some(path) = self.path(&Word::known(file)) else { return false };
        let Some(text) = self.content(&path) else { return false };
        if self.reading.code.len() < MAX_PROGRAMS {
            let environment = self.variables.clone();
            self.reading.code.push(Code { language, text, file: Some(path), line: 1, environment });
        }
        true
    }
    /// What a program prints, where it is known.
    pub(crate) fn printed(&self, program: &str, arguments: &[Word]) -> Option<Word> {
        let texts: Vec<String> = arguments.iter().map(Word::shown).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        match (program, texts.as_slice()) {
            ("echo", _) => {
                let mut whole = Word::default();
                for (index, word) in arguments.iter().skip_while(|word| ["-n", "-e"].contains(&word.beginning())).enumerate() {
                    if index > 0 {
                        whole.push(Piece::Known(" ".into()));
                    }
                    word.0.iter().for_each(|piece| whole.push(piece.clone()));
                }
                Some(whole)
            }
            ("printf", _) => printf(arguments),
            ("cat", [_]) => self.content(&self.path(arguments.first()?)?).map(|text| Word::known(text.trim_end_matches('\n'))),
            ("aws", ["sts", "get-caller-identity", rest @ ..]) if rest.contains(&"Account") && rest.contains(&"text") => {
                let own = !self.variables.contains_key("AWS_ACCESS_KEY_ID")
                    && !self.variables.contains_key("AWS_PROFILE")
                    && !rest.contains(&"--profile");
                self.source.account.as_deref().filter(|_| own).map(Word::known)
            }
            ("aws", ["configure", "get", "region"]) => self.source.region.as_deref().map(Word::known),
            _ => None,
        }
    }
    /// Files that programs write without a redirection.
    pub(crate) fn write_files(&mut self, program: &str, arguments: &[Word]) {
        let plain: Vec<Word> = arguments.iter().filter(|word| !word.beginning().starts_with('-')).cloned().collect();
        match (program, plain.as_slice()) {
            ("cp" | "mv", [from, to]) if self.copy_folder(from, to) => {}
            ("cp" | "mv", [from, to]) => {
                let content = self.path(from).and_then(|path| self.content(&path)).map(|text| Word::known(&text));
                let name = from.shown().rsplit('/').next().unwrap_or_default().to_owned();
                let folder = to.text().is_some_and(|text| text.ends_with('/') || text == ".");
                let to = if folder { Word::known(&format!("{}/{name}", to.shown().trim_end_matches('/'))) } else { to.clone() };
                if to.text() != Some(format!("./{name}")) || !folder || from.text() != Some(name) {
                    self.produce(&to, content, false);
                }
            }
            ("tee", files) => files.iter().for_each(|file| self.produce(file, None, false)),
            ("touch", files) => files.iter().for_each(|file| {
                if self.path(file).is_some_and(|path| self.content(&path).is_none()) {
                    self.produce(file, Some(Word::default()), false)
                }
            }),
            ("sed", files) if arguments.iter().any(|word| word.beginning().starts_with("-i")) => {
                files.iter().skip(1).for_each(|file| self.produce(file, None, false));
            }
            _ => {}
        }
    }
}

/// `printf` of texts: `%s` and the common escapes; None where there is more to it.
fn printf(arguments: &[Word]) -> Option<Word> {
    let (format, rest) = arguments.split_first()?;
    let mut rest = rest.iter();
    let mut whole = Word::default();
    for piece in &format.0 {
        let Piece::Known(text) = piece else {
            whole.push(piece.clone());
            continue;
        };
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '%' => match chars.next()? {
                    's' => rest.next()?.0.iter().for_each(|piece| whole.push(piece.clone())),
                    '%' => whole.push(Piece::Known("%".into())),
                    _ => return None,
                },
                '\\' => match chars.next()? {
                    'n' => whole.push(Piece::Known("\n".into())),
                    't' => whole.push(Piece::Known("\t".into())),
                    c @ ('\\' | '"' | '\'') => whole.push(Piece::Known(c.into())),
                    _ => return None,
                },
                c => whole.push(Piece::Known(c.into())),
            }
        }
    }
    rest.next().is_none().then_some(whole)
}
