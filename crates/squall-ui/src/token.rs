//! The secret that the URL carries.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::UiError;

/// Random bytes of a token.
const BYTES: usize = 16;

/// A secret that is in nobody's log: its `Debug` does not show it.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// Draws one.
    pub(crate) fn draw() -> Result<Self, UiError> {
        let mut bytes = [0; BYTES];
        let provider = rustls::crypto::ring::default_provider();
        let filled = provider.secure_random.fill(&mut bytes);
        filled.map_err(|_| UiError::NoRandom)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Returns it as it is in the URL.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether a text is the token, in a time that does not depend on where they differ.
    pub(crate) fn is(&self, text: &str) -> bool {
        let pairs = self.0.bytes().zip(text.bytes());
        let differences = pairs.fold(0, |all, (own, other)| all | (own ^ other));
        self.0.len() == text.len() && differences == 0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_alone_and_is_not_shown() {
        let token = Token::draw().unwrap();
        let text = token.as_str().to_owned();
        assert_eq!(text.len(), 22);
        assert!(token.is(&text));
        for other in [
            "",
            &text[1..],
            &format!("{text}A"),
            Token::draw().unwrap().as_str(),
        ] {
            assert!(!token.is(other));
        }
        assert!(!format!("{token:?}").contains(&text));
    }
}
