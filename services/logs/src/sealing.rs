//! Events of encrypted groups: under data keys of the group's KMS key, which the service asks for in its own name, with the
//! group's ARN as encryption context.
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>

use crate::{
    Logs, error,
    names::Group,
    place::BatchKey,
    state::{BatchRow, CURRENT_KEYS, CurrentKeyRow, DATA_KEYS, DataKeyRow, Sealed},
    workflows::forget_key,
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
};
use base::{Arn, Secret};
use gate::{Error, Scope};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// How long a data key is used for new events without asking KMS again.
const CACHED: Duration = Duration::from_secs(5 * 60);
const CONTEXT: &str = "aws:logs:arn";

type Plain = Secret<Vec<u8>>;

fn context(group: &Group) -> BTreeMap<String, String> {
    BTreeMap::from([(CONTEXT.to_owned(), group.named.arn().to_string())])
}

fn generate(scope: &mut Scope<'_, Logs>, group: &Group, key_id: &str) -> Result<kms::GenerateDataKeyOutput, Error> {
    let input = kms::GenerateDataKeyInput {
        key_id: key_id.into(),
        key_spec: Some("AES_256".into()),
        number_of_bytes: None,
        encryption_context: context(group),
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
    };
    let actor = scope.as_service(group.named.account, None);
    scope.invoke::<kms::GenerateDataKey>(&actor, input)
}

fn decrypt(scope: &mut Scope<'_, Logs>, group: &Group, row: DataKeyRow) -> Result<Plain, Error> {
    let input = kms::DecryptInput {
        ciphertext_blob: row.wrapped,
        key_id: Some(row.kms_key),
        encryption_context: context(group),
        encryption_algorithm: None,
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
        dry_run_modifiers: Vec::new(),
    };
    let actor = scope.as_service(group.named.account, None);
    let opened = scope.invoke::<kms::Decrypt>(&actor, input);
    let opened = opened.map_err(|cause| error::key_refused("AccessDeniedException", group.named.arn().as_str(), cause))?;
    Ok(Secret::new(opened.plaintext.expose().0.clone()))
}

/// Takes a KMS key for a group, if the service may make data keys and read them again.
pub(crate) fn adopt(scope: &mut Scope<'_, Logs>, group: &mut Group, key_id: &str) -> Result<(), Error> {
    let is_key = key_id.parse::<Arn>().is_ok_and(|arn| arn.service() == "kms" && arn.resource().starts_with("key/"));
    if !is_key {
        return Err(error::invalid(format!("The kmsKeyId '{key_id}' is not the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID)")));
    }
    let arn = group.named.arn().to_string();
    let refused = |cause| error::key_refused("InvalidParameterException", &arn, cause);
    let made = generate(scope, group, key_id).map_err(refused)?;
    let kms_key = made.key_id.to_string();
    decrypt(scope, group, DataKeyRow { kms_key: kms_key.clone(), wrapped: made.ciphertext_blob }).map_err(|mut cause| {
        cause.code = "InvalidParameterException".into();
        cause
    })?;
    group.row.kms_key = Some(kms_key);
    Ok(())
}

/// The data key for new events of the group.
fn current(scope: &mut Scope<'_, Logs>, group: &Group, kms_key: &str) -> Result<(String, Plain), Error> {
    let now = scope.now();
    let cached = scope.get(&CURRENT_KEYS, &group.key())?;
    if let Some(row) = cached.as_ref().filter(|row| row.kms_key == kms_key && now < row.until)
        && let Some(plain) = scope.unseal(&group.row.id, &row.plain.0)
    {
        return Ok((row.id.clone(), plain));
    }
    let made =
        generate(scope, group, kms_key).map_err(|cause| error::key_refused("AccessDeniedException", group.named.arn().as_str(), cause))?;
    let id = base::uuid(scope.entropy());
    let plain = made.plaintext.expose().0.clone();
    let until = now.plus(CACHED);
    let row = CurrentKeyRow { id: id.clone(), kms_key: kms_key.into(), plain: scope.seal(&group.row.id, &plain)?.into(), until };
    forget_key::at(scope, group, until, cached.is_some())?;
    scope.put(&CURRENT_KEYS, &group.key(), &row)?;
    let kept = DataKeyRow { kms_key: made.key_id.to_string(), wrapped: made.ciphertext_blob };
    scope.put(&DATA_KEYS, &group.under(&id), &kept)?;
    Ok((id, Secret::new(plain)))
}

