use crate::{Iam, entity, examples, passwords, shapes::Nothing, state::UserRow};
use base::Secret;
use gate::{Authorized, Caller, Demands, Error, Example, Identity, Operation, Service, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the calling user's own password.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html>
pub struct ChangePassword;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    old_password: Secret<String>,
    new_password: Secret<String>,
}

fn own(caller: &Caller) -> Result<String, Error> {
    match caller.identity() {
        Identity::User { name, .. } => Ok(name.clone()),
        _ => Err(Error::new("InvalidUserType", "Only IAM Users can change their own password")),
    }
}

impl Operation for ChangePassword {
    type Service = Iam;
    const NAME: &'static str = "ChangePassword";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(_input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        // Nobody is no user of another kind: who does not sign is refused.
        facts.account()?;
        Ok(entity::demand::<UserRow>(facts, "iam:ChangePassword", &own(facts.caller())?)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let name = own(call.caller())?;
        let mut user = entity::load::<UserRow>(call, &name)?;
        let login = passwords::login(&mut user)?;
        if !login.password.is(&input.old_password) {
            return Err(Error::access_denied(Iam::PROTOCOL, "The old password was incorrect."));
        }
        passwords::replace(call, login, &input.new_password)?;
        login.reset_required = false;
        entity::save(call, &user)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        let login = json!({"UserName": "Walker", "Password": examples::PASSWORD});
        Example::of(json!({"OldPassword": examples::PASSWORD, "NewPassword": "Another-password-2"}))
            .by(gate::CalledBy::User)
            .after("iam:CreateLoginProfile", login)
    }
}
