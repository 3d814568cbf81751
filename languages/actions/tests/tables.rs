//! The generated tables are whole, and say what AWS's pages say.

use actions::{AccessLevel, KeyType, action, action_of, global_key, key_type, service, service_name, services, tables};

#[test]
fn every_line_is_read_and_every_name_leads_somewhere() {
    let mut read = 0;
    for service in tables() {
        let listed = service_name(service.prefix).expect(service.prefix);
        assert_eq!(listed.name, service.name);
        assert!(service.actions.len() > 5, "{} has few actions", service.prefix);
        for action in &service.actions {
            read += 1;
            assert_eq!(service.resource_types_of(action).count(), action.on.len(), "{}:{}", service.prefix, action.name);
            assert!(action.dependents.iter().chain(action.on.iter().flat_map(|on| &on.dependents)).all(|name| name.contains(':')));
            let keys = action.keys.iter().chain(action.on.iter().flat_map(|on| &on.keys));
            for key in keys {
                assert!(key_type(key).is_some(), "{}:{}: {key} has no type", service.prefix, action.name);
            }
        }
    }
    assert!(read > 1900, "{read} actions");
    assert!(services().len() > 400);
}

#[test]
fn what_the_pages_say() {
    let (s3, get) = action("S3:getobject").unwrap();
    assert_eq!((get.name, get.level), ("GetObject", Some(AccessLevel::Read)));
    let fitting = |arn| s3.resource_types_of(get).filter(|kind| kind.fits(arn)).map(|kind| kind.name).collect::<Vec<_>>();
    assert_eq!(fitting("arn:aws:s3:::bucket/a/b"), ["object"]);
    assert!(fitting("arn:aws:s3:::bucket").is_empty());
    assert!(s3.has_key(get, "s3:ExistingObjectTag/Team"));
    assert!(!s3.has_key(get, "s3:prefix"));
    let (_, list) = action("s3:ListAllMyBuckets").unwrap();
    assert!(list.on.is_empty());
    let (iam, pass) = action("iam:PassRole").unwrap();
    assert!(iam.has_key(pass, "iam:passedtoservice"));
    let (_, start) = action("codepipeline:StartPipelineExecution").unwrap();
    assert_eq!(start.level, Some(AccessLevel::Write));
    assert_eq!(action_of("s3", "ListObjectsV2"), Some("ListBucket"));
    assert_eq!(action_of("iam", "CreateRole"), Some("CreateRole"));
    assert_eq!(action_of("s3", "NoSuchOperation"), None);
    assert!(service("gamelift").is_none());
    assert!(action("s3:NoSuchAction").is_none());
    assert_eq!(key_type("kms:EncryptionContext:a"), Some(KeyType::String));
    assert_eq!(global_key("aws:tagkeys"), Some(KeyType::ArrayOfString));
    assert_eq!(key_type("aws:PrincipalTag/Team"), Some(KeyType::String));
    assert!(key_type("aws:Nothing").is_none());
    assert!(service_name("KMS").is_some_and(|kms| kms.resource_control));
    assert!(service_name("iam").is_some_and(|iam| !iam.resource_control));
}
