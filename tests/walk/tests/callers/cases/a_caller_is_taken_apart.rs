// E0616
// What is inside a caller is not changed.
pub fn forge(caller: &mut gate::Caller) {
    std::sync::Arc::make_mut(&mut caller.0);
}
