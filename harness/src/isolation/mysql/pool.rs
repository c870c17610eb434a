//! The pools that tests get.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::MySqlPool;
use sqlx::mysql::MySqlPoolOptions;

use super::{MySql, lock, outer};
use crate::isolation::server::engine::HeldPool;

/// A second acquire cannot succeed while the only connection is held, so waiting long for it only
/// delays the failure; tasks that take turns need milliseconds.
const HELD_TIMEOUT: Duration = Duration::from_secs(2);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

impl MySql {
    /// A pool whose only connection is in a transaction.
    ///
    /// sqlx counts that transaction, so `begin` on the pool is a savepoint and its commit a release. A
    /// statement that fails needs no healing: the server undoes that statement alone.
    pub(super) fn pool_of_one(&self, database: &str) -> HeldPool<sqlx::MySql> {
        let opened = Arc::new(AtomicU32::new(0));
        let failure = Arc::new(Mutex::new(None));
        let (counter, failed) = (Arc::clone(&opened), Arc::clone(&failure));
        let (ours, equipment) = (Arc::clone(&self.ours), self.equipment());
        // From now on, because whoever asks for a pool opens it at once.
        let opening = Arc::new(Mutex::new(Some(ours.opening())));
        let pool = MySqlPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(HELD_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                counter.fetch_add(1, Ordering::AcqRel);
                let (ours, failed) = (Arc::clone(&ours), Arc::clone(&failed));
                let (equipment, opening) = (equipment.clone(), Arc::clone(&opening));
                Box::pin(async move {
                    let held = outer::equip_and_start(connection, equipment, &ours).await;
                    ours.opened();
                    drop(lock(&opening).take());
                    held.map_err(|error| {
                        *lock(&failed) = Some(error);
                        sqlx::Error::WorkerCrashed
                    })
                })
            })
            .connect_lazy_with(self.options_of(database));
        HeldPool {
            pool,
            opened,
            failure,
        }
    }

    /// A pool for a test that commits.
    pub(super) fn pool_of_many(&self, database: &str, most: u32) -> MySqlPool {
        MySqlPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(self.options_of(database))
    }
}
