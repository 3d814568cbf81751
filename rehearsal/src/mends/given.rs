//! What stacks are given: names of parameters and outputs that are not there.

use super::{Mended, advice};
use crate::{Place, Stack, driver::Driver};
use gate::Error;

impl Driver<'_> {
    /// An output that no stack gives. The value of the one that was meant, if there is one.
    pub(crate) fn missing_output(&mut self, stack: &Stack, parameter: &str, from: &(String, String, String)) -> Option<String> {
        let (account, name, output) = from;
        let given = self.outputs.iter().filter(|((of, by, _), _)| of == account && by == name);
        let given: Vec<(String, String)> = given.map(|((_, _, output), value)| (output.clone(), value.clone())).collect();
        let sentence = template::did_you_mean(output, given.iter().map(|(output, _)| output.as_str()));
        let meant = sentence.as_ref().and_then(|sentence| sentence.split('\'').nth(1)).map(str::to_owned);
        let mut title =
            format!("the parameter {parameter} is to be the output {output} of the stack {account}/{name}, which does not give it");
        title.extend(sentence.map(|sentence| format!(": {sentence}")));
        let subject = vec![stack.account.clone(), stack.name.clone()];
        let place = self.in_delivery(output, Some(parameter));
        self.undeployable(format!("undeployable/output/{account}/{name}/{output}"), subject, title, place);
        given.into_iter().find(|(output, _)| Some(output) == meant.as_ref()).map(|(_, value)| value)
    }

    /// Gives parameters that a template does not have under the names that were meant. False: there are none.
    pub(super) fn rename_parameters(&mut self, stack: &Stack, error: &Error) -> bool {
        let names = error.message.split_once("Parameters: [").and_then(|(_, rest)| rest.split_once("] do not exist in the template"));
        let Some((names, _)) = names else { return false };
        let Some(text) = self.estate.text(&stack.template) else { return false };
        let Ok(parsed) = template::Template::parse(text, &stack.template) else { return false };
        let free: Vec<String> =
            parsed.parameters().iter().map(|one| one.name.clone()).filter(|name| !stack.parameters.contains_key(name)).collect();
        let mut renamed = false;
        for name in names.split(", ") {
            let sentence = template::did_you_mean(name, free.iter().map(String::as_str));
            let Some(meant) = sentence.as_ref().and_then(|sentence| sentence.split('\'').nth(1)).map(str::to_owned) else { continue };
            let key = ((stack.account.clone(), stack.name.clone()), name.to_owned());
            if self.mends.renamed.contains_key(&key) {
                continue;
            }
            let title = format!("the template {} has no parameter {name}: did you mean {meant}?", stack.template);
            let place =
                self.in_delivery(name, None).unwrap_or_else(|| Place { file: stack.template.clone(), line: 1, column: 1, length: 0 });
            let mut told = Mended::at(format!("parameter/{name}"), &[], title, place);
            told.repairs.push(advice(format!("Write {meant} instead of {name}")));
            self.tell(told.finding(&[stack.account.clone(), stack.name.clone()]));
            self.mends.renamed.insert(key, meant);
            renamed = true;
        }
        renamed
    }

    /// Where a delivery's file names something, in a line with another word.
    fn in_delivery(&self, word: &str, beside: Option<&str>) -> Option<Place> {
        let file = self.estate.files.iter().find(|file| file.path.rsplit('/').next() == Some("sekisho.yaml"))?;
        let whole = |line: &str, at: usize| {
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            !letter(line[..at].chars().next_back()) && !letter(line[at + word.len()..].chars().next())
        };
        let found = |line: &str| line.match_indices(word).map(|(at, _)| at).filter(|at| whole(line, *at)).last();
        let lines = || file.text.lines().enumerate().filter_map(|(n, line)| Some((n, line, found(line)?)));
        let (n, line, at) = lines().find(|(_, line, _)| beside.is_none_or(|other| line.contains(other))).or_else(|| lines().next())?;
        Some(Place {
            file: file.path.clone(),
            line: u32::try_from(n).ok()? + 1,
            column: u32::try_from(line[..at].chars().count()).ok()? + 1,
            length: u32::try_from(word.chars().count()).ok()?,
        })
    }
}
