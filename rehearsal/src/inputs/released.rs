//! Templates among the inputs that a pipeline deploys: those are not deployed by hand beforehand.

use super::notes::Notes;
use crate::{Estate, Place, Stack, Value, wanted::ends_with};

/// The setting of a CloudFormation action that names its template.
const SETTING: &str = "TemplatePath";
/// A resource that deploys.
const PIPELINE: &str = "AWS::CodePipeline::Pipeline";

/// The paths within artifacts that a text names as templates to deploy, each with its line and column.
fn named(text: &str) -> Vec<(String, u32, u32)> {
    let mut all = Vec::new();
    for (line, content) in text.lines().enumerate() {
        for (at, _) in content.match_indices(SETTING) {
            let rest = &content[at + SETTING.len()..];
            let Some((before, path)) = rest.split_once("::") else { continue };
            // `TemplatePath: Built::a.yaml`, `"TemplatePath": "Built::a.json"`, with a tag or without.
            if !before.trim_start_matches(['"', '\'', ' ']).starts_with(':') {
                continue;
            }
            let path: String = path.chars().take_while(|c| !c.is_whitespace() && !"\"',}#".contains(*c)).collect();
            let column = content[..at].chars().count();
            // What is put together at deployment is not known here.
            if let (false, Ok(line), Ok(column)) = (path.is_empty() || path.contains('$'), u32::try_from(line), u32::try_from(column)) {
                all.push((path, line + 1, column + 1));
            }
        }
    }
    all
}

/// Leaves the stacks to the pipelines that deploy their templates. What another stack waits for is deployed all the same.
pub(super) fn leave(estate: &mut Estate, notes: &mut Notes) {
    let deploying =
        estate.files.iter().filter(|file| estate.pipelines.iter().any(|one| one.file == file.path) || file.text.contains(PIPELINE));
    let paths: Vec<(String, Place)> = deploying
        .flat_map(|file| {
            named(&file.text).into_iter().map(|(path, line, column)| {
                let length = u32::try_from(SETTING.len()).unwrap_or_default();
                (path, Place { file: file.path.clone(), line, column, length })
            })
        })
        .collect();
    let awaited = |stack: &Stack| {
        let of_it = |value: &Value| value.awaits() == Some((&stack.account, &stack.name));
        estate.stacks.iter().any(|other| other.parameters.values().any(of_it))
            || estate.pipelines.iter().any(|pipeline| pipeline.outputs.iter().any(|(_, _, value)| of_it(value)))
    };
    let mut left = Vec::new();
    for stack in &estate.stacks {
        let deploys = estate.text(&stack.template).is_some_and(|text| text.contains(PIPELINE));
        let by = paths.iter().find(|(path, _)| ends_with(&stack.template, path));
        if let Some((_, place)) = by.filter(|_| !deploys && !awaited(stack)) {
            left.push((stack.account.clone(), stack.name.clone()));
            let title = format!("{} is taken to be deployed by the pipeline alone, not by hand", stack.template);
            notes.assumed(&format!("released/{}", stack.template), title, Some(place.clone()), Vec::new());
        }
    }
    estate.stacks.retain(|stack| !left.iter().any(|(account, name)| (account, name) == (&stack.account, &stack.name)));
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn paths_are_read_in_every_style() {
        for (text, expected) in [
            ("  TemplatePath: Built::stack/a.yaml\n", vec![("stack/a.yaml", 1, 3)]),
            ("{\"TemplatePath\": \"Built::a.json\", \"x\": 1}", vec![("a.json", 1, 3)]),
            ("\n- { TemplatePath: Built::a.yaml, B: c }", vec![("a.yaml", 2, 5)]),
            ("TemplatePath: !Sub 'Built::${Name}.yaml'", vec![]),
            ("the TemplatePath of Built::a.yaml", vec![]),
            ("TemplatePath: template.yaml", vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(path, line, column)| (path.to_owned(), line, column)).collect();
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
