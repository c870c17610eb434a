//! Does a server answer? Asked in its own protocol, without logging in.

use std::{fmt, io, time::Duration};

use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{Engine, url::Address};

pub(crate) mod mysql;
pub(crate) mod postgres;

/// What is there at an address.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// A server that takes logins.
    Ready,
    /// A server that says that it is starting, or ending.
    NotYet,
    /// Nobody listens, or somebody hangs up before a word.
    Nobody(String),
    /// Somebody listens and says nothing.
    Silent,
    /// It is something else.
    Other(String),
}

/// An attempt made while Docker publishes a port can hang for a second; the next one does not.
const CONNECT: Duration = Duration::from_millis(250);
/// From one attempt to the next.
pub(crate) const STEP: Duration = Duration::from_millis(20);

/// Knocks once.
pub(crate) async fn knock(engine: Engine, address: &Address, patience: Duration) -> Answer {
    let Address::Tcp { host, port } = address else {
        return Answer::Ready;
    };
    let talk = async {
        let mut stream = TcpStream::connect((host.as_str(), *port)).await?;
        match engine {
            Engine::Postgres => postgres::ask(&mut stream).await,
            Engine::MySql | Engine::MariaDb => mysql::ask(&mut stream).await,
        }
    };
    match timeout(patience, talk).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => Answer::Nobody(reason(&error)),
        Err(_) => Answer::Silent,
    }
}

/// Knocks once at a server that was just started.
pub(crate) async fn knock_briefly(engine: Engine, address: &Address) -> Answer {
    knock(engine, address, CONNECT).await
}

/// Knocks at a server that is said to run, until it is clear what is there: a server that is busy takes its time,
/// one that starts or ends is waited for.
pub(crate) async fn settle(engine: Engine, address: &Address, patience: Duration) -> Answer {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match knock(engine, address, left).await {
            Answer::NotYet if Instant::now() < deadline => sleep(STEP).await,
            answer => return answer,
        }
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "the connection was closed without a word".to_owned()
        }
        _ => error.to_string(),
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("it is ready"),
            Self::NotYet => f.write_str("it is starting or ending, and did not get on with it"),
            Self::Nobody(why) => f.write_str(why),
            Self::Silent => f.write_str("nothing answers"),
            Self::Other(what) => f.write_str(what),
        }
    }
}