struct KeyLength;
impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

/// Each batch has a key of its own, so that no nonce is used twice.
fn cipher(data_key: &Plain, place: &str) -> Result<LessSafeKey, Error> {
    let mut key = [0; 32];
    let info = [b"events ".as_slice(), place.as_bytes()];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"sekisho logs").extract(data_key.expose());
    let derived = prk.expand(&info, KeyLength).and_then(|okm| okm.fill(&mut key)).and_then(|()| UnboundKey::new(&AES_256_GCM, &key));
    derived.map(LessSafeKey::new).map_err(|_| Error::internal("key derivation"))
}

fn place(group: &Group, key: &BatchKey) -> String {
    format!("{}/{}/{}/{}", group.row.id, key.stream, key.first, key.number)
}

/// Makes the rows of new batches.
pub(crate) struct Sealer {
    key: Option<(String, Plain)>,
}

impl Sealer {
    pub(crate) fn new(scope: &mut Scope<'_, Logs>, group: &Group) -> Result<Self, Error> {
        let key = group.row.kms_key.clone().map(|kms_key| current(scope, group, &kms_key)).transpose()?;
        Ok(Self { key })
    }
    pub(crate) fn row(&self, scope: &Scope<'_, Logs>, group: &Group, at: &BatchKey, events: Vec<(i64, String)>) -> Result<BatchRow, Error> {
        let ingested = scope.now();
        let Some((id, key)) = &self.key else { return Ok(BatchRow { ingested, events, sealed: None }) };
        let place = place(group, at);
        let mut bytes = serde_json::to_vec(&events).map_err(Error::internal)?;
        cipher(key, &place)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(place.as_bytes()), &mut bytes)
            .map_err(|_| Error::internal("sealing a batch of events"))?;
        Ok(BatchRow { ingested, events: Vec::new(), sealed: Some(Sealed { key: id.clone(), bytes: bytes.into() }) })
    }
}

/// Reads batches of a group; each data key is asked for once a call.
pub(crate) struct Opener<'a> {
    group: &'a Group,
    keys: HashMap<String, Plain>,
}

impl<'a> Opener<'a> {
    pub(crate) fn new(group: &'a Group) -> Self {
        Self { group, keys: HashMap::new() }
    }
    pub(crate) fn group(&self) -> &'a Group {
        self.group
    }
    pub(crate) fn events(&mut self, scope: &mut Scope<'_, Logs>, at: &BatchKey, row: BatchRow) -> Result<Vec<(i64, String)>, Error> {
        let Some(Sealed { key: id, bytes }) = row.sealed else { return Ok(row.events) };
        if !self.keys.contains_key(&id) {
            let missing = || Error::internal("the data key of a batch of events is missing");
            let row = scope.get(&DATA_KEYS, &self.group.under(&id))?.ok_or_else(missing)?;
            self.keys.insert(id.clone(), decrypt(scope, self.group, row)?);
        }
        let altered = || Error::internal("a stored batch of events was altered");
        let key = self.keys.get(&id).ok_or_else(altered)?;
        let (place, mut bytes) = (place(self.group, at), bytes.0);
        let plain = cipher(key, &place)?
            .open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(place.as_bytes()), &mut bytes)
            .map_err(|_| altered())?;
        serde_json::from_slice(plain).map_err(|_| altered())
    }
}
