//! Kinds of keys: their specs, what they are used for, and the algorithms that go with both.
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use crate::error::{clipped, invalid_usage};
use gate::{Demand, Error};
use serde::{Deserialize, Serialize};

/// The form of a key's material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Spec {
    #[default]
    SymmetricDefault,
    #[serde(rename = "RSA_2048")]
    Rsa2048,
    #[serde(rename = "RSA_3072")]
    Rsa3072,
    #[serde(rename = "RSA_4096")]
    Rsa4096,
    #[serde(rename = "ECC_NIST_P256")]
    P256,
    #[serde(rename = "ECC_NIST_P384")]
    P384,
    #[serde(rename = "ECC_NIST_P521")]
    P521,
    #[serde(rename = "ECC_SECG_P256K1")]
    P256K1,
    #[serde(rename = "HMAC_224")]
    Hmac224,
    #[serde(rename = "HMAC_256")]
    Hmac256,
    #[serde(rename = "HMAC_384")]
    Hmac384,
    #[serde(rename = "HMAC_512")]
    Hmac512,
}

/// What a key is used for. A key is used for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Usage {
    #[default]
    EncryptDecrypt,
    SignVerify,
    GenerateVerifyMac,
    KeyAgreement,
}

/// Where a key's material comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// It was made here.
    #[default]
    #[serde(rename = "AWS_KMS")]
    Kms,
    /// It is imported.
    #[serde(rename = "EXTERNAL")]
    External,
}

impl Origin {
    pub(crate) fn requested(text: Option<&str>) -> Result<Self, Error> {
        match text {
            None | Some("AWS_KMS") => Ok(Self::Kms),
            Some("EXTERNAL") => Ok(Self::External),
            Some(known @ ("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE")) => {
                Err(Error::not_implemented(&format!("kms:CreateKey with Origin {known}")))
            }
            Some(other) => Err(not_among(other, "Origin", &["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])),
        }
    }
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kms => "AWS_KMS",
            Self::External => "EXTERNAL",
        }
    }
}

/// What a key is: its spec and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Kind {
    pub(crate) spec: Spec,
    pub(crate) usage: Usage,
}

const RSA_SIGNING: [&str; 6] = [
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
];

/// Specs that AWS has and this server has not.
const NOT_HERE: [&str; 5] = ["ECC_NIST_EDWARDS25519", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "SM2"];

impl Spec {
    const ALL: [(Self, &'static str); 12] = [
        (Self::SymmetricDefault, "SYMMETRIC_DEFAULT"),
        (Self::Rsa2048, "RSA_2048"),
        (Self::Rsa3072, "RSA_3072"),
        (Self::Rsa4096, "RSA_4096"),
        (Self::P256, "ECC_NIST_P256"),
        (Self::P384, "ECC_NIST_P384"),
        (Self::P521, "ECC_NIST_P521"),
        (Self::P256K1, "ECC_SECG_P256K1"),
        (Self::Hmac224, "HMAC_224"),
        (Self::Hmac256, "HMAC_256"),
        (Self::Hmac384, "HMAC_384"),
        (Self::Hmac512, "HMAC_512"),
    ];

    /// Reads the member `member` of a call to `operation`.
    pub(crate) fn parse(text: &str, operation: &str, member: &str) -> Result<Self, Error> {
        if let Some((spec, _)) = Self::ALL.iter().find(|(_, name)| *name == text) {
            return Ok(*spec);
        }
        if NOT_HERE.contains(&text) {
            return Err(Error::not_implemented(&format!("kms:{operation} with {member} {text}")));
        }
        let known: Vec<&str> = Self::ALL.iter().map(|(_, name)| *name).collect();
        Err(not_among(text, member, &known))
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(spec, _)| *spec == self).map_or("", |(_, name)| name)
    }

    fn usages(self) -> &'static [Usage] {
        match self {
            Self::SymmetricDefault => &[Usage::EncryptDecrypt],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[Usage::EncryptDecrypt, Usage::SignVerify],
            Self::P256 | Self::P384 | Self::P521 => &[Usage::SignVerify, Usage::KeyAgreement],
            Self::P256K1 => &[Usage::SignVerify],
            Self::Hmac224 | Self::Hmac256 | Self::Hmac384 | Self::Hmac512 => &[Usage::GenerateVerifyMac],
        }
    }

    /// Bytes of secret material of a symmetric or HMAC key; None for pairs.
    pub(crate) fn secret_bytes(self) -> Option<usize> {
        match self {
            Self::SymmetricDefault | Self::Hmac256 => Some(32),
            Self::Hmac224 => Some(28),
            Self::Hmac384 => Some(48),
            Self::Hmac512 => Some(64),
            _ => None,
        }
    }
}

impl Usage {
    const ALL: [(Self, &'static str); 4] = [
        (Self::EncryptDecrypt, "ENCRYPT_DECRYPT"),
        (Self::SignVerify, "SIGN_VERIFY"),
        (Self::GenerateVerifyMac, "GENERATE_VERIFY_MAC"),
        (Self::KeyAgreement, "KEY_AGREEMENT"),
    ];

    fn parse(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.map(|(_, name)| name);
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(usage, _)| *usage).ok_or_else(|| not_among(text, "KeyUsage", &known))
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(usage, _)| *usage == self).map_or("", |(_, name)| name)
    }
}

