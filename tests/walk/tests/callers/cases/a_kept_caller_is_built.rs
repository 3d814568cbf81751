// E0603
// A kept caller is what the gate sealed.
pub fn forge() -> gate::StoredCaller {
    gate::StoredCaller(String::new())
}
