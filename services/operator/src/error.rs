use crate::Operator;
use gate::{Error, Scope};

/// All accounts lie in one data directory: what is done to it is for the operator's own account.
pub(crate) fn operators_own(call: &Scope<'_, Operator>) -> Result<(), Error> {
    let management = call.management_account();
    if call.account()? == management {
        return Ok(());
    }
    let message = format!("This can be done from the operator's account only, {}.", management.as_str());
    Err(Error::new("AccessDeniedException", message).status(403))
}
