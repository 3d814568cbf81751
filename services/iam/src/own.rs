//! Users and their own keys.

use crate::{error::no_such_entity, names::clipped, state::UserRow};
use gate::{Caller, Error, Identity};

/// The user's name; the caller's own, if none was given.
pub(crate) fn own_user(caller: &Caller, given: Option<&str>) -> Result<String, Error> {
    match (given, caller.identity()) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, Identity::User { name, .. }) => Ok(name.clone()),
        (None, _) => Err(Error::new("ValidationError", "Must specify userName when calling with non-User credentials")),
    }
}

/// The key must be the user's.
pub(crate) fn check_key(user: &UserRow, id: &str) -> Result<(), Error> {
    if user.keys.iter().any(|own| own == id) {
        return Ok(());
    }
    Err(no_such_entity(format!("The Access Key with id {} cannot be found.", clipped(id))))
}
