/// The path without `.` and empty parts, or why it is refused. The folder itself is `.`.
pub(crate) fn normalise(path: &str) -> Result<String, &'static str> {
    if path.starts_with('/') {
        return Err("is absolute");
    }
    if path.contains(['\\', '\0']) {
        return Err("holds a backslash or a NUL character");
    }
    if path.split('/').any(|part| part == "..") {
        return Err("holds `..`");
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    match parts.is_empty() {
        true if path.is_empty() => Err("is empty"),
        true => Ok(".".to_owned()),
        false => Ok(parts.join("/")),
    }
}
