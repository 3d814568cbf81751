use crate::{
    Caller, Error, Gate, Identity, Protocol, RequestContext, Session,
    core::{Core, Frame},
};
use base::{Secret, revealed};
use std::sync::Arc;

/// The credentials that a request shows. Only these forms are known, and each is verified here: nobody else makes a caller.
pub enum Proof {
    /// None were shown.
    Anonymous,
    /// They could not be read.
    Malformed(Error),
    /// An AWS signature, version 4.
    SigV4(Box<wire::sigv4::Signed>),
    /// CodeCommit's signature for git.
    Git(Box<wire::git::Signed>),
}

const SESSION: &str = "session";

fn unknown_key() -> Error {
    Error::new("UnrecognizedClientException", "The security token included in the request is invalid.").status(403)
}

pub(crate) fn authenticate(core: &mut Core, proof: &Proof, context: &Arc<RequestContext>) -> Result<Caller, Error> {
    let (key, token) = match proof {
        Proof::Anonymous => return Ok(Caller::new(Identity::Anonymous)),
        Proof::Malformed(error) => return Err(error.clone()),
        Proof::SigV4(signed) => (signed.access_key_id(), signed.session_token()),
        Proof::Git(signed) => (signed.access_key_id(), signed.session_token()),
    };
    let (identity, secret) = match token {
        Some(token) => session(core, key, token)?,
        None => long_lived(core, key, context)?,
    };
    let verified = match proof {
        Proof::SigV4(signed) => signed.verify(&secret, core.now),
        Proof::Git(signed) => signed.verify(&secret, core.now),
        Proof::Anonymous | Proof::Malformed(_) => return Err(unknown_key()),
    };
    verified.map_err(|e| Error { code: e.code.into(), ..Error::new("", e.message).status(e.status) })?;
    Ok(Caller::new(identity))
}

fn session(core: &Core, key: &str, token: &str) -> Result<(Identity, Secret<String>), Error> {
    let session = core.gate.open_session(token).filter(|s| s.access_key_id == key).ok_or_else(unknown_key)?;
    if session.expires <= core.now {
        return Err(Error::new("ExpiredTokenException", format!("The security token included in the request is expired (it ended at {}).", session.expires.iso())).status(403));
    }
    let secret = session.secret_access_key.clone();
    Ok((Identity::Role(Box::new(session)), secret))
}

fn long_lived(core: &mut Core, key: &str, context: &Arc<RequestContext>) -> Result<(Identity, Secret<String>), Error> {
    let gate = core.gate.clone();
    let Some(lookup) = &gate.0.registry.access_keys else { return Err(unknown_key()) };
    let frame = Frame { caller: Caller::new(Identity::Anonymous), context: context.clone(), parent: None, event: None };
    let found = lookup(core, &frame, key)?.filter(|k| k.active).ok_or_else(unknown_key)?;
    Ok((found.identity, found.secret))
}

impl Gate {
    pub(crate) fn seal_session(&self, session: &Session) -> Result<Secret<String>, Error> {
        let plain = revealed(|| serde_json::to_vec(session)).map_err(Error::internal)?;
        let sealed = self.0.sealer.seal(&*self.0.entropy, SESSION, b"", &plain)?;
        Ok(Secret::new(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sealed)))
    }

    pub(crate) fn open_session(&self, token: &str) -> Option<Session> {
        let sealed = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, token).ok()?;
        serde_json::from_slice(&self.0.sealer.open(SESSION, b"", &sealed)?).ok()
    }

    /// The protocol by which a service's errors are worded.
    pub fn protocol(&self, service: &str) -> Option<Protocol> {
        self.service(service).map(|(protocol, _)| protocol)
    }
}
