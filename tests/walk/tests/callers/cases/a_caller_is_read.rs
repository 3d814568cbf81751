// E0277
// Nor read from data.
pub fn forge(text: &str) -> gate::Caller {
    serde_json::from_str::<gate::Caller>(text).unwrap()
}
