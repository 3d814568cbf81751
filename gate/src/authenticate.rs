use crate::{
    Caller, Error, Gate, Identity, Protocol, Request, RequestContext,
    core::{Core, Frame},
};
use aws_lc_rs::digest;
use base::{Region, Secret, Timestamp, revealed};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use wire::sigv4::{Authorization, Dialect, RequestParts, SignatureError, VerifiedSignature, verify_with_key};

/// The credentials that a request shows. Only these forms are known, and each is verified here: nobody else makes a caller.
pub enum Proof {
    /// None were shown.
    Anonymous,
    /// They could not be read.
    Malformed(Error),
    /// An AWS signature, version 4.
    SigV4(Box<SignedRequest>),
    /// A presigned URL of S3's, signature version 2.
    SigV2(Box<wire::sigv2::Presigned>),
    /// CodeCommit's signature for git.
    Git(Box<SignedGit>),
}

/// A request with an AWS signature, not believed yet.
pub struct SignedRequest {
    /// What the request says of its signature.
    pub authorization: Authorization,
    /// The HTTP method.
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// All headers.
    pub headers: http::HeaderMap,
    /// The hash of the body, where it was read already.
    pub body_sha256: Option<String>,
}

/// A git request with CodeCommit's signature, not believed yet.
pub struct SignedGit {
    /// User name and password.
    pub credentials: wire::git::Credentials,
    /// The `Host` that was called.
    pub host: String,
    /// The repository's path.
    pub path: String,
}

const SESSION: &str = "session";
/// Services with one endpoint for all regions: their calls are this region's, whatever region clients sign for.
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events>
const GLOBAL: [&str; 2] = ["iam", "organizations"];
const GLOBAL_REGION: &str = "us-east-1";

/// The region in which all calls of this service count, if it is a global one.
pub(crate) fn global_region(service: &str) -> Option<&'static str> {
    GLOBAL.contains(&service).then_some(GLOBAL_REGION)
}

/// Who calls, and what the chunks of a streamed body are verified by.
pub(crate) struct Authenticated {
    pub(crate) caller: Caller,
    pub(crate) signature: Option<VerifiedSignature>,
}

fn dialect(protocol: Protocol) -> Dialect {
    match protocol {
        Protocol::Query => Dialect::Query,
        Protocol::Json => Dialect::Json,
        Protocol::RestXml => Dialect::S3,
    }
}

fn unknown_key(protocol: Protocol) -> Error {
    match protocol {
        Protocol::Query => Error::new("InvalidClientTokenId", "The security token included in the request is invalid.").status(403),
        Protocol::Json => Error::new("UnrecognizedClientException", "The security token included in the request is invalid."),
        Protocol::RestXml => {
            Error::new("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.").status(403)
        }
    }
}

/// Verifies a request's proof. A signature names its region: the context gets it.
pub(crate) fn authenticate(core: &mut Core, request: &Request, context: &mut Arc<RequestContext>) -> Result<Authenticated, Error> {
    let protocol = core.gate.protocol(&request.service).unwrap_or(Protocol::Json);
    let refused = |e: SignatureError| {
        let answer = e.answer(dialect(protocol));
        Error::new(answer.code, answer.message).status(answer.status)
    };
    let (key, token) = match &request.proof {
        Proof::Anonymous => return Ok(Authenticated { caller: Caller::new(Identity::Anonymous), signature: None }),
        Proof::Malformed(error) => return Err(error.clone()),
        Proof::SigV4(signed) => {
            let scope = &signed.authorization;
            let known = Region::exists(&scope.region) || scope.region == core.gate.0.region.as_str();
            let region = if known { scope.region.as_str() } else { core.gate.0.region.as_str() };
            scope.require_scope(&request.service, region).map_err(refused)?;
            place(context, global_region(&request.service).unwrap_or(region));
            (&signed.authorization.access_key_id, &signed.authorization.session_token)
        }
        Proof::SigV2(signed) => (&signed.access_key_id, &signed.session_token),
        Proof::Git(signed) => (&signed.credentials.access_key_id, &signed.credentials.session_token),
    };
    let (caller, secret) = match token {
        Some(token) => session(core, protocol, key, token)?,
        None => long_lived(core, protocol, key, context)?,
    };
    let signature = match &request.proof {
        Proof::SigV4(signed) => {
            let parts = RequestParts { method: &signed.method, path_and_query: &signed.target, headers: &signed.headers };
            let key = core.gate.0.signing_keys.key(&signed.authorization, &secret);
            Some(verify_with_key(&signed.authorization, parts, &key, core.now, signed.body_sha256.as_deref()).map_err(refused)?)
        }
        Proof::Git(signed) => {
            let region = git_region(signed, &context.region, &secret, core.now).map_err(refused)?;
            place(context, region.as_str());
            None
        }
        Proof::SigV2(signed) => {
            signed.verify(&secret, core.now).map_err(refused)?;
            None
        }
        Proof::Anonymous | Proof::Malformed(_) => return Err(unknown_key(protocol)),
    };
    core.stranger = false;
    Ok(Authenticated { caller, signature })
}

