/// Comparing takes time by the product of the lengths, and both may come from the file.
const COMPARED: usize = 128;
/// Known words that are compared, and those that are listed.
const MOST_COMPARED: usize = 200;
const MOST_LISTED: usize = 20;

/// The nearest of the known words, or all of them if none is near.
pub fn suggest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let lower = word.to_lowercase();
    let comparable = |text: &str| text.len() <= COMPARED;
    let near = known
        .clone()
        .take(MOST_COMPARED)
        .filter(|candidate| comparable(&lower) && comparable(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("one of: {}", known.take(MOST_LISTED).collect::<Vec<_>>().join(", ")),
    }
}