/// The refusal of a member that is none of the values it may have.
pub(crate) fn not_among(text: &str, member: &str, known: &[&str]) -> Error {
    let (first, rest) = member.split_at(1);
    Error::validation(format!(
        "1 validation error detected: Value '{}' at '{}{rest}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
        clipped(text),
        first.to_lowercase(),
        known.join(", ")
    ))
}

impl Kind {
    /// The kind that a request asks for; symmetric keys need not say what they are used for.
    pub(crate) fn requested(spec: Option<&str>, usage: Option<&str>) -> Result<Self, Error> {
        let spec = spec.map_or(Ok(Spec::default()), |text| Spec::parse(text, "CreateKey", "KeySpec"))?;
        let usage = match (usage, spec) {
            (Some(text), _) => Usage::parse(text)?,
            (None, Spec::SymmetricDefault) => Usage::default(),
            (None, _) => {
                return Err(Error::validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."));
            }
        };
        if spec.usages().contains(&usage) {
            return Ok(Self { spec, usage });
        }
        Err(Error::validation(format!("KeyUsage {} is not compatible with KeySpec {}", usage.name(), spec.name())))
    }

    pub(crate) fn is_symmetric(self) -> bool {
        self.spec == Spec::SymmetricDefault
    }

    pub(crate) fn encryption_algorithms(self) -> &'static [&'static str] {
        match (self.usage, self.spec) {
            (Usage::EncryptDecrypt, Spec::SymmetricDefault) => &["SYMMETRIC_DEFAULT"],
            (Usage::EncryptDecrypt, _) => &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
            _ => &[],
        }
    }

    pub(crate) fn signing_algorithms(self) -> &'static [&'static str] {
        match (self.usage, self.spec) {
            (Usage::SignVerify, Spec::Rsa2048 | Spec::Rsa3072 | Spec::Rsa4096) => &RSA_SIGNING,
            (Usage::SignVerify, Spec::P256 | Spec::P256K1) => &["ECDSA_SHA_256"],
            (Usage::SignVerify, Spec::P384) => &["ECDSA_SHA_384"],
            (Usage::SignVerify, Spec::P521) => &["ECDSA_SHA_512"],
            _ => &[],
        }
    }

    pub(crate) fn mac_algorithms(self) -> &'static [&'static str] {
        match self.spec {
            Spec::Hmac224 => &["HMAC_SHA_224"],
            Spec::Hmac256 => &["HMAC_SHA_256"],
            Spec::Hmac384 => &["HMAC_SHA_384"],
            Spec::Hmac512 => &["HMAC_SHA_512"],
            _ => &[],
        }
    }

    pub(crate) fn agreement_algorithms(self) -> &'static [&'static str] {
        if self.usage == Usage::KeyAgreement { &["ECDH"] } else { &[] }
    }

    /// What a grant on such a key may permit.
    /// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations>
    pub(crate) fn grantable(self) -> &'static [&'static str] {
        match self.usage {
            Usage::EncryptDecrypt if self.is_symmetric() => &[
                "CreateGrant",
                "Decrypt",
                "DescribeKey",
                "Encrypt",
                "GenerateDataKey",
                "GenerateDataKeyPair",
                "GenerateDataKeyPairWithoutPlaintext",
                "GenerateDataKeyWithoutPlaintext",
                "ReEncryptFrom",
                "ReEncryptTo",
                "RetireGrant",
            ],
            Usage::EncryptDecrypt => {
                &["CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo", "RetireGrant"]
            }
            Usage::SignVerify => &["CreateGrant", "DescribeKey", "GetPublicKey", "RetireGrant", "Sign", "Verify"],
            Usage::GenerateVerifyMac => &["CreateGrant", "DescribeKey", "GenerateMac", "RetireGrant", "VerifyMac"],
            Usage::KeyAgreement => &["CreateGrant", "DeriveSharedSecret", "DescribeKey", "GetPublicKey", "RetireGrant"],
        }
    }

    /// With the condition keys that say what a key is.
    pub(crate) fn with(self, origin: Origin, demand: Demand) -> Demand {
        demand
            .with("kms:KeySpec", self.spec.name())
            .with("kms:KeyUsage", self.usage.name())
            .with("kms:KeyOrigin", origin.name())
            .with("kms:MultiRegion", false)
    }

    /// The algorithm that was asked for, if it is one of the `fitting` ones.
    pub(crate) fn algorithm(self, asked: &str, fitting: &'static [&'static str]) -> Result<&'static str, Error> {
        let unfit = || invalid_usage(format!("Algorithm {} is incompatible with key spec {}.", clipped(asked), self.spec.name()));
        fitting.iter().find(|name| **name == asked).copied().ok_or_else(unfit)
    }
}
