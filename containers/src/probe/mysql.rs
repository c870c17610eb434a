//! MySQL and MariaDB speak first: a greeting, or an error.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::Answer;

/// The version of the protocol that every server since 3.21 greets with.
const GREETING: u8 = 10;
const ERROR: u8 = 0xff;

/// Reads how the server begins: the length and number of a packet, four bytes, then what it is.
pub(super) async fn ask(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Answer> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).await?;
    Ok(match (head[3], head[4]) {
        // An error is about us, such as too many connections, and the login will tell.
        (0, GREETING | ERROR) => Answer::Ready,
        _ => Answer::Other("what answers there is neither MySQL nor MariaDB".to_owned()),
    })
}
