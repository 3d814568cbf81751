// E0603
// So no other crate takes a step as the service, or sees its tables beside its own.
pub fn forge(gate: &gate::Gate, context: &gate::StepContext) {
    let _ = gate.step(&iam::Iam(()), context, |scope| Ok(scope.caller().name()));
}
