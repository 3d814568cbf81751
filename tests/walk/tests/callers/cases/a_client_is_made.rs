// E0624
// A client is given to a service's own agents.
pub fn forge(gate: gate::Gate, caller: gate::Caller) {
    let _ = gate::Client::new(gate, caller, "s3.amazonaws.com", todo!());
}
