//! Placeholders: texts that stand for a value which the user has yet to write.

use base::Region;
use regex_lite::Regex;
use std::{ops::Range, sync::LazyLock};

/// What a placeholder stands for, as far as its place tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// An account's twelve digits.
    Account,
    /// A region.
    Region,
    /// The id of a KMS key, within its ARN.
    KeyId,
    /// Anything else: its own words tell.
    Other,
}

/// A placeholder, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub bytes: Range<usize>,
    pub meaning: Meaning,
}

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
    };
}

pattern!(ANGLE, r#"<[^<>\n"'{}|&;$=/!?][^<>\n"'{}|&;$=]{0,100}>"#);
pattern!(MUSTACHE, r"\{\{\s*[A-Za-z_][A-Za-z0-9_ .-]{0,60}\}\}");
pattern!(YOURS, r"\b(?:YOUR[_-][A-Za-z0-9_-]{1,60}|REPLACE[_-]?(?:ME|THIS|WITH)[A-Za-z0-9_-]{0,60}|CHANGE[_-]?ME)\b");
pattern!(ARN, r#"arn:aws[a-z-]*:([a-z0-9-]+):([A-Za-z0-9_-]*):([^:\s"'\[\]{},*$<>/]+):(?:key/([A-Za-z][A-Za-z0-9_-]*))?"#);
pattern!(KEY, r#"arn:aws[a-z-]*:kms:[^:\s"']*:[^:\s"']*:key/([A-Za-z][A-Za-z0-9_-]*)"#);
pattern!(VARIABLE, r"arn:aws[a-z-]*:[a-z0-9-]+:[A-Za-z0-9_-]*:(\$\{[A-Za-z0-9_]{1,60}\}|\$[A-Z_][A-Z0-9_]{1,60}):");

/// What tells that something in angle brackets is meant to be filled in, in the languages that people write about AWS in.
const WORDS: [&str; 20] = [
    "account",
    "arn",
    "role",
    "bucket",
    "key",
    "name",
    "region",
    "your",
    "replace",
    "xxx",
    "id",
    "user",
    "アカウント",
    "ロール",
    "バケット",
    "キー",
    "名",
    "リージョン",
    "ユーザ",
    "リポジトリ",
];

/// Owners in ARNs that are no accounts.
const OWNERS: [&str; 3] = ["aws", "cloudfront", "aws-marketplace"];

/// The placeholders of a text, in their order. `fills_in`: the text is one in which `${NAME}` is no function of a template's.
pub(super) fn find(text: &str, fills_in: bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut add = |bytes: Range<usize>, meaning| found.push(Found { bytes, meaning });
    for whole in captures(&ARN, text) {
        let group = |n: usize| whole.get(n).map(|group| (group.range(), group.as_str()));
        let (Some((_, service)), Some((region_at, region)), Some((account_at, account))) = (group(1), group(2), group(3)) else { continue };
        if service == "apigateway" {
            continue;
        }
        let is_id = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        if !is_id && !OWNERS.contains(&account) {
            add(account_at, Meaning::Account);
        }
        if !region.is_empty() && !Region::exists(region) && region.bytes().any(|b| b.is_ascii_uppercase()) {
            add(region_at, Meaning::Region);
        }
    }
    for key in captures(&KEY, text).iter().filter_map(|whole| whole.get(1)) {
        if !is_key_id(key.as_str()) {
            add(key.range(), Meaning::KeyId);
        }
    }
    for at in matches(&ANGLE, text) {
        let inner = text[at.start + 1..at.end - 1].to_lowercase();
        let whole = is_whole(text, &at);
        if (whole || in_arn(text, at.start) || text[at.end..].starts_with(['/', ':']))
            && (whole && !inner.contains(' ') || WORDS.iter().any(|word| inner.contains(word)))
        {
            let meaning = angle_meaning(text, &at, &inner);
            add(at, meaning);
        }
    }
    for at in matches(&MUSTACHE, text).into_iter().filter(|at| is_whole(text, at) || in_arn(text, at.start)) {
        let meaning = if in_account(text, at.start) { Meaning::Account } else { Meaning::Other };
        add(at, meaning);
    }
    for at in matches(&YOURS, text).into_iter().filter(|at| is_whole(text, at) || in_arn(text, at.start)) {
        let meaning = if in_account(text, at.start) || text[at.clone()].to_lowercase().contains("account") {
            Meaning::Account
        } else {
            Meaning::Other
        };
        add(at, meaning);
    }
    if fills_in {
        for at in captures(&VARIABLE, text).iter().filter_map(|whole| whole.get(1)) {
            add(at.range(), Meaning::Account);
        }
    }
    // The same account's name as a principal of its own.
    let names: Vec<String> = found.iter().filter(|f| f.meaning == Meaning::Account).map(|f| text[f.bytes.clone()].to_owned()).collect();
    for name in names.iter().filter(|name| name.len() > 3) {
        for (start, _) in text.match_indices(name.as_str()) {
            let bytes = start..start + name.len();
            if is_whole(text, &bytes) && !text[..start].trim_end().ends_with("Name:") {
                found.push(Found { bytes, meaning: Meaning::Account });
            }
        }
    }
    found.sort_by_key(|f| (f.bytes.start, f.meaning));
    let mut kept: Vec<Found> = Vec::new();
    for f in found {
        if kept.last().is_none_or(|last| last.bytes.end <= f.bytes.start) {
            kept.push(f);
        }
    }
    kept
}

fn angle_meaning(text: &str, at: &Range<usize>, inner: &str) -> Meaning {
    let names_account = inner.contains("account") || inner.contains("アカウント");
    let of_something = ["arn", "role", "ロール", "bucket", "バケット"].iter().any(|word| inner.contains(word));
    if in_account(text, at.start) || (names_account && !of_something) {
        Meaning::Account
    } else if inner.contains("region") || inner.contains("リージョン") {
        Meaning::Region
    } else {
        Meaning::Other
    }
}

fn captures<'t>(pattern: &LazyLock<Option<Regex>>, text: &'t str) -> Vec<regex_lite::Captures<'t>> {
    LazyLock::force(pattern).iter().flat_map(|pattern| pattern.captures_iter(text)).collect()
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<Range<usize>> {
    LazyLock::force(pattern).iter().flat_map(|pattern| pattern.find_iter(text)).map(|found| found.range()).collect()
}

/// A UUID, or a multi-region key's id.
fn is_key_id(id: &str) -> bool {
    let hex = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    id.strip_prefix("mrk-").is_some_and(hex) || (id.len() == 36 && hex(&id.replace('-', "")))
}

/// Whether it is a value from its beginning to its end.
fn is_whole(text: &str, at: &Range<usize>) -> bool {
    let line = text[..at.start].rsplit('\n').next().unwrap_or_default();
    let rest = text[at.end..].split('\n').next().unwrap_or_default().trim_end();
    let before =
        line.ends_with(['"', '\'']) || line.trim_end().ends_with([':', '-', '[', ',']) && line.ends_with(' ') || line.ends_with('[');
    before && (rest.is_empty() || rest.starts_with(['"', '\'', ',', ']', '}', '#']) || rest.starts_with(" #"))
}

/// What stands before it in the same value, if that is an ARN.
fn in_arn(text: &str, start: usize) -> bool {
    value_before(text, start).contains("arn:aws")
}

/// Whether it is where an ARN has its account.
fn in_account(text: &str, start: usize) -> bool {
    let before = value_before(text, start);
    before.rfind("arn:aws").is_some_and(|arn| before[arn..].matches(':').count() == 4 && before.ends_with(':'))
}

fn value_before(text: &str, start: usize) -> &str {
    text[..start].rsplit(['\n', '"', '\'', ' ', ',', '[']).next().unwrap_or_default()
}

/// The words of a placeholder without what surrounds it, as a name: `staging-account`.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').chars().take(48).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Meaning)> {
        find(text, false).into_iter().map(|f| (&text[f.bytes], f.meaning)).collect()
    }

    #[test]
    fn accounts_are_found_where_arns_have_them() {
        assert_eq!(found("AWS: arn:aws:iam::STAGING_ACCOUNT:role/deploy"), [("STAGING_ACCOUNT", Meaning::Account)]);
        assert_eq!(found("AWS: 'arn:aws:iam::<アカウントBのアカウントID>:root'"), [("<アカウントBのアカウントID>", Meaning::Account)]);
        assert_eq!(found("  - arn:aws:iam::DEV:root\n  - DEV\n"), [("DEV", Meaning::Account)]);
        assert_eq!(found("\"arn:aws:iam::{{ account }}:root\""), [("{{ account }}", Meaning::Account)]);
    }

    #[test]
    fn whole_values_and_keys_are_found() {
        assert_eq!(found("\"<CodePipelineのRoleArn>\","), [("<CodePipelineのRoleArn>", Meaning::Other)]);
        assert_eq!(found("\"<アーティファクト用S3のArn>/*\""), [("<アーティファクト用S3のArn>", Meaning::Other)]);
        assert_eq!(
            found("R: arn:aws:kms:eu-west-1:DEV_ACCOUNT_ID:key/pipeline-key-id"),
            [("DEV_ACCOUNT_ID", Meaning::Account), ("pipeline-key-id", Meaning::KeyId)]
        );
    }

    #[test]
    fn what_is_no_placeholder_is_left_alone() {
        for text in [
            "arn:aws:iam::123456789012:role/x",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:states:::lambda:invoke",
            "!Sub arn:aws:iam::${AWS::AccountId}:root",
            "Resource: arn:aws:s3:::bucket/*",
            "  - echo '<html><body>'",
            "{{resolve:ssm:/x}}",
            "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "- if [ $x <5 ]; then cat <file> ; fi",
            "Name: ACCOUNT_ID",
            "ActionMode: CHANGE_SET_REPLACE",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
