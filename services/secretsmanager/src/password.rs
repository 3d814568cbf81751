//! Random passwords.
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html>

use crate::error::invalid;
use base::{Entropy, Secret};
use gate::Error;
use serde::{Deserialize, Serialize};

const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMBERS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// What a password is made of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rules {
    pub(crate) password_length: Option<usize>,
    pub(crate) exclude_characters: Option<String>,
    #[serde(default)]
    pub(crate) exclude_numbers: bool,
    #[serde(default)]
    pub(crate) exclude_punctuation: bool,
    #[serde(default)]
    pub(crate) exclude_uppercase: bool,
    #[serde(default)]
    pub(crate) exclude_lowercase: bool,
    #[serde(default)]
    pub(crate) include_space: bool,
    pub(crate) require_each_included_type: Option<bool>,
}

/// A number below `bound`, each as likely.
fn below(entropy: &dyn Entropy, bound: usize) -> usize {
    let fair = u32::MAX - u32::MAX % bound as u32;
    loop {
        let mut bytes = [0; 4];
        entropy.fill(&mut bytes);
        let drawn = u32::from_le_bytes(bytes);
        if drawn < fair {
            return drawn as usize % bound;
        }
    }
}

impl Rules {
    fn kinds(&self) -> Vec<Vec<char>> {
        let excluded = self.exclude_characters.as_deref().unwrap_or_default();
        [
            (LOWERCASE, self.exclude_lowercase),
            (UPPERCASE, self.exclude_uppercase),
            (NUMBERS, self.exclude_numbers),
            (PUNCTUATION, self.exclude_punctuation),
            (" ", !self.include_space),
        ]
        .into_iter()
        .filter(|(_, left_out)| !left_out)
        .map(|(kind, _)| kind.chars().filter(|c| !excluded.contains(*c)).collect::<Vec<char>>())
        .filter(|kind| !kind.is_empty())
        .collect()
    }

    /// A password by these rules.
    pub(crate) fn password(&self, entropy: &dyn Entropy) -> Result<Secret<String>, Error> {
        let length = self.password_length.unwrap_or(32);
        let kinds = self.kinds();
        let all: Vec<char> = kinds.iter().flatten().copied().collect();
        let each = self.require_each_included_type.unwrap_or(true);
        if !(1..=4096).contains(&length) {
            return Err(invalid(format!("PasswordLength is from 1 to 4096, not {length}.")));
        }
        if self.exclude_characters.as_ref().is_some_and(|text| text.chars().count() > 4096) {
            return Err(invalid("ExcludeCharacters has at most 4096 characters."));
        }
        if all.is_empty() {
            return Err(invalid("The rules leave no character for a password."));
        }
        if each && kinds.len() > length {
            return Err(invalid(format!("Password length {length} is too short based on the required types.")));
        }
        let required = if each { kinds.as_slice() } else { &[] };
        let mut password: Vec<char> = required.iter().map(|kind| kind[below(entropy, kind.len())]).collect();
        while password.len() < length {
            password.push(all[below(entropy, all.len())]);
        }
        // Those that are required stand first until they are shuffled (Fisher and Yates).
        for n in (1..password.len()).rev() {
            password.swap(n, below(entropy, n + 1));
        }
        Ok(Secret::new(password.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SystemEntropy;

    #[test]
    fn passwords_follow_their_rules() {
        for length in [4, 32, 4096] {
            let rules = Rules { password_length: Some(length), ..Rules::default() };
            let password = rules.password(&SystemEntropy).unwrap().expose().clone();
            assert_eq!(password.chars().count(), length);
            for kind in [LOWERCASE, UPPERCASE, NUMBERS, PUNCTUATION] {
                assert!(password.chars().any(|c| kind.contains(c)), "{password}");
            }
        }
        let digits = Rules {
            exclude_lowercase: true,
            exclude_uppercase: true,
            exclude_punctuation: true,
            exclude_characters: Some("01".into()),
            ..Rules::default()
        };
        assert!(digits.password(&SystemEntropy).unwrap().expose().chars().all(|c| ('2'..='9').contains(&c)));
        assert!(Rules { password_length: Some(3), ..Rules::default() }.password(&SystemEntropy).is_err());
        assert!(Rules { password_length: Some(0), ..Rules::default() }.password(&SystemEntropy).is_err());
    }
}
