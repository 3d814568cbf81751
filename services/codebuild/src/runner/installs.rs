//! Where a build's own installations go. In AWS's images a build is root and installs what it likes; here the machine's folders
//! are read-only, and the build's private home takes it.

use crate::variables::PATH;

/// Where programs are put that a build installs; found before the machine's.
const PROGRAMS: &str = "/root/.local/bin";
/// pip goes to the home by itself, but a distribution's Python refuses that unless it is told that no system is at stake;
/// npm's global folder is one of the machine's unless it is told another.
const VARIABLES: [(&str, &str); 2] = [("PIP_BREAK_SYSTEM_PACKAGES", "1"), ("NPM_CONFIG_PREFIX", "/root/.local")];

/// Leads installers to the home, unless the build's own variables lead them elsewhere.
pub(super) fn lead(env: &mut Vec<(String, String)>) {
    if let Some((_, path)) = env.iter_mut().find(|(name, value)| name == "PATH" && value == PATH) {
        *path = format!("{PROGRAMS}:{PATH}");
    }
    for (name, value) in VARIABLES {
        if env.iter().all(|(known, _)| known != name) {
            env.push((name.into(), value.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_says_itself_stands() {
        let env = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
        let mut plain = env(&[("PATH", PATH)]);
        lead(&mut plain);
        assert_eq!(plain[0].1, format!("/root/.local/bin:{PATH}"));
        assert_eq!(plain.len(), 3);
        let mut own = env(&[("PATH", "/opt/bin"), ("NPM_CONFIG_PREFIX", "/opt"), ("PIP_BREAK_SYSTEM_PACKAGES", "0")]);
        let before = own.clone();
        lead(&mut own);
        assert_eq!(own, before);
    }
}
