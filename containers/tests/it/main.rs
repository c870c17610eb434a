//! Servers as users get them: found and started by processes of their own, and gone afterwards.
//!
//! What processes share is shared per user, so every test has directories of its own for that, and asks in child
//! processes, whose environment it sets: see [`user`].

mod user;

mod bad_input;
mod local;
mod url;

#[cfg(feature = "docker")]
mod docker;