fn place(context: &mut Arc<RequestContext>, region: &str) {
    if context.region.as_str() != region {
        Arc::make_mut(context).region = Region::new(region);
    }
}

/// git's credentials do not name the region that they were made for: it is the one for which they hold.
fn git_region(signed: &SignedGit, home: &Region, secret: &Secret<String>, now: Timestamp) -> Result<Region, SignatureError> {
    let verify = |region: &Region| signed.credentials.verify(&signed.host, &signed.path, region.as_str(), secret, now);
    match verify(home) {
        Ok(()) => Ok(home.clone()),
        Err(SignatureError::Mismatch) => Region::all().find(|region| verify(region).is_ok()).ok_or(SignatureError::Mismatch),
        Err(other) => Err(other),
    }
}

/// Tokens that were opened before, by their hashes: what a token holds never changes. Whether it has ended is asked each time.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<[u8; 32], Caller>>);

/// Above this the cache begins anew.
const MAX_SESSIONS: usize = 10_000;

impl Sessions {
    fn opened(&self, gate: &Gate, token: &str) -> Option<Caller> {
        let hash = digest::digest(&digest::SHA256, token.as_bytes()).as_ref().try_into().ok()?;
        let sessions = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(caller) = sessions().get(&hash) {
            return Some(caller.clone());
        }
        let caller = Caller::new(gate.open_session(token)?);
        let mut sessions = sessions();
        if sessions.len() >= MAX_SESSIONS {
            sessions.clear();
        }
        sessions.insert(hash, caller.clone());
        Some(caller)
    }
}

fn session(core: &Core, protocol: Protocol, key: &str, token: &Secret<String>) -> Result<(Caller, Secret<String>), Error> {
    let caller = core.gate.0.sessions.opened(&core.gate, token.expose()).ok_or_else(|| unknown_key(protocol))?;
    let temporary = caller.identity().temporary().filter(|t| t.access_key_id == key).ok_or_else(|| unknown_key(protocol))?;
    if temporary.expires <= core.now {
        let message = format!("The security token included in the request is expired (it ended at {}).", temporary.expires.iso());
        return Err(match protocol {
            Protocol::Json => Error::new("ExpiredTokenException", message),
            Protocol::Query => Error::new("ExpiredToken", message).status(403),
            Protocol::RestXml => Error::new("ExpiredToken", message),
        });
    }
    let secret = temporary.secret_access_key.clone();
    Ok((caller, secret))
}

fn long_lived(core: &mut Core, protocol: Protocol, key: &str, context: &Arc<RequestContext>) -> Result<(Caller, Secret<String>), Error> {
    let gate = core.gate.clone();
    let Some(lookup) = &gate.0.registry.access_keys else { return Err(unknown_key(protocol)) };
    let frame = Frame { caller: Caller::new(Identity::Anonymous), context: context.clone(), parent: None, event: None, about: None };
    let found = lookup(core, &frame, key)?.filter(|k| k.active).ok_or_else(|| unknown_key(protocol))?;
    Ok((Caller::new(found.identity), found.secret))
}

impl Gate {
    pub(crate) fn seal_session(&self, session: &Identity) -> Result<Secret<String>, Error> {
        if session.temporary().is_none() {
            return Err(Error::internal("a session token was asked for what is no session"));
        }
        let plain = revealed(|| serde_json::to_vec(session)).map_err(Error::internal)?;
        let sealed = self.0.sealer.seal(&*self.0.entropy, SESSION, b"", &plain)?;
        Ok(Secret::new(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sealed)))
    }

    pub(crate) fn open_session(&self, token: &str) -> Option<Identity> {
        let sealed = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, token).ok()?;
        serde_json::from_slice(&self.0.sealer.open(SESSION, b"", &sealed)?).ok()
    }

    /// The protocol by which a service's errors are worded.
    pub fn protocol(&self, service: &str) -> Option<Protocol> {
        self.service(service).map(|(protocol, _)| protocol)
    }
}
