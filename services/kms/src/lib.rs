//! AWS KMS: keys of all kinds, their policies, grants and aliases, and what is encrypted, signed and agreed on with them.
//!
//! Key material never leaves this crate, and lies sealed. Must not know other services.

mod aliases;
mod asymmetric;
mod blob;
mod data_key_pair;
mod error;
mod examples;
mod facts;
mod grants;
mod imagined;
mod import;
mod keys;
mod kinds;
mod mac;
mod managed;
mod material;
mod operations;
mod pages;
mod policies;
mod resources;
mod shapes;
mod state;
mod tags;
mod upkeep;
mod usage;

use gate::{Protocol, Registration, Service};

pub use imagined::imagine;
pub use operations::{
    cancel_key_deletion::CancelKeyDeletion,
    create_alias::CreateAlias,
    create_grant::{CreateGrant, CreateGrantInput},
    create_key::CreateKey,
    decrypt::{Decrypt, DecryptInput, DecryptOutput},
    delete_alias::DeleteAlias,
    delete_imported_key_material::DeleteImportedKeyMaterial,
    derive_shared_secret::DeriveSharedSecret,
    describe_key::{DescribeKey, DescribeKeyInput},
    disable_key::DisableKey,
    disable_key_rotation::DisableKeyRotation,
    enable_key::EnableKey,
    enable_key_rotation::EnableKeyRotation,
    encrypt::{Encrypt, EncryptInput, EncryptOutput},
    generate_data_key::{GenerateDataKey, GenerateDataKeyInput, GenerateDataKeyOutput},
    generate_data_key_pair::GenerateDataKeyPair,
    generate_data_key_pair_without_plaintext::GenerateDataKeyPairWithoutPlaintext,
    generate_data_key_without_plaintext::{
        GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextInput, GenerateDataKeyWithoutPlaintextOutput,
    },
    generate_mac::GenerateMac,
    generate_random::GenerateRandom,
    get_key_policy::GetKeyPolicy,
    get_key_rotation_status::GetKeyRotationStatus,
    get_parameters_for_import::GetParametersForImport,
    get_public_key::{GetPublicKey, GetPublicKeyInput, GetPublicKeyOutput},
    import_key_material::ImportKeyMaterial,
    list_aliases::ListAliases,
    list_grants::ListGrants,
    list_key_policies::ListKeyPolicies,
    list_key_rotations::ListKeyRotations,
    list_keys::ListKeys,
    list_resource_tags::ListResourceTags,
    list_retirable_grants::ListRetirableGrants,
    put_key_policy::PutKeyPolicy,
    re_encrypt::ReEncrypt,
    retire_grant::{RetireGrant, RetireGrantInput},
    revoke_grant::RevokeGrant,
    rotate_key_on_demand::RotateKeyOnDemand,
    schedule_key_deletion::ScheduleKeyDeletion,
    sign::{Sign, SignInput, SignOutput},
    tag_resource::TagResource,
    untag_resource::UntagResource,
    update_alias::UpdateAlias,
    update_key_description::UpdateKeyDescription,
    verify::Verify,
    verify_mac::VerifyMac,
};
pub use resources::{alias::Alias, key::Key};
pub use shapes::KeyMetadata;
pub use tags::Tag;

/// The service's token.
pub struct Kms(());

impl Service for Kms {
    const NAME: &'static str = "kms";
    const PRINCIPAL: &'static str = "kms.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// Registers the upkeep of keys.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<upkeep::Upkeep>();
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Kms>()
        .operation::<CancelKeyDeletion>()
        .operation::<CreateAlias>()
        .operation::<CreateGrant>()
        .operation::<CreateKey>()
        .operation::<Decrypt>()
        .operation::<DeleteAlias>()
        .operation::<DeleteImportedKeyMaterial>()
        .operation::<DeriveSharedSecret>()
        .operation::<DescribeKey>()
        .operation::<DisableKey>()
        .operation::<DisableKeyRotation>()
        .operation::<EnableKey>()
        .operation::<EnableKeyRotation>()
        .operation::<Encrypt>()
        .operation::<GenerateDataKey>()
        .operation::<GenerateDataKeyPair>()
        .operation::<GenerateDataKeyPairWithoutPlaintext>()
        .operation::<GenerateDataKeyWithoutPlaintext>()
        .operation::<GenerateMac>()
        .operation::<GenerateRandom>()
        .operation::<GetKeyPolicy>()
        .operation::<GetKeyRotationStatus>()
        .operation::<GetParametersForImport>()
        .operation::<GetPublicKey>()
        .operation::<ImportKeyMaterial>()
        .operation::<ListAliases>()
        .operation::<ListGrants>()
        .operation::<ListKeyPolicies>()
        .operation::<ListKeyRotations>()
        .operation::<ListKeys>()
        .operation::<ListResourceTags>()
        .operation::<ListRetirableGrants>()
        .operation::<PutKeyPolicy>()
        .operation::<ReEncrypt>()
        .operation::<RetireGrant>()
        .operation::<RevokeGrant>()
        .operation::<RotateKeyOnDemand>()
        .operation::<ScheduleKeyDeletion>()
        .operation::<Sign>()
        .operation::<TagResource>()
        .operation::<UntagResource>()
        .operation::<UpdateAlias>()
        .operation::<UpdateKeyDescription>()
        .operation::<Verify>()
        .operation::<VerifyMac>()
        .resource_type(Alias)
        .resource_type(Key)
        .resources(facts::resources)
}
