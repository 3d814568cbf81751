//! The credential report: every user of the account with its credentials, as comma-separated values.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>

use crate::{
    Iam, entity,
    last_used::KeyFigures,
    passwords,
    state::{KEYS, PasswordRules, ReportRow, UserRow},
};
use base::Timestamp;
use gate::{Error, Scope};
use std::time::Duration;

const LIVES: Duration = Duration::from_secs(4 * 60 * 60);

const HEAD: [&str; 22] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
];
const NOTHING: &str = "N/A";

/// Whether a report may still be read.
pub(crate) fn is_fresh(report: &ReportRow, now: Timestamp) -> bool {
    now.since(report.generated) < LIVES
}

fn time(moment: Timestamp) -> String {
    moment.iso().replace('Z', "+00:00")
}

fn line(fields: Vec<String>) -> String {
    let quoted = |field: String| {
        if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
    };
    fields.into_iter().map(quoted).collect::<Vec<_>>().join(",")
}

/// The report as it is now, with the last use of keys as the trail tells it.
pub(crate) fn csv(scope: &mut Scope<'_, Iam>) -> Result<String, Error> {
    let account = scope.account()?;
    let used = KeyFigures::read(scope, account)?;
    let rules = passwords::rules(scope)?;
    let mut lines = vec![line(HEAD.map(str::to_owned).to_vec())];
    // There are no root credentials in Sekisho.
    let mut root = vec!["<root_account>".to_owned(), format!("arn:aws:iam::{account}:root"), NOTHING.to_owned(), "false".to_owned()];
    root.extend([NOTHING, NOTHING, NOTHING, "false"].map(str::to_owned));
    root.extend(no_key());
    root.extend(no_key());
    root.extend(no_certificates());
    lines.push(line(root));
    for user in entity::all::<UserRow>(scope, None)? {
        lines.push(line(of_user(scope, rules.as_ref(), &used, user)?));
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

fn no_key() -> impl Iterator<Item = String> {
    ["false", NOTHING, NOTHING, NOTHING, NOTHING].into_iter().map(str::to_owned)
}

fn no_certificates() -> impl Iterator<Item = String> {
    ["false", NOTHING, "false", NOTHING].into_iter().map(str::to_owned)
}

fn of_user(scope: &mut Scope<'_, Iam>, rules: Option<&PasswordRules>, used: &KeyFigures, user: UserRow) -> Result<Vec<String>, Error> {
    let mut fields = vec![user.holder.name, user.holder.arn.to_string(), time(user.holder.created), user.login.is_some().to_string()];
    let (last, changed, next) = match &user.login {
        Some(login) => ("no_information", time(login.changed), passwords::expires(rules, login).map_or(NOTHING.to_owned(), time)),
        None => (NOTHING, NOTHING.to_owned(), NOTHING.to_owned()),
    };
    fields.extend([last.to_owned(), changed, next, "false".to_owned()]);
    for n in 0..2 {
        let key = match user.keys.get(n) {
            Some(id) => scope.get(&KEYS, id.as_str())?.map(|key| (id, key)),
            None => None,
        };
        match key {
            Some((id, key)) => {
                fields.extend([key.active.to_string(), time(key.created)]);
                match used.of(scope, id)? {
                    Some(last) => {
                        let service = last.action.split(':').next().unwrap_or_default().to_owned();
                        fields.extend([time(last.time), last.region, service]);
                    }
                    None => fields.extend([NOTHING; 3].map(str::to_owned)),
                }
            }
            None => fields.extend(no_key()),
        }
    }
    fields.extend(no_certificates());
    Ok(fields)
}
