//! Receivers that are called before and after rows are saved, deleted and tied.

use std::sync::{Arc, Mutex};

use testudo::prelude::*;
use testudo_orm::{Error, HookResult};

use crate::shop::{Article, Tag, User, people};

/// What was received, in its order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn push(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Every signal of users is logged.
fn logging(log: &Log) -> Signals {
    let logs: [Log; 4] = std::array::from_fn(|_| log.clone());
    let [pre_save, post_save, pre_delete, post_delete] = logs;
    Signals::new()
        .pre_save(async move |user: &mut User, _| {
            pre_save.push(format!("pre_save {}", user.username));
            Ok(())
        })
        .post_save(async move |user: &User, created, _| {
            post_save.push(format!("post_save {} {created}", user.username));
            Ok(())
        })
        .pre_delete(async move |user: &User, _| {
            pre_delete.push(format!("pre_delete {}", user.username));
            Ok(())
        })
        .post_delete(async move |user: &User, _| {
            post_delete.push(format!("post_delete {}", user.username));
            Ok(())
        })
}

async fn create(db: &Db, name: &str) -> testudo_orm::Result<User> {
    User::builder()
        .username(name)
        .email(format!("{name}@example.com"))
        .first_name("A")
        .create(db)
        .await
}

#[orm_test(models(User))]
async fn saving_and_deleting_are_told_before_and_after(db: Db) -> testudo::Result {
    let log = Log::default();
    let db = db.with_signals(logging(&log));
    let mut alice = create(&db, "alice").await?;
    assert_eq!(log.take(), ["pre_save alice", "post_save alice true"]);
    alice.save(&db).await?;
    assert_eq!(log.take(), ["pre_save alice", "post_save alice false"]);
    alice.save_fields(&db, User::email).await?;
    assert_eq!(log.take(), ["pre_save alice", "post_save alice false"]);
    alice.delete(&db).await?;
    assert_eq!(log.take(), ["pre_delete alice", "post_delete alice"]);
    // Nothing to update: it is inserted.
    alice.save(&db).await?;
    assert_eq!(log.take(), ["pre_save alice", "post_save alice true"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_that_is_got_is_not_told_and_one_that_is_created_is(db: Db) -> testudo::Result {
    let log = Log::default();
    let db = db.with_signals(logging(&log));
    for told in [2, 0] {
        User::builder()
            .username("alice")
            .email("alice@example.com")
            .first_name("A")
            .get_or_create(&db, User::username)
            .await?;
        assert_eq!(log.take().len(), told);
    }
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_that_is_changed_or_created_is_told_as_what_it_is(db: Db) -> testudo::Result {
    let log = Log::default();
    let db = db.with_signals(logging(&log).pre_save(async |user: &mut User, _| {
        user.email = format!("{}@example.org", user.username);
        Ok(())
    }));
    for created in [true, false] {
        let (user, _) = User::builder()
            .username("alice")
            .email("alice@example.com")
            .first_name("A")
            .update_or_create(&db, User::username, User::first_name)
            .await?;
        assert_eq!(user.email, "alice@example.org");
        let told = format!("post_save alice {created}");
        assert_eq!(log.take(), ["pre_save alice", &told]);
    }
    Ok(())
}

#[orm_test(models(User))]
async fn what_works_on_many_rows_is_not_told(db: Db) -> testudo::Result {
    let log = Log::default();
    let db = db.with_signals(logging(&log));
    people(&db, &["alice", "bob"]).await?;
    User::all()
        .update(User::first_name.set("B"))
        .execute(&db)
        .await?;
    User::all().delete(&db).await?;
    assert!(log.take().is_empty());
    Ok(())
}

#[orm_test(models(User))]
async fn what_a_receiver_changes_before_is_saved(db: Db) -> testudo::Result {
    let db = db.with_signals(Signals::new().pre_save(async |user: &mut User, _| {
        user.first_name = user.username.to_uppercase();
        Ok(())
    }));
    let mut user = create(&db, "alice").await?;
    assert_eq!(User::get(&db, user.id).await?.first_name, "ALICE");
    user.username = "bob".to_owned();
    // The field that the receiver has changed is saved with the one that was asked for.
    user.save_fields(&db, User::username).await?;
    let saved = User::get(&db, user.id).await?;
    assert_eq!(
        (saved.username.as_str(), saved.first_name.as_str()),
        ("bob", "BOB")
    );
    Ok(())
}

#[orm_test(models(User))]
async fn what_a_receiver_changes_is_checked(db: Db) -> testudo::Result {
    let db = db.with_signals(Signals::new().pre_save(async |user: &mut User, _| {
        user.username = "a".repeat(51);
        Ok(())
    }));
    let error = create(&db, "alice").await.unwrap_err();
    assert!(error.is_validation(), "{error}");
    Ok(())
}

#[orm_test(models(User))]
async fn receivers_are_called_in_the_order_in_which_they_were_added(db: Db) -> testudo::Result {
    let log = Log::default();
    let mut signals = Signals::new();
    for name in ["first", "second", "third"] {
        let log = log.clone();
        signals = signals.post_save(async move |_: &User, _, _| {
            // Each is awaited before the next begins.
            tokio::task::yield_now().await;
            log.push(name);
            Ok(())
        });
    }
    create(&db.with_signals(signals), "alice").await?;
    assert_eq!(log.take(), ["first", "second", "third"]);
    Ok(())
}

/// Refuses what it is called for, with an error of its own.
async fn refuse(_: &User, _: &Db) -> HookResult {
    Err("not today".into())
}

#[orm_test(models(User))]
async fn an_error_after_a_save_rolls_the_save_back(db: Db) -> testudo::Result {
    let signals = Signals::new().post_save(async |user: &User, _, db| refuse(user, db).await);
    let error = create(&db.clone().with_signals(signals), "alice")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "rolled back by a receiver of `post_save` of `User`: not today"
    );
    assert_eq!(User::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User))]
async fn an_error_before_or_after_a_deletion_keeps_the_row(db: Db) -> testudo::Result {
    let alice = create(&db, "alice").await?;
    let before = db.clone().with_signals(Signals::new().pre_delete(refuse));
    let after = db.clone().with_signals(Signals::new().post_delete(refuse));
    for db in [before, after] {
        let error = alice.delete(&db).await.unwrap_err();
        assert!(error.to_string().contains("not today"), "{error}");
    }
    assert_eq!(User::get(&db, alice.id).await?, alice);
    Ok(())
}

#[orm_test(models(User))]
async fn what_receivers_wrote_is_rolled_back_with_the_operation(db: Db) -> testudo::Result {
    let signals = Signals::new().pre_save(async |user: &mut User, db| {
        assert!(db.is_transaction());
        // By `bulk_create`, which is not told, or this would never end.
        people(db, &[&format!("{}s shadow", user.username)]).await?;
        Ok(())
    });
    let told = db.clone().with_signals(signals);
    let alice = create(&told, "alice").await?;
    assert_eq!(User::all().count(&db).await?, 2);
    alice.delete(&db).await?;
    // Its shadow is there already: the constraint that the receiver breaks is what the caller learns.
    let error = create(&told, "alice").await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(User::all().count(&db).await?, 1);
    // The row itself breaks one, and the receiver's row goes with it.
    create(&db, "bob").await?;
    assert!(create(&told, "bob").await.is_err());
    assert_eq!(User::all().count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User))]
async fn within_a_transaction_an_operation_and_its_receivers_are_a_savepoint(
    db: Db,
) -> testudo::Result {
    let db = db.with_signals(Signals::new().post_save(async |user: &User, _, _| {
        if user.username == "mallory" {
            return Err("not today".into());
        }
        Ok(())
    }));
    db.transaction(async |tx| {
        create(&tx, "alice").await?;
        assert!(create(&tx, "mallory").await.is_err());
        create(&tx, "bob").await?;
        Ok::<_, Error>(())
    })
    .await?;
    let names = User::all()
        .order_by(User::username.asc())
        .values(User::username)
        .fetch_all(&db)
        .await?;
    assert_eq!(names, ["alice", "bob"]);
    Ok(())
}

#[orm_test(models(User))]
async fn signals_belong_to_a_handle_and_to_one_model(db: Db) -> testudo::Result {
    let log = Log::default();
    let tags = log.clone();
    let signals = Signals::new().post_save(async move |_: &Tag, _, _| {
        tags.push("a tag");
        Ok(())
    });
    let told = db.clone().with_signals(signals);
    create(&told, "alice").await?;
    let other = db.clone().with_signals(logging(&log));
    create(&db, "bob").await?;
    assert!(log.take().is_empty());
    create(&other, "carol").await?;
    assert_eq!(log.take().len(), 2);
    Ok(())
}

#[orm_test(models(User))]
async fn what_is_saved_with_receivers_may_be_saved_in_a_task(db: Db) -> testudo::Result {
    let log = Log::default();
    let db = db.with_signals(logging(&log));
    tokio::spawn(async move { create(&db, "alice").await }).await??;
    assert_eq!(log.take().len(), 2);
    Ok(())
}

/// An article and three tags.
async fn article(db: &Db) -> testudo_orm::Result<(Article, Vec<Tag>)> {
    let author = create(db, "alice").await?;
    let article = Article::builder()
        .title("Guide")
        .author(&author)
        .create(db)
        .await?;
    let tags = ["rust", "sql", "async"].map(|name| Tag::builder().name(name).build());
    let tags = tags.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok((article, Tag::bulk_create(db, tags).await?))
}

async fn tags_of(db: &Db, article: &Article) -> testudo_orm::Result<Vec<String>> {
    let tags = article.tags.all().order_by(Tag::id.asc());
    tags.values(Tag::name).fetch_all(db).await
}

#[orm_test(models(User, Article, Tag))]
async fn changes_of_ties_are_told_before_and_after(db: Db) -> testudo::Result {
    let (article, tags) = article(&db).await?;
    let log = Log::default();
    let (before, after) = (log.clone(), log.clone());
    let signals = Signals::new()
        .pre_m2m_change(
            Article::tags(),
            async move |change: &M2mChange<Article, Tag>, db| {
                let tied = Article::get(db, change.owner).await?;
                let count = tied.tags.all().count(db).await?;
                before.push(format!(
                    "{:?} {} of {count}",
                    change.action,
                    change.keys.len()
                ));
                Ok(())
            },
        )
        .post_m2m_change(
            Article::tags(),
            async move |change: &M2mChange<Article, Tag>, db| {
                let tied = Article::get(db, change.owner).await?;
                after.push(format!("now {}", tied.tags.all().count(db).await?));
                Ok(())
            },
        );
    let told = db.clone().with_signals(signals);
    article.tags.add(&told, &tags).await?;
    assert_eq!(log.take(), ["Add 3 of 0", "now 3"]);
    article.tags.remove(&told, [&tags[0]]).await?;
    assert_eq!(log.take(), ["Remove 1 of 3", "now 2"]);
    article.tags.set(&told, [&tags[0]]).await?;
    assert_eq!(log.take(), ["Set 1 of 2", "now 1"]);
    article.tags.clear(&told).await?;
    assert_eq!(log.take(), ["Clear 0 of 1", "now 0"]);
    // The other side has receivers of its own.
    tags[0].articles.add(&told, [&article]).await?;
    assert!(log.take().is_empty());
    assert_eq!(tags_of(&db, &article).await?, ["rust"]);
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn the_keys_of_what_is_tied_are_told(db: Db) -> testudo::Result {
    let (article, tags) = article(&db).await?;
    let seen: Arc<Mutex<Vec<M2mChange<Tag, Article>>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let signals = Signals::new().pre_m2m_change(
        Tag::articles(),
        async move |change: &M2mChange<Tag, Article>, _| {
            sink.lock().unwrap().push(change.clone());
            Ok(())
        },
    );
    let told = db.with_signals(signals);
    tags[1].articles.add(&told, [&article]).await?;
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].action, M2mAction::Add);
    assert_eq!(
        (seen[0].owner, &seen[0].keys),
        (tags[1].id, &vec![article.id])
    );
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn an_error_about_a_change_of_ties_leaves_them_as_they_are(db: Db) -> testudo::Result {
    let (article, tags) = article(&db).await?;
    article.tags.add(&db, [&tags[0]]).await?;
    let told = db.clone().with_signals(
        Signals::new().post_m2m_change(Article::tags(), async |_: &M2mChange<Article, Tag>, _| {
            Err("not today".into())
        }),
    );
    let error = article.tags.set(&told, [&tags[1]]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "rolled back by a receiver of `post_m2m_change` of `Article.tags`: not today"
    );
    assert!(article.tags.clear(&told).await.is_err());
    assert!(article.tags.add(&told, &tags).await.is_err());
    assert!(article.tags.remove(&told, &tags).await.is_err());
    assert_eq!(tags_of(&db, &article).await?, ["rust"]);
    Ok(())
}
