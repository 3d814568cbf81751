//! Words that people write to pull requests.

use gate::Error;

const MAX_TITLE: usize = 150;
const MAX_DESCRIPTION: usize = 10_240;

pub(crate) fn title(text: &str) -> Result<(), Error> {
    match text.chars().count() {
        0 => Err(Error::new("TitleRequiredException", "A pull request title is required")),
        1..=MAX_TITLE => Ok(()),
        _ => Err(Error::new("InvalidTitleException", format!("The title of the pull request has more than {MAX_TITLE} characters"))),
    }
}

pub(crate) fn description(text: Option<&str>) -> Result<(), Error> {
    if text.is_none_or(|text| text.chars().count() <= MAX_DESCRIPTION) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidDescriptionException",
        format!("The description of the pull request has more than {MAX_DESCRIPTION} characters"),
    ))
}
