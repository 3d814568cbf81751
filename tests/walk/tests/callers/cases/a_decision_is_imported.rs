// E0603
// The proof of an allow is known to the gate alone.
pub fn forge(_: gate::authorize::Allowed) {}
