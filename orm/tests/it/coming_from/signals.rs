//! Signals.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use testudo::prelude::*;
use testudo_orm::Result;

use crate::shop::{Article, Tag, User, people};

async fn alice(db: &Db) -> Result<User> {
    User::builder()
        .username("alice")
        .email("alice@example.com")
        .first_name("A")
        .create(db)
        .await
}

/// A counter, and a clone of it for a receiver.
fn counter() -> (Arc<AtomicU32>, Arc<AtomicU32>) {
    let counter = Arc::new(AtomicU32::new(0));
    (Arc::clone(&counter), counter)
}

#[orm_test(models(User))]
async fn before_a_save(db: Db) -> testudo::Result {
    let db = db.with_signals(Signals::new().pre_save(async |user: &mut User, _| {
        user.first_name = "B".to_owned();
        Ok(())
    }));
    let alice = alice(&db).await?;
    assert_eq!(User::get(&db, alice.id).await?.first_name, "B");
    Ok(())
}

#[orm_test(models(User))]
async fn after_a_save(db: Db) -> testudo::Result {
    let (new, created) = counter();
    let signals = Signals::new().post_save(async move |_: &User, created, _| {
        new.fetch_add(u32::from(created), Ordering::SeqCst);
        Ok(())
    });
    let db = db.with_signals(signals);
    alice(&db).await?.save(&db).await?;
    assert_eq!(created.load(Ordering::SeqCst), 1);
    Ok(())
}

#[orm_test(models(User))]
async fn before_a_deletion(db: Db) -> testudo::Result {
    let keep = Signals::new().pre_delete(async |_: &User, _| Err("users stay".into()));
    let alice = alice(&db).await?;
    let refused = alice.delete(&db.clone().with_signals(keep)).await;
    assert!(refused.is_err());
    assert!(User::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User, Tag))]
async fn after_a_deletion(db: Db) -> testudo::Result {
    let note = Signals::new().post_delete(async |user: &User, db| {
        Tag::builder()
            .name(user.username.as_str())
            .create(db)
            .await?;
        Ok(())
    });
    let db = db.with_signals(note);
    alice(&db).await?.delete(&db).await?;
    assert_eq!(Tag::all().get(&db).await?.name, "alice");
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn changes_of_a_many_to_many_relation(db: Db) -> testudo::Result {
    let (tied, count) = counter();
    let signals = Signals::new().post_m2m_change(
        Article::tags(),
        async move |change: &M2mChange<Article, Tag>, _| {
            assert_eq!(change.action, M2mAction::Add);
            tied.fetch_add(u32::try_from(change.keys.len())?, Ordering::SeqCst);
            Ok(())
        },
    );
    let author = alice(&db).await?;
    let article = Article::builder().title("Guide").author(&author);
    let article = article.create(&db).await?;
    let tag = Tag::builder().name("rust").create(&db).await?;
    article.tags.add(&db.with_signals(signals), [&tag]).await?;
    assert_eq!(count.load(Ordering::SeqCst), 1);
    Ok(())
}

#[orm_test(models(User))]
async fn several_receivers_in_order(db: Db) -> testudo::Result {
    let append = async |user: &mut User, _: &Db| {
        user.first_name.push('!');
        Ok(())
    };
    let signals = Signals::new()
        .pre_save(async |user: &mut User, _| {
            user.first_name = "B".to_owned();
            Ok(())
        })
        .pre_save(append)
        .pre_save(append);
    let alice = alice(&db.with_signals(signals)).await?;
    assert_eq!(alice.first_name, "B!!");
    Ok(())
}

#[orm_test(models(User))]
async fn an_error_in_a_receiver(db: Db) -> testudo::Result {
    let refuse = Signals::new().post_save(async |_: &User, _, _| Err("not today".into()));
    let error = alice(&db.clone().with_signals(refuse)).await.unwrap_err();
    assert!(error.to_string().ends_with("not today"), "{error}");
    assert!(!User::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(User))]
async fn signals_of_bulk_operations(db: Db) -> testudo::Result {
    let refuse = Signals::new().pre_save(async |_: &mut User, _| Err("not today".into()));
    let db = db.with_signals(refuse);
    people(&db, &["alice"]).await?;
    for mut user in User::all().fetch_all(&db).await? {
        // One by one, they are told.
        assert!(user.save(&db).await.is_err());
    }
    Ok(())
}

#[orm_test(models(User))]
async fn signals_of_ones_own(db: Db) -> testudo::Result {
    let (tell, told) = std::sync::mpsc::channel();
    db.transaction(async |tx| {
        let user = alice(&tx).await?;
        tx.on_commit(async move || {
            tell.send(user.username)?;
            Ok(())
        })
        .await
    })
    .await?;
    assert_eq!(told.recv()?, "alice");
    Ok(())
}

#[orm_test(models(User))]
async fn signals_are_switched_off(db: Db) -> testudo::Result {
    let refuse = Signals::new().pre_save(async |_: &mut User, _| Err("not today".into()));
    let told = db.clone().with_signals(refuse);
    assert!(alice(&told).await.is_err());
    alice(&db).await?;
    assert!(
        alice(&told.with_signals(Signals::new()))
            .await
            .unwrap_err()
            .is_unique_violation()
    );
    Ok(())
}

#[orm_test(models(User))]
async fn a_method_of_the_model_as_a_hook(db: Db) -> testudo::Result {
    async fn before_insert(user: &mut User, _: &Db) -> testudo_orm::HookResult {
        user.username.make_ascii_uppercase();
        Ok(())
    }
    let db = db.with_signals(Signals::new().pre_save(before_insert));
    assert_eq!(alice(&db).await?.username, "ALICE");
    Ok(())
}
