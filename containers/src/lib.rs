//! Where a database server for tests comes from: a URL, a container, or server programs on this machine.
//!
//! [`Request::server`] finds or starts one and comes back when it answers. The sources are tried in this order:
//!
//! 1. a URL: `TESTUDO_POSTGRES_URL`, `TESTUDO_MYSQL_URL`, `TESTUDO_MARIADB_URL`;
//! 2. Docker, with the feature `docker`: the official images, or what `TESTUDO_POSTGRES_IMAGE` and its like name;
//! 3. server programs on this machine, such as `initdb` and `postgres`.
//!
//! A server that was started is shared by every process of this user that asks for the same one, and ends itself
//! when nobody has been connected for ten minutes (`TESTUDO_IDLE`). No process has to stay for that, and none has
//! to clean up: a run that was killed leaves nothing behind that would not go away by itself.
//!
//! ```no_run
//! # async fn example() -> Result<(), testudo_containers::Error> {
//! use testudo_containers::{Engine, Request};
//!
//! let server = Request::of(Engine::Postgres).server().await?;
//! println!("{server}"); // without its password
//! let url: &str = server.url(); // with it
//! # let _ = url; Ok(())
//! # }
//! ```

mod engine;
mod error;
mod password;
mod probe;
mod progress;
mod request;
mod server;
mod state;
mod url;
mod watch;

#[cfg(feature = "docker")]
mod docker;
#[cfg(not(feature = "docker"))]
#[path = "docker/absent.rs"]
mod docker;
#[cfg(unix)]
mod local;
#[cfg(not(unix))]
#[path = "local/absent.rs"]
mod local;

pub use engine::Engine;
pub use error::Error;
pub use progress::Progress;
pub use request::{Request, Sources};
pub use server::{Server, Source};

#[cfg(test)]
mod asked;
