//! Rehearsals of one estate: each but the last learns of something that stands in the way of the next.

use crate::{
    Estate, Report,
    driver::{Driver, Mends},
    mends,
    world::Setup,
};
use gate::Error;

/// How many there are at most.
const MOST_TRIES: usize = 48;

/// Rehearses an estate.
///
/// # Errors
/// The world itself failed: nothing of what the user gave is at fault.
pub fn rehearse(estate: &Estate, setup: &Setup) -> Result<Report, Error> {
    settled(estate, setup).map(|(report, _)| report)
}

/// Rehearses until nothing more stands in the way that can be mended.
fn settled(estate: &Estate, setup: &Setup) -> Result<(Report, Mends), Error> {
    let mut mends = Mends::default();
    for _ in 0..MOST_TRIES {
        let (report, next) = once(&mends::mended(estate, &mends), setup, mends.clone(), true)?;
        if next == mends {
            return Ok((report, mends));
        }
        mends = next;
    }
    let (report, _) = once(&mends::mended(estate, &mends), setup, mends.clone(), false)?;
    Ok((report, mends))
}

/// Rehearses, and looks at the world as it is at the end.
pub(crate) fn to_the_end(estate: &Estate, setup: &Setup, look: impl FnOnce(&mut Driver<'_>) -> Result<(), Error>) -> Result<Report, Error> {
    let (report, mends) = settled(estate, setup)?;
    let estate = mends::mended(estate, &mends);
    let mut driver = Driver::new(&estate, setup, mends, false)?;
    driver.go()?;
    look(&mut driver)?;
    Ok(report)
}

/// Rehearses once. Also gives what the next rehearsal has to mend beforehand: if it may, this one ends where that is known.
fn once(estate: &Estate, setup: &Setup, mends: Mends, mend: bool) -> Result<(Report, Mends), Error> {
    let mut driver = Driver::new(estate, setup, mends, mend)?;
    if driver.go()? { driver.report() } else { Ok(driver.again_from_the_beginning()) }
}
