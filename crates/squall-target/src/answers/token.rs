//! Tokens that carry their own proof, so that no session need be kept.

use std::fmt::Write as _;

const PREFIX: &str = "squall";

/// Makes the token of a user. It protects nothing: everybody can make one who reads this.
pub(crate) fn issue(user: &str) -> String {
    let mut token = format!("{PREFIX}.");
    for byte in user.bytes() {
        write!(token, "{byte:02x}").expect("writing to a string does not fail");
    }
    write!(token, ".{:016x}", checksum(user.as_bytes()))
        .expect("writing to a string does not fail");
    token
}

/// Returns the user of a token that [`issue`] made.
pub(crate) fn verify(token: &str) -> Option<String> {
    let (prefix, rest) = token.split_once('.')?;
    let (user, proof) = rest.split_once('.')?;
    let user = decode_hex(user)?;
    let genuine = prefix == PREFIX && u64::from_str_radix(proof, 16) == Ok(checksum(&user));
    String::from_utf8(user).ok().filter(|_| genuine)
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

/// FNV-1a with 64 bits, begun with a value of our own.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ 0x5157_414c_4c00_0001;
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_back_its_user() {
        for user in ["ada", "", "grüß dich", "a.b"] {
            assert_eq!(verify(&issue(user)).as_deref(), Some(user));
        }
    }

    #[test]
    fn a_forged_token_is_refused() {
        let token = issue("ada");
        let forged = token.replace("616461", "626f62");
        for text in [
            "",
            "squall",
            "squall.61",
            "squall.6.0",
            forged.as_str(),
            &token[1..],
            &token[..token.len() - 1],
        ] {
            assert_eq!(verify(text), None, "{text}");
        }
    }
}
