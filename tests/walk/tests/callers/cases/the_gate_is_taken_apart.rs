// E0616
// The gate's inside, its store and its keys, is its own.
pub fn forge(gate: &gate::Gate) {
    let _ = &gate.0;
}
