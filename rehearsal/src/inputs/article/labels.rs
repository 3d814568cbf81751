//! Which account an article means.

use super::blocks::Fence;
use crate::inputs::{accounts::labels, placeholders::Meaning, texts::Bindings};
use regex_lite::Regex;
use std::sync::LazyLock;

/// What an article says of accounts.
pub(super) struct Domains {
    /// The account that pipelines run in.
    home: Option<String>,
    /// All others.
    others: Vec<String>,
    /// Services that it says are in one account: `CodeDeploy` in `B`.
    services: Vec<(String, String)>,
}

static OF_ACCOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"((?:アカウント ?[A-Z0-9]{1,2}|[^\s、。]{1,12}アカウント)) ?(?:に存在する|にある|側の|内の|上の|の) ?([A-Z][A-Za-z0-9]{2,})",
    )
    .ok()
});
static IN_ACCOUNT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([A-Z][A-Za-z0-9]{2,})[a-z ]{0,20} in (?:the )?([A-Za-z]+ account|[Aa]ccount [A-Z0-9]{1,2})").ok());

static PLACED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"アカウント ?[A-Z0-9]{0,2} ?(?:に|で|側|上)|\b(?:[Ii]n|[Ii]nto)\b (?:the |your |each |an? )?[A-Za-z ]{0,20}[Aa]ccount").ok()
});

/// Whether a text says in which account something is.
fn is_in(text: &str) -> bool {
    LazyLock::force(&PLACED).as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// What a text calls its account, if it speaks of one.
fn told(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    if lower.contains("アカウント") || lower.contains("account") { labels(text) } else { Vec::new() }
}

impl Domains {
    pub(super) fn of(article: &str, bindings: &Bindings) -> Self {
        let mut services = Vec::new();
        for (pattern, account, service) in [(&OF_ACCOUNT, 1, 2), (&IN_ACCOUNT, 2, 1)] {
            for found in LazyLock::force(pattern).iter().flat_map(|pattern| pattern.captures_iter(article)) {
                if let (Some(account), Some(service)) = (found.get(account), found.get(service)) {
                    services.extend(labels(account.as_str()).into_iter().map(|label| (service.as_str().to_owned(), label)));
                }
            }
        }
        let named: Vec<String> =
            bindings.0.iter().filter(|(_, binding)| binding.meaning == Meaning::Account).flat_map(|(text, _)| labels(text)).collect();
        let of_pipeline = services.iter().find(|(service, _)| service == "CodePipeline").map(|(_, label)| label.clone());
        let usual = ["tools", "development", "source", "A"];
        let home =
            of_pipeline.or_else(|| usual.iter().find(|usual| named.iter().any(|label| label == *usual)).map(|usual| (*usual).to_owned()));
        let mut others: Vec<String> =
            named.into_iter().chain(services.iter().map(|(_, label)| label.clone())).filter(|label| Some(label) != home.as_ref()).collect();
        others.sort();
        others.dedup();
        Self { home, others, services }
    }

    /// The accounts of a block; none where there is just the one of the pipelines.
    pub(super) fn of_fence(&self, fence: &Fence) -> Vec<String> {
        let heading = |text: &String| told(text);
        // Prose speaks of other accounts too: it must say where something is made.
        let prose = |text: &String| if is_in(text) { told(text) } else { Vec::new() };
        let (inner, outer) = fence.headings.split_at(fence.headings.len().min(1));
        let around = inner.iter().map(heading).chain(fence.prose.iter().map(prose)).chain(outer.iter().map(heading));
        let said = around.into_iter().find(|labels| !labels.is_empty());
        let by_service = || {
            let heading = fence.headings.first()?;
            let found = self.services.iter().find(|(service, _)| heading.contains(service.as_str()))?;
            Some(vec![found.1.clone()])
        };
        let labels = said.or_else(by_service).unwrap_or_default();
        self.meant(labels)
    }

    /// The accounts of a resource whose logical id stands in a line.
    pub(super) fn of_resource(&self, fence: &Fence, line: u32) -> Vec<Option<String>> {
        let index = usize::try_from(line.saturating_sub(fence.first_line)).unwrap_or_default();
        let above = fence.text.get(..index).unwrap_or_default().iter().rev();
        let comments = above.take_while(|line| line.trim_start().starts_with('#'));
        let said = comments.map(|comment| told(comment)).find(|labels| !labels.is_empty());
        let labels = match said {
            Some(labels) => self.meant(labels),
            None => self.of_fence(fence),
        };
        match labels.is_empty() {
            true => vec![self.home.clone()],
            false => labels.into_iter().map(Some).collect(),
        }
    }

    /// `target` means all but the pipelines' account.
    fn meant(&self, labels: Vec<String>) -> Vec<String> {
        let targets: Vec<String> = self.others.iter().filter(|label| *label != "target").cloned().collect();
        match labels.as_slice() {
            [only] if only == "target" && !targets.is_empty() => targets,
            [] => self.home.clone().into_iter().collect(),
            _ => labels,
        }
    }
}
