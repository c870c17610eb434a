//! A server that lets everybody in and hangs up.
//!
//! A pool of sqlx opens its connections itself, and none can be put into it. But one that it has opened can
//! be exchanged before anybody gets it. So the pool of a test connects to this, which costs next to
//! nothing, and is given the connection that the slot has kept.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a client is told until it believes that it is connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Greeting {
    /// As soon as it is there.
    pub(crate) first: &'static [u8],
    /// When it has said who it is, in whatever words.
    pub(crate) then: &'static [u8],
}

/// Listens on this machine alone, as long as the runtime lives that this is called on.
pub(super) async fn listen(greeting: Greeting) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        loop {
            // What fails here is a client that has gone, or a process without a file left for it.
            if let Ok((client, _)) = listener.accept().await {
                tokio::spawn(greet(client, greeting));
            }
        }
    });
    Ok(address)
}

async fn greet(mut client: TcpStream, greeting: Greeting) -> io::Result<()> {
    client.write_all(greeting.first).await?;
    // Its whole message is one small packet.
    let mut said = [0; 4096];
    match client.read(&mut said).await? {
        0 => Ok(()),
        _ => client.write_all(greeting.then).await,
    }
}
