//! The password of a server that we start, and the form in which Postgres keeps it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A new password: 122 bits of chance, in hexadecimal, so that it needs no escaping anywhere.
pub(crate) fn generate() -> String {
    Uuid::new_v4().simple().to_string()
}

/// What Postgres stores for `password`, with one round of hashing.
///
/// Postgres takes such a text for a password that is hashed already. Its own 4096 rounds cost every connection of
/// a debug build some 35 ms, and only from version 16 on there is a setting for it.
pub(crate) fn scram_verifier(password: &str) -> String {
    verifier(password, Uuid::new_v4().as_bytes())
}

fn verifier(password: &str, salt: &[u8]) -> String {
    let salted = hmac(password.as_bytes(), &[salt, &1_u32.to_be_bytes()].concat());
    let stored = Sha256::digest(hmac(&salted, b"Client Key"));
    let server = hmac(&salted, b"Server Key");
    format!(
        "SCRAM-SHA-256$1:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored),
        STANDARD.encode(server)
    )
}

/// HMAC-SHA-256 of RFC 2104, for keys of up to one block.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(message);
    Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner.finalize())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231.
    #[test]
    fn hmac_is_that_of_the_standard() {
        let hex: String = hmac(b"Jefe", b"what do ya want for nothing?")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn no_two_passwords_are_the_same() {
        assert_ne!(generate(), generate());
        assert_ne!(scram_verifier("same"), scram_verifier("same"));
    }
}
