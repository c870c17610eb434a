//! The start of a conversation with Postgres: enough to see that it is ready, and to set a password.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Answer;

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 0x0003_0000;
/// `cannot_connect_now`: it starts, ends or recovers.
const CANNOT_CONNECT_NOW: &str = "57P03";
/// More than any message at the start of a connection has.
const LONGEST: u32 = 30_000;

/// Says who we are and reads what comes back: whether it wants a password, or complains.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<Answer> {
    introduce(stream).await?;
    let (kind, body) = match message(stream).await {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Ok(Answer::Other(
                "what answers there is not Postgres".to_owned(),
            ));
        }
        other => other?,
    };
    Ok(match kind {
        b'E' if code(&body) == Some(CANNOT_CONNECT_NOW) => Answer::NotYet,
        // Any other complaint is about us, such as too many connections, and the login will tell.
        b'R' | b'E' | b'v' => Answer::Ready,
        _ => Answer::Other("what answers there is not Postgres".to_owned()),
    })
}

/// Runs one statement on a connection where no password is asked for. `Err` within `Ok` is the server's complaint.
pub(crate) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    statement: &str,
) -> io::Result<Result<(), String>> {
    introduce(stream).await?;
    if let Err(complaint) = until_idle(stream).await? {
        return Ok(Err(complaint));
    }
    let mut body = statement.as_bytes().to_vec();
    body.push(0);
    let mut packet = vec![b'Q'];
    packet.extend(length(&body).to_be_bytes());
    packet.extend(body);
    stream.write_all(&packet).await?;
    let result = until_idle(stream).await?;
    stream.write_all(&[b'X', 0, 0, 0, 4]).await?;
    Ok(result)
}

async fn introduce(stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    let mut body = PROTOCOL.to_be_bytes().to_vec();
    body.extend(b"user\0postgres\0database\0postgres\0application_name\0testudo\0\0");
    let mut packet = length(&body).to_be_bytes().to_vec();
    packet.extend(body);
    stream.write_all(&packet).await
}

/// Reads until the server waits for a statement. After a complaint before that, it hangs up.
async fn until_idle(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Result<(), String>> {
    let mut complaint = None;
    loop {
        let (kind, body) = match (message(stream).await, &complaint) {
            (Err(_), Some(_)) => (b'Z', Vec::new()),
            (read, _) => read?,
        };
        match kind {
            b'Z' => return Ok(complaint.map_or(Ok(()), Err)),
            b'E' => complaint = Some(field(&body, b'M').unwrap_or("no reason given").to_owned()),
            // Anything but `AuthenticationOk` asks for a password.
            b'R' if body != [0; 4] => return Ok(Err("it asks for a password".to_owned())),
            _ => {}
        }
    }
}

async fn message(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(u8, Vec<u8>)> {
    let kind = stream.read_u8().await?;
    let length = stream.read_u32().await?;
    let rest = length.checked_sub(4).filter(|rest| *rest < LONGEST);
    let rest = rest.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    let mut body = Vec::new();
    stream.take(rest.into()).read_to_end(&mut body).await?;
    Ok((kind, body))
}

/// The length that a message states: its own four bytes count.
fn length(body: &[u8]) -> u32 {
    u32::try_from(body.len() + 4).unwrap_or(u32::MAX)
}

fn code(error: &[u8]) -> Option<&str> {
    field(error, b'C')
}

/// A field of an error: a letter, a text, a zero.
fn field(error: &[u8], letter: u8) -> Option<&str> {
    error
        .split(|byte| *byte == 0)
        .find_map(|field| field.strip_prefix(&[letter]))
        .and_then(|text| std::str::from_utf8(text).ok())
}
