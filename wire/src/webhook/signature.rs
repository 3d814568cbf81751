//! How providers prove that they know a webhook's secret.
//! Sources: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>,
//! <https://docs.gitlab.com/user/project/integrations/webhooks/>, <https://docs.gitea.com/usage/webhooks>,
//! <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>

use aws_lc_rs::{
    digest,
    hmac::{HMAC_SHA256, Key, verify},
};
use serde::{Deserialize, Serialize};

/// Whose webhook it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Provider {
    /// `X-Hub-Signature-256`.
    GitHub,
    /// `X-Gitlab-Token`: the secret itself.
    GitLab,
    /// `X-Gitea-Signature`.
    Gitea,
    /// `X-Hub-Signature`.
    Bitbucket,
}

impl Provider {
    /// Whether the signature is that of the body, in a time that tells nothing of the secret.
    pub(crate) fn verify(self, secret: &[u8], signature: &str, body: &[u8]) -> bool {
        let digits = match self {
            Self::GitLab => {
                // Of equal length, so that nothing is told of the secret's.
                let sum = |text: &[u8]| digest::digest(&digest::SHA256, text);
                return aws_lc_rs::constant_time::verify_slices_are_equal(sum(secret).as_ref(), sum(signature.as_bytes()).as_ref()).is_ok();
            }
            Self::GitHub | Self::Bitbucket => signature.strip_prefix("sha256="),
            Self::Gitea => Some(signature),
        };
        let tag = digits.filter(|digits| digits.len() == 64).and_then(|digits| hex::decode(digits).ok());
        tag.is_some_and(|tag| verify(&Key::new(HMAC_SHA256, secret), body, &tag).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn signatures_are_those_of_the_providers() {
        // GitHub's own example.
        let (secret, body) = (b"It's a Secret to Everybody", b"Hello, World!");
        let digits = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let named = format!("sha256={digits}");
        for (provider, good) in [(Provider::GitHub, named.as_str()), (Provider::Bitbucket, &named), (Provider::Gitea, digits)] {
            assert!(provider.verify(secret, good, body), "{provider:?}");
            assert!(!provider.verify(secret, good, b"Hello, World?"), "{provider:?}");
            assert!(!provider.verify(b"another", good, body), "{provider:?}");
            for wrong in ["", "sha256=", &good[..good.len() - 1], &good.replace('7', "8"), "sha256=zz", "\u{e9}"] {
                assert!(!provider.verify(secret, wrong, body), "{provider:?} {wrong}");
            }
        }
        assert!(Provider::GitLab.verify(secret, "It's a Secret to Everybody", body));
        assert!(!Provider::GitLab.verify(secret, "It's a Secret to Everybod", body));
        assert!(!Provider::GitLab.verify(secret, "", body));
    }
}
