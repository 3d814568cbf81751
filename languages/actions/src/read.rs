//! The form of the tables: `generate.py` describes it.

/// The lines behind the first, which has the version, each as its fields.
pub(crate) fn rows(text: &'static str) -> impl Iterator<Item = Fields> {
    text.lines().skip(1).map(|line| Fields(line.split('\t')))
}

/// The fields of a line, in order; those that are left out at the end are empty.
pub(crate) struct Fields(std::str::Split<'static, char>);

impl Fields {
    pub fn next(&mut self) -> &'static str {
        self.0.next().unwrap_or_default()
    }
    pub fn list(&mut self) -> Vec<&'static str> {
        self.next().split(' ').filter(|word| !word.is_empty()).collect()
    }
}

/// A name in which `${...}` or `<...>` stands for anything.
pub(crate) fn fits(form: &str, name: &str) -> bool {
    let Some((before, rest)) = hole(form) else { return form.eq_ignore_ascii_case(name) };
    let Some(name) = name.get(..before.len()).filter(|head| head.eq_ignore_ascii_case(before)).map(|_| &name[before.len()..]) else {
        return false;
    };
    // A hole has at least one character, and the rest may begin at any place behind it.
    name.char_indices().skip(1).map(|(at, _)| at).chain([name.len()]).any(|at| at > 0 && fits(rest, &name[at..]))
}

fn hole(form: &str) -> Option<(&str, &str)> {
    let start = form.find("${").or_else(|| form.find('<'))?;
    let end = start + form[start..].find(['}', '>'])?;
    Some((&form[..start], &form[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn holes_stand_for_anything_but_nothing() {
        for (form, name, expected) in [
            ("aws:TagKeys", "AWS:tagkeys", true),
            ("aws:RequestTag/${TagKey}", "aws:RequestTag/Team", true),
            ("aws:RequestTag/${TagKey}", "aws:RequestTag/", false),
            ("s3:ExistingObjectTag/<key>", "s3:ExistingObjectTag/a/b", true),
            ("codebuild:a/${x}.value", "codebuild:a/one.value", true),
            ("codebuild:a/${x}.value", "codebuild:a/one.type", false),
            ("arn:${P}:logs:${R}:${A}:log-group:${G}", "arn:aws:logs:r:1:log-group:/a:*", true),
            ("arn:${P}:logs:${R}:${A}:log-group:${G}", "arn:aws:s3:::b", false),
            ("", "", true),
            ("x", "ü", false),
            ("ab${x}", "aü", false),
        ] {
            assert_eq!(fits(form, name), expected, "{form} {name}");
        }
    }
}
