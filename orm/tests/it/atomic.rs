//! `#[atomic]`: functions whose body is a transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use testudo::prelude::*;
use testudo_orm::Error;
use tokio::sync::Barrier;

use crate::shop::{User, people};

#[derive(Debug)]
enum Refusal {
    NotToday(String),
    Database,
}

impl From<Error> for Refusal {
    fn from(_: Error) -> Self {
        Refusal::Database
    }
}

#[atomic]
async fn register(db: &Db, name: &str, welcome: bool) -> Result<User, Refusal> {
    assert!(db.is_transaction());
    let mut users = people(db, &[name]).await?;
    if !welcome {
        return Err(Refusal::NotToday(name.to_owned()));
    }
    users.pop().ok_or(Refusal::Database)
}

#[orm_test(models(User))]
async fn what_a_function_wrote_is_kept_when_it_returns_ok(db: Db) -> testudo::Result {
    let user = register(&db, "alice", true).await.unwrap();
    assert_eq!(User::get(&db, user.id).await?.username, "alice");
    Ok(())
}

#[orm_test(models(User))]
async fn a_function_that_returns_an_error_of_its_own_rolls_back(db: Db) -> testudo::Result {
    let refused = register(&db, "alice", false).await;
    assert!(matches!(refused, Err(Refusal::NotToday(name)) if name == "alice"));
    assert_eq!(User::all().count(&db).await?, 0);
    register(&db, "bob", true).await.unwrap();
    let twice = register(&db, "bob", true).await;
    assert!(matches!(twice, Err(Refusal::Database)));
    Ok(())
}

#[atomic]
async fn register_some(handle: &testudo_orm::Db, names: &[&str]) -> testudo::Result<usize> {
    let mut registered = 0;
    for name in names {
        // A savepoint each.
        if register(handle, name, *name != "mallory").await.is_ok() {
            registered += 1;
        }
    }
    Ok(registered)
}

#[orm_test(models(User))]
async fn an_atomic_function_within_another_is_a_savepoint(db: Db) -> testudo::Result {
    let names = ["alice", "mallory", "bob", "bob"];
    assert_eq!(register_some(&db, &names).await?, 2);
    assert_eq!(User::all().count(&db).await?, 2);
    Ok(())
}

struct Registry {
    domain: String,
    registered: Vec<String>,
}

impl Registry {
    /// Changes itself, borrows from itself and from a parameter, and is generic.
    #[atomic]
    async fn register<'n, N: AsRef<str> + Send + ?Sized>(
        &mut self,
        name: &'n N,
        db: &Db,
    ) -> Result<(&'n str, &str), Error> {
        let name = name.as_ref();
        people(db, &[name]).await?;
        self.registered.push(format!("{name}@{}", self.domain));
        Ok((name, &self.domain))
    }

    #[atomic(isolation = "REPEATABLE_READ", read_only)]
    async fn count(&self, db: &Db) -> testudo_orm::Result<(u64, u64)> {
        let before = User::all().count(db).await?;
        Ok((before, User::all().count(db).await?))
    }

    #[atomic]
    async fn printable(&self, _db: &Db) -> Result<Box<dyn std::fmt::Display + '_>, Error> {
        Ok(Box::new(&self.domain))
    }
}

fn registry() -> Registry {
    Registry {
        domain: "example.com".to_owned(),
        registered: Vec::new(),
    }
}

#[orm_test(models(User))]
async fn methods_are_atomic_as_functions_are(db: Db) -> testudo::Result {
    let mut registry = registry();
    let (name, domain) = registry.register("alice", &db).await?;
    assert_eq!((name, domain), ("alice", "example.com"));
    assert_eq!(registry.registered, ["alice@example.com"]);
    assert!(registry.register("alice", &db).await.is_err());
    assert_eq!(registry.printable(&db).await?.to_string(), "example.com");
    assert_eq!(User::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn the_options_are_those_of_the_transaction(db: Db) -> testudo::Result {
    people(&db, &["alice"]).await?;
    assert_eq!(registry().count(&db).await?, (1, 1));
    #[atomic(read_only)]
    async fn writes(db: &Db) -> testudo_orm::Result<()> {
        people(db, &["bob"]).await.map(drop)
    }
    assert!(writes(&db).await.is_err());
    Ok(())
}

/// Of two that have read that both are active, one may step down: what is consumed is a clone.
#[atomic(isolation = "serializable", retries = 5)]
async fn step_down(
    db: &Db,
    name: String,
    both_have_read: Arc<Barrier>,
    tries: Arc<AtomicU32>,
) -> Result<bool, Error> {
    let active = User::filter(User::is_active.eq(true)).count(db).await?;
    if tries.fetch_add(1, Ordering::SeqCst) == 0 {
        both_have_read.wait().await;
    }
    drop(both_have_read);
    if active < 2 {
        return Ok(false);
    }
    User::filter(User::username.eq(name))
        .update(User::is_active.set(false))
        .execute(db)
        .await?;
    Ok(true)
}

#[orm_test(models(User), isolation = "clone")]
async fn a_function_that_lost_runs_again(db: Db) -> testudo::Result {
    people(&db, &["alice", "bob"]).await?;
    let both_have_read = Arc::new(Barrier::new(2));
    let tries: [Arc<AtomicU32>; 2] = Default::default();
    let tasks = ["alice", "bob"]
        .into_iter()
        .zip(&tries)
        .map(|(name, tries)| {
            let (db, barrier, tries) = (db.clone(), Arc::clone(&both_have_read), Arc::clone(tries));
            // In a task of its own: the future is `Send`.
            tokio::spawn(async move { step_down(&db, name.to_owned(), barrier, tries).await })
        });
    let tasks: Vec<_> = tasks.collect();
    let mut stepped_down = 0;
    for task in tasks {
        stepped_down += u32::from(task.await??);
    }
    assert_eq!(stepped_down, 1);
    let tries: u32 = tries.iter().map(|tries| tries.load(Ordering::SeqCst)).sum();
    assert!(tries >= 3, "tried {tries} times");
    Ok(())
}
