//! Envelopes and what is demanded of statements.

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use provenance::{Demand, Envelope, Refused, Statement, digest_to_sign, pae, sha256};
use serde_json::{Value, json};

struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }
    fn public(&self) -> Vec<u8> {
        self.0.public_key().as_der().unwrap().as_ref().to_vec()
    }
    fn envelope(&self, payload: &[u8]) -> Envelope {
        let signature = self.0.sign(&SystemRandom::new(), &pae(provenance::PAYLOAD_TYPE, payload)).unwrap();
        Envelope::of(payload, "arn:aws:kms:us-east-1:111111111111:key/k", signature.as_ref())
    }
}

fn statement() -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "s3://goods/site.zip", "digest": {"sha256": "aa11"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": provenance::BUILD_TYPE,
                "externalParameters": {"project": "arn:aws:codebuild:us-east-1:111111111111:project/shop"},
                "resolvedDependencies": [
                    {"name": "Source", "uri": "s3://goods/source.zip", "digest": {"sha256": "bb"}},
                    {"name": "Source", "uri": "git+https://host/v1/repos/shop@refs/heads/main", "digest": {"gitCommit": "0123456789abcdef"}},
                ],
            },
            "runDetails": {
                "builder": {"id": "arn:aws:codebuild:us-east-1:111111111111:project/shop"},
                "metadata": {"invocationId": "arn:aws:codebuild:us-east-1:111111111111:build/shop:1", "startedOn": "", "finishedOn": ""},
            },
        },
    })
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

#[test]
fn what_is_signed_is_dsses_own_example() {
    let signed = pae("http://example.com/HelloWorld", b"hello world");
    assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    let whole = format!("DSSEv1 28 {} 2 {{}}", provenance::PAYLOAD_TYPE);
    assert_eq!(hex(&digest_to_sign(b"{}")), sha256(whole.as_bytes()).unwrap());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn only_what_the_trusted_key_signed_is_believed() {
    let (signer, other) = (Signer::new(), Signer::new());
    let envelope = signer.envelope(&bytes(&statement()));
    let read = Envelope::parse(&bytes(&json!(envelope))).unwrap();
    assert_eq!(read.verified(&signer.public()).unwrap().subject[0].name, "s3://goods/site.zip");
    let refused = |envelope: &Envelope, key: &[u8]| envelope.verified(key).unwrap_err();
    assert!(matches!(refused(&envelope, &other.public()), Refused::Signature(_)));
    assert!(matches!(refused(&envelope, b"no key"), Refused::Signature(_)));
    let mut altered = statement();
    altered["subject"][0]["digest"]["sha256"] = json!("cc");
    let forged = Envelope { payload: signer.envelope(&bytes(&altered)).payload, ..envelope.clone() };
    assert!(matches!(refused(&forged, &signer.public()), Refused::Signature(_)));
    let unsigned = Envelope { signatures: Vec::new(), ..envelope.clone() };
    assert!(matches!(refused(&unsigned, &signer.public()), Refused::Signature(_)));
    let retyped = Envelope { payload_type: "text/plain".into(), ..envelope };
    assert!(matches!(refused(&retyped, &signer.public()), Refused::Unreadable(_)));
}

#[test]
fn what_is_signed_must_be_a_statement_of_provenance() {
    let signer = Signer::new();
    for (pointer, value) in [("/_type", "other"), ("/predicateType", "other"), ("/predicate/buildDefinition/buildType", "other")] {
        let mut wrong = statement();
        *wrong.pointer_mut(pointer).unwrap() = json!(value);
        assert!(matches!(signer.envelope(&bytes(&wrong)).verified(&signer.public()), Err(Refused::Unreadable(_))), "{pointer}");
    }
    assert!(signer.envelope(b"[]").verified(&signer.public()).is_err());
    assert!(Envelope::parse(b"{").is_err());
    assert!(Envelope::parse(&vec![b' '; provenance::LONGEST + 1]).is_err());
}

#[test]
fn a_demand_is_met_by_one_source_whole() {
    let statement: Statement = serde_json::from_value(statement()).unwrap();
    let none = Demand::default();
    let good = [
        Demand { sha256: Some("AA11"), ..none.clone() },
        Demand { branch: Some("main"), repository: Some("shop"), commit: Some("0123456"), ..none.clone() },
        Demand { branch: Some("refs/heads/main"), repository: Some("https://host/v1/repos/shop.git"), ..none.clone() },
        Demand { builder: Some("shop"), build: Some("shop:1"), ..none.clone() },
    ];
    for demand in good {
        assert_eq!(demand.check(&statement), Ok(()), "{demand:?}");
    }
    let bad = [
        Demand { sha256: Some("bb"), ..none.clone() },
        Demand { branch: Some("mai"), ..none.clone() },
        Demand { branch: Some("main"), repository: Some("hop"), ..none.clone() },
        Demand { commit: Some("012345"), ..none.clone() },
        Demand { commit: Some("0123456789abcdef0"), ..none.clone() },
        Demand { builder: Some("op"), ..none.clone() },
        Demand { builder: Some(""), ..none.clone() },
        Demand { build: Some("shop:2"), ..none },
    ];
    for demand in bad {
        assert!(matches!(demand.check(&statement), Err(Refused::Demand(_))), "{demand:?}");
    }
}
