// E0603
// Who calls is not made one who acts: that takes a scope.
pub fn forge(caller: gate::Caller) -> gate::Actor {
    gate::Actor(caller)
}
