//! What words become.

use crate::MAX_TEXT;
use crate::model::{Invocation, Piece, Word};
use crate::syntax::{Alternative, List, Part, Written};
use crate::walk::Walk;
use std::rc::Rc;

impl Walk<'_> {
    /// A word with its fields split.
    pub(crate) fn expand(&mut self, written: &Written) -> Vec<Word> {
        let mut fields = vec![Word::default()];
        let mut any = false;
        for (part, quoted) in &written.parts {
            if matches!(part, Part::Parameter(name, _) if name == "@" || name == "*") {
                any = true;
                let words = self.positional.clone();
                for (index, word) in words.into_iter().enumerate() {
                    if index > 0 {
                        fields.push(Word::default());
                    }
                    if let Some(last) = fields.last_mut() {
                        word.0.into_iter().for_each(|piece| last.push(piece));
                    }
                }
                continue;
            }
            let word = self.part(part);
            if *quoted || matches!(part, Part::Text(_)) {
                any = true;
                if let Some(last) = fields.last_mut() {
                    word.0.into_iter().for_each(|piece| last.push(piece));
                }
                continue;
            }
            for piece in word.0 {
                let Piece::Known(text) = &piece else {
                    any = true;
                    if let Some(last) = fields.last_mut() {
                        last.push(piece);
                    }
                    continue;
                };
                if text.starts_with(char::is_whitespace) && any {
                    fields.push(Word::default());
                }
                for (index, field) in text.split_whitespace().enumerate() {
                    any = true;
                    if index > 0 {
                        fields.push(Word::default());
                    }
                    if let Some(last) = fields.last_mut() {
                        last.push(Piece::Known(field.into()));
                    }
                }
                if text.ends_with(char::is_whitespace) && any {
                    fields.push(Word::default());
                }
            }
        }
        let empty_is_meant = written.parts.iter().any(|(_, quoted)| *quoted);
        if !empty_is_meant {
            fields.retain(|field| !field.0.is_empty());
        }
        if any { fields } else { vec![] }
    }
    /// A word that is not split.
    pub(crate) fn joined(&mut self, written: &Written) -> Word {
        self.parts(&written.parts)
    }
    fn parts(&mut self, parts: &[(Part, bool)]) -> Word {
        let mut whole = Word::default();
        for (part, _) in parts {
            self.part(part).0.into_iter().for_each(|piece| whole.push(piece));
        }
        let length: usize = whole.0.iter().map(|piece| if let Piece::Known(text) = piece { text.len() } else { 1 }).sum();
        if length > MAX_TEXT { Word::unknown("a long text") } else { whole }
    }
    fn part(&mut self, part: &Part) -> Word {
        match part {
            Part::Text(text) => Word::known(text),
            Part::Opaque(name) => Word::unknown(name),
            Part::Parameter(name, None) => self.parameter(name).unwrap_or_else(|| Word::unknown(name)),
            Part::Parameter(name, Some(alternative)) => self.alternative(name, alternative),
            Part::Substitution(list, raw) => self.substitution(list, raw),
        }
    }
    fn alternative(&mut self, name: &str, Alternative { kind, colon, word }: &Alternative) -> Word {
        let value = self.parameter(name);
        let ambient = name.starts_with("CODEBUILD_") || name.starts_with("AWS_");
        match (value, kind) {
            (Some(value), '+') if value.text().is_none() => Word::unknown(name),
            (Some(value), '+') if *colon && value.is_empty() => Word::default(),
            (Some(_), '+') => self.parts(word),
            (None, '+') => Word::default(),
            (Some(value), _) if !(*colon && value.text().is_some_and(|text| text.is_empty())) => value,
            (None, _) if ambient => Word::unknown(name),
            (_, kind) => {
                let value = self.parts(word);
                if *kind == '=' {
                    self.variables.insert(name.into(), value.clone());
                }
                value
            }
        }
    }
    fn parameter(&self, name: &str) -> Option<Word> {
        if let Ok(index) = name.parse::<usize>() {
            return self.positional.get(index.checked_sub(1)?).cloned();
        }
        if let Some(value) = self.variables.get(name) {
            return Some(value.clone());
        }
        match name {
            "AWS_REGION" | "AWS_DEFAULT_REGION" => self.source.region.as_deref().map(Word::known),
            _ => None,
        }
    }
    fn substitution(&mut self, list: &List, raw: &str) -> Word {
        if !self.enter() {
            return Word::unknown(raw);
        }
        let before = self.reading.invocations.len();
        let (variables, directory) = (self.variables.clone(), self.directory.clone());
        self.output = None;
        self.list(list);
        let output = self.output.take();
        self.variables = variables;
        self.directory = directory;
        self.leave();
        let ran = self.reading.invocations.get(before..).unwrap_or_default();
        let alone = matches!(list.as_slice(), [one] if one.rest.is_empty() && one.first.len() == 1) && ran.len() <= 1;
        let role = ran.iter().find_map(|invocation| self.role_of(invocation));
        if alone && let Some(output) = output {
            return output;
        }
        Word(vec![Piece::Unknown(raw.trim().into(), role)])
    }
    /// The role whose credentials a program prints: it assumes it, or it is given them.
    pub(crate) fn role_of(&self, invocation: &Invocation) -> Option<Rc<Word>> {
        let texts: Vec<String> = invocation.words.iter().map(Word::shown).collect();
        let is = |text: &str| texts.iter().any(|word| word == text);
        if is("sts") && (is("assume-role") || is("assume-role-with-web-identity")) {
            let role = texts.iter().position(|text| text == "--role-arn").and_then(|index| invocation.words.get(index + 1));
            let inline = invocation.words.iter().find_map(|word| word.after("--role-arn="));
            return Some(Rc::new(role.cloned().or(inline).unwrap_or_else(|| Word::unknown("a role"))));
        }
        invocation.words.iter().find_map(|word| word.role().cloned().or_else(|| self.credentials.get(&self.path(word)?).cloned()))
    }
}
