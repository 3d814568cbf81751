//! What stands in the way is got over in worlds in memory, and nowhere else.

use base::Region;
use gate::{Fault, GateBuilder};

#[test]
fn a_store_on_disk_cannot_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::Store::open(folder.path(), &store::RootKey::new([1; 32])).unwrap();
    let blobs = store::Blobs::open(&folder.path().join("blobs")).unwrap();
    let builder = |store, blobs| GateBuilder::new(store, blobs, &[7; 32], Region::new("us-east-1"), "000000000000".parse().unwrap());
    let refused = builder(store, blobs).mender(Box::new(|_: &Fault<'_>| true)).err().expect("refused");
    assert!(refused.contains("memory"), "{refused}");
    assert!(builder(store::Store::memory(), store::Blobs::memory()).mender(Box::new(|_: &Fault<'_>| true)).is_ok());
}
