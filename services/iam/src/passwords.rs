//! Passwords of users: what an account asks of them, and how they are kept.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html>

use crate::{
    Iam,
    error::no_such_entity,
    state::{LoginRow, PASSWORD_RULES, PasswordRules, UserRow},
};
use aws_lc_rs::pbkdf2;
use base::{Blob, Entropy, Secret, Timestamp};
use gate::{Error, View};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// Slow for who guesses: what OWASP recommends for PBKDF2 with HMAC-SHA-256.
/// Source: <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2>
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();
const SALT: usize = 16;
const HASH: usize = 32;

/// Passwords before the present one that can be forbidden to come again.
pub(crate) const MOST_EARLIER: u64 = 24;
const LONGEST: usize = 128;
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";

/// A password as it is kept: it can be compared, and not be had back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hashed {
    salt: Blob,
    rounds: NonZeroU32,
    hash: Blob,
}

impl Hashed {
    pub(crate) fn of(entropy: &dyn Entropy, password: &Secret<String>) -> Self {
        let (mut salt, mut hash) = (vec![0; SALT], vec![0; HASH]);
        entropy.fill(&mut salt);
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, password.expose().as_bytes(), &mut hash);
        Self { salt: Blob(salt), rounds: ROUNDS, hash: Blob(hash) }
    }
    /// Whether it is this password; compared in constant time.
    pub(crate) fn is(&self, password: &Secret<String>) -> bool {
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, self.rounds, &self.salt.0, password.expose().as_bytes(), &self.hash.0).is_ok()
    }
}

fn violation(message: impl Into<String>) -> Error {
    Error::new("PasswordPolicyViolation", message)
}

/// The account's own rules, if it has any.
pub(crate) fn rules(view: &mut View<'_, Iam>) -> Result<Option<PasswordRules>, Error> {
    let account = view.account()?;
    view.get(&PASSWORD_RULES, account.as_str())
}

/// What is asked of passwords where an account has no rules of its own: eight characters, of three kinds.
fn check_default(password: &str, kinds: [bool; 4]) -> Result<(), Error> {
    if password.chars().count() < 8 {
        return Err(violation("Password should have a minimum length of 8"));
    }
    if kinds.iter().filter(|has| **has).count() < 3 {
        return Err(violation(
            "Password should have at least three of the following character types: uppercase letters, lowercase letters, numbers, and symbols",
        ));
    }
    Ok(())
}

fn check(rules: Option<&PasswordRules>, password: &str) -> Result<(), Error> {
    let printable = |c: char| ['\t', '\n', '\r'].contains(&c) || ('\u{20}'..='\u{ff}').contains(&c);
    if password.is_empty() || password.chars().count() > LONGEST || !password.chars().all(printable) {
        return Err(violation(format!("Password should have at most {LONGEST} characters, of the Latin ones alone")));
    }
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let upper = has(|c| c.is_ascii_uppercase());
    let lower = has(|c| c.is_ascii_lowercase());
    let number = has(|c| c.is_ascii_digit());
    let symbol = has(|c| SYMBOLS.contains(c));
    let Some(rules) = rules else { return check_default(password, [upper, lower, number, symbol]) };
    if (password.chars().count() as u64) < rules.shortest {
        return Err(violation(format!("Password should have a minimum length of {}", rules.shortest)));
    }
    let asked = [
        (rules.upper_case && !upper, "uppercase letter"),
        (rules.lower_case && !lower, "lowercase letter"),
        (rules.numbers && !number, "number"),
        (rules.symbols && !symbol, "symbol"),
    ];
    match asked.iter().find(|(lacks, _)| *lacks) {
        Some((_, what)) => Err(violation(format!("Password should have at least one {what}"))),
        None => Ok(()),
    }
}

/// A user's first password.
pub(crate) fn first(view: &mut View<'_, Iam>, password: &Secret<String>, reset_required: bool) -> Result<LoginRow, Error> {
    check(rules(view)?.as_ref(), password.expose())?;
    let now = view.now();
    Ok(LoginRow { created: now, changed: now, reset_required, password: Hashed::of(view.entropy(), password), earlier: Vec::new() })
}

/// Another password in the place of the present one.
pub(crate) fn replace(view: &mut View<'_, Iam>, login: &mut LoginRow, password: &Secret<String>) -> Result<(), Error> {
    let rules = rules(view)?;
    check(rules.as_ref(), password.expose())?;
    let forbidden = rules.and_then(|rules| rules.not_again).unwrap_or(0) as usize;
    let known = std::iter::once(&login.password).chain(&login.earlier);
    if known.take(forbidden).any(|old| old.is(password)) {
        return Err(violation(format!("Password should not be one of the last {forbidden} passwords of the user")));
    }
    let old = std::mem::replace(&mut login.password, Hashed::of(view.entropy(), password));
    login.earlier.insert(0, old);
    login.earlier.truncate(MOST_EARLIER as usize);
    login.changed = view.now();
    Ok(())
}

/// The user's password, which it must have.
pub(crate) fn login(user: &mut UserRow) -> Result<&mut LoginRow, Error> {
    let name = &user.holder.name;
    user.login.as_mut().ok_or_else(|| no_such_entity(format!("Login Profile for User {name} cannot be found.")))
}

/// When the password ends, where the account lets passwords end.
pub(crate) fn expires(rules: Option<&PasswordRules>, login: &LoginRow) -> Option<Timestamp> {
    let days = rules?.longest_days?;
    Some(login.changed.plus(std::time::Duration::from_secs(days * 24 * 60 * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededEntropy;

    #[test]
    fn kept_passwords_are_compared_and_not_shown() {
        let (entropy, password) = (SeededEntropy::new(1), Secret::new("Correct1horse".to_owned()));
        let kept = Hashed::of(&entropy, &password);
        assert!(kept.is(&password));
        assert!(!kept.is(&Secret::new("Correct1hors".to_owned())));
        assert_ne!(kept.hash.0, Hashed::of(&entropy, &password).hash.0, "the salt is new each time");
        assert!(!serde_json::to_string(&kept).unwrap().contains("horse"));
    }

    #[test]
    fn rules() {
        let code = |rules: Option<&PasswordRules>, password: &str| check(rules, password).err().map(|e| e.message);
        assert_eq!(code(None, "Abcdefg1"), None);
        assert_eq!(code(None, "Abcdef1").unwrap(), "Password should have a minimum length of 8");
        assert!(code(None, "abcdefg1").unwrap().contains("three of"));
        let rules = PasswordRules {
            shortest: 6,
            symbols: true,
            numbers: false,
            upper_case: false,
            lower_case: false,
            users_may_change: false,
            longest_days: None,
            not_again: None,
            hard_expiry: false,
        };
        assert_eq!(code(Some(&rules), "abcde!"), None);
        assert_eq!(code(Some(&rules), "abcdef").unwrap(), "Password should have at least one symbol");
        assert!(code(Some(&rules), &"!".repeat(129)).is_some() && code(Some(&rules), "日本語!!!").is_some());
    }
}
