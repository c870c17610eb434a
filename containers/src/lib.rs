//! Where a database server for tests comes from: a URL, a container, or server programs on this machine.
