//! Images of ECR: what docker and its kin call. <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html>

use super::{Maker, Options};
use crate::model::Word;

const PULL: [&str; 3] = ["BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability"];
const PUSH: [&str; 6] =
    ["BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage", "BatchGetImage"];
/// Options of `docker build` that take a value.
const VALUED: [&str; 17] = [
    "-f",
    "--file",
    "-t",
    "--tag",
    "--build-arg",
    "--platform",
    "--target",
    "--cache-from",
    "--cache-to",
    "--secret",
    "--ssh",
    "--label",
    "--network",
    "--builder",
    "--progress",
    "-o",
    "--output",
];

impl Maker<'_> {
    fn words(&self) -> Vec<Word> {
        self.invocation.words.get(1..).unwrap_or_default().to_vec()
    }
    pub(crate) fn docker(&mut self) {
        let words = self.words();
        let texts: Vec<String> = words.iter().map(Word::shown).collect();
        let plain: Vec<&Word> = words.iter().filter(|word| !word.beginning().starts_with('-')).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let last = plain.last().map(|word| (*word).clone()).unwrap_or_default();
        match texts.iter().copied().filter(|text| !text.starts_with('-')).collect::<Vec<_>>().as_slice() {
            ["push", ..] | ["image" | "manifest", "push", ..] => self.images(&last, &PUSH),
            ["pull", ..] | ["image", "pull", ..] => self.images(&last, &PULL),
            ["run" | "create", rest @ ..] => {
                if let Some(image) = plain.iter().find(|word| rest.contains(&word.shown().as_str()) && registry(word).is_some()) {
                    self.images(image, &PULL);
                }
            }
            ["build" | "bake", ..] | ["buildx", "build", ..] | ["image", "build", ..] => self.build(&words, &texts),
            ["compose", ..] => self.unread("the images of `docker compose` are not read".into()),
            _ => {}
        }
    }
    fn build(&mut self, words: &[Word], texts: &[&str]) {
        let push = texts.contains(&"--push") || texts.iter().any(|text| text.contains("type=registry") || text.contains("push=true"));
        let value = |index: usize| {
            words.get(index).and_then(|word| match word.beginning().split_once('=') {
                Some(_) => word.split('=', 2).into_iter().nth(1),
                None => words.get(index + 1).cloned(),
            })
        };
        let option = |names: [&str; 2]| -> Vec<Word> {
            (0..words.len())
                .filter(|index| {
                    texts.get(*index).is_some_and(|text| names.iter().any(|name| text == name || text.starts_with(&format!("{name}="))))
                })
                .filter_map(value)
                .collect()
        };
        for image in option(["--cache-from", "--cache-from"]) {
            let image = image.split('=', 8).pop().unwrap_or_default();
            self.images(&image, &PULL);
        }
        self.dockerfile(option(["-f", "--file"]).pop(), words, texts);
        if push {
            option(["-t", "--tag"]).iter().for_each(|image| self.images(image, &PUSH));
        }
    }
    /// The images that a Dockerfile of the source begins with.
    fn dockerfile(&mut self, file: Option<Word>, words: &[Word], texts: &[&str]) {
        let folder = words
            .iter()
            .enumerate()
            .skip(1)
            .rfind(|(index, word)| {
                let after = index.checked_sub(1).and_then(|before| texts.get(before)).is_some_and(|text| VALUED.contains(text));
                !word.beginning().starts_with('-') && !after
            })
            .and_then(|(_, word)| word.text());
        let path = match (file, folder) {
            (Some(file), _) => file.text(),
            (None, Some(folder)) => Some(format!("{folder}/Dockerfile")),
            _ => None,
        };
        let path = path.zip(self.invocation.directory.as_deref()).and_then(|(path, directory)| crate::produced::normal(directory, &path));
        let Some(text) = path.and_then(|path| (self.files)(&path)) else { return };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if words.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM"))
                && let Some(image) = words.find(|word| !word.starts_with("--"))
                && !image.contains('$')
            {
                self.images(&Word::known(image), &PULL);
            }
        }
    }
    pub(crate) fn crane(&mut self) {
        let words = self.words();
        let names: Vec<&Word> = words.iter().filter(|word| !word.beginning().starts_with('-')).collect();
        match names.as_slice() {
            [command, from, to] if matches!(command.shown().as_str(), "copy" | "cp") => {
                self.images(from, &PULL);
                self.images(to, &PUSH);
            }
            [command, .., image] if command.shown() == "push" => self.images(image, &PUSH),
            [command, image, ..] if matches!(command.shown().as_str(), "pull" | "digest" | "manifest" | "config") => {
                self.images(image, &PULL)
            }
            _ => {}
        }
    }
    pub(crate) fn skopeo(&mut self) {
        let words = self.words();
        let images: Vec<Word> = words.iter().filter_map(|word| word.after("docker://")).collect();
        let from = words.iter().filter(|word| word.beginning().contains(':')).collect::<Vec<_>>();
        if words.first().is_some_and(|word| word.shown() == "copy") {
            if let [from, to] = from.as_slice() {
                from.after("docker://").iter().for_each(|image| self.images(image, &PULL));
                to.after("docker://").iter().for_each(|image| self.images(image, &PUSH));
            }
        } else {
            images.iter().for_each(|image| self.images(image, &PULL));
        }
    }
    pub(crate) fn kaniko(&mut self) {
        let words = self.words();
        for (index, word) in words.iter().enumerate() {
            let image = word
                .after("--destination=")
                .or_else(|| ["-d", "--destination"].contains(&word.shown().as_str()).then(|| words.get(index + 1).cloned())?);
            if let Some(image) = image {
                self.call("ecr", "GetAuthorizationToken", &[], &Options::default());
                self.images(&image, &PUSH);
            }
        }
    }
    fn images(&mut self, image: &Word, operations: &[&str]) {
        match registry(image) {
            Some((account, region, repository)) => {
                let options = Options { region: Some(region), account: Some(account.clone()), profile: None };
                let members = [("registryId", account), ("repositoryName", repository)];
                operations.iter().for_each(|operation| self.call("ecr", operation, &members, &options));
            }
            // A name that is not known to its registry may be one of ECR's.
            None if image.0.iter().any(|piece| matches!(piece, crate::Piece::Unknown(..))) && !image.beginning().contains('/') => {
                self.unread(format!("the registry of the image {} is not known", image.shown()));
            }
            None => {}
        }
    }
}

/// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG`
fn registry(image: &Word) -> Option<(Word, Word, Word)> {
    let mut parts = image.split('/', 2).into_iter();
    let (host, rest) = (parts.next()?, parts.next()?);
    let labels = host.split('.', 64);
    let is = |index: usize, text: &str| labels.get(index).and_then(Word::text).is_some_and(|label| label == text);
    if !is(1, "dkr") || !is(2, "ecr") || !is(4, "amazonaws") {
        return None;
    }
    let repository = rest.split('@', 2).into_iter().next()?.split(':', 2).into_iter().next()?;
    Some((labels.first()?.clone(), labels.get(3)?.clone(), repository))
}
