//! Identifiers: made, and checked before they are looked for.
//! Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html> and its neighbours

use crate::error::invalid;
use base::{AccountId, Entropy};
use gate::Error;

/// The forms of identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Root,
    Unit,
    Account,
    Policy,
    Request,
}

/// What may hang below something.
pub(crate) const PARENT: [Form; 2] = [Form::Root, Form::Unit];
pub(crate) const CHILD: [Form; 2] = [Form::Unit, Form::Account];
/// What policies may be attached to.
pub(crate) const TARGET: [Form; 3] = [Form::Root, Form::Unit, Form::Account];
pub(crate) const TAGGABLE: [Form; 4] = [Form::Root, Form::Unit, Form::Account, Form::Policy];

const DIGITS: &[u8; 10] = b"0123456789";
const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// `count` of these letters, none favoured: bytes beyond the last whole round are drawn again.
fn random(entropy: &dyn Entropy, alphabet: &[u8], count: usize) -> String {
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        let drawn = bytes.iter().map(|b| usize::from(*b)).filter(|b| *b < fair).map(|b| char::from(alphabet[b % alphabet.len()]));
        text.extend(drawn.take(count - text.len()));
    }
    text
}

pub(crate) fn organization(entropy: &dyn Entropy) -> String {
    format!("o-{}", random(entropy, LETTERS, 10))
}
pub(crate) fn root(entropy: &dyn Entropy) -> String {
    format!("r-{}", random(entropy, LETTERS, 4))
}
/// A unit's id holds its root's.
pub(crate) fn unit(entropy: &dyn Entropy, root: &str) -> String {
    format!("ou-{}-{}", root.trim_start_matches("r-"), random(entropy, LETTERS, 8))
}
pub(crate) fn policy(entropy: &dyn Entropy) -> String {
    format!("p-{}", random(entropy, LETTERS, 8))
}
pub(crate) fn request(entropy: &dyn Entropy) -> String {
    format!("car-{}", random(entropy, LETTERS, 32))
}
pub(crate) fn account(entropy: &dyn Entropy) -> Result<AccountId, Error> {
    random(entropy, DIGITS, 12).parse().map_err(Error::internal)
}

/// The form of a text; None: it is no identifier.
fn form(text: &str) -> Option<Form> {
    let word = |text: &str, longest: usize, shortest: usize| {
        (shortest..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    match text.split_once('-') {
        Some(("r", rest)) => word(rest, 32, 4).then_some(Form::Root),
        Some(("ou", rest)) => {
            let (root, own) = rest.split_once('-')?;
            (word(root, 32, 4) && word(own, 32, 8)).then_some(Form::Unit)
        }
        Some(("p", rest)) => {
            let fits = (8..=128).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            fits.then_some(Form::Policy)
        }
        Some(("car", rest)) => word(rest, 32, 8).then_some(Form::Request),
        _ => text.parse::<AccountId>().is_ok().then_some(Form::Account),
    }
}

/// Refuses what is not the identifier of one of these.
pub(crate) fn check(text: &str, forms: &[Form]) -> Result<(), Error> {
    if form(text).is_some_and(|form| forms.contains(&form)) {
        return Ok(());
    }
    let shown: String = text.chars().take(80).collect();
    Err(invalid("INVALID_PATTERN", format!("You provided a value that does not match the required pattern: '{shown}'.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SystemEntropy;

    #[test]
    fn what_is_made_is_legal() {
        let root = root(&SystemEntropy);
        for (text, expected) in [
            (root.clone(), Form::Root),
            (unit(&SystemEntropy, &root), Form::Unit),
            (policy(&SystemEntropy), Form::Policy),
            ("p-FullAWSAccess".into(), Form::Policy),
            (request(&SystemEntropy), Form::Request),
            (account(&SystemEntropy).unwrap().to_string(), Form::Account),
        ] {
            assert_eq!(form(&text), Some(expected), "{text}");
        }
        for text in ["", "r-", "ou-abcd", "ou-abcd-short", "p-a/b", "1234", "r-ABCD", "x-abcd", "car-ä"] {
            assert_eq!(form(text), None, "{text}");
        }
        assert!(check(&root, &CHILD).is_err());
    }
}
