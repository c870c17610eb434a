//! Streams of rows.

use futures_util::TryStreamExt;
use testudo::prelude::*;
use testudo_orm::{Error, Result};

use crate::shop::{Article, Order, Tag, User, UserProfile, people};

async fn many(db: &Db, count: usize) -> Result<Vec<User>> {
    let names: Vec<String> = (0..count).map(|n| format!("user-{n:05}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    people(db, &names).await
}

fn by_name() -> QuerySet<User> {
    User::all().order_by(User::username.asc())
}

#[orm_test(models(User))]
async fn a_stream_has_the_rows_that_fetch_all_has(db: Db) -> testudo::Result {
    many(&db, 500).await?;
    let streamed: Vec<User> = by_name().fetch_stream(&db).try_collect().await?;
    assert_eq!(streamed, by_name().fetch_all(&db).await?);
    let names: Vec<String> = by_name()
        .offset(3)
        .limit(2)
        .values(User::username)
        .fetch_stream(&db)
        .try_collect()
        .await?;
    assert_eq!(names, ["user-00003", "user-00004"]);
    Ok(())
}

#[orm_test(models(User))]
async fn a_stream_that_is_dropped_leaves_the_connection_in_order(db: Db) -> testudo::Result {
    many(&db, 500).await?;
    for taken in [0, 1, 20] {
        let mut users = by_name().fetch_stream(&db);
        for n in 0..taken {
            let user = users.next().await.expect("a row")?;
            assert_eq!(user.username, format!("user-{n:05}"));
        }
        drop(users);
        assert_eq!(User::all().count(&db).await?, 500);
    }
    Ok(())
}

#[orm_test(models(User), isolation = "clone")]
async fn a_pool_runs_other_statements_beside_a_stream(db: Db) -> testudo::Result {
    many(&db, 300).await?;
    let mut users = by_name().fetch_stream(&db);
    let mut seen = 0;
    while let Some(user) = users.next().await {
        if seen % 100 == 0 {
            assert_eq!(
                User::get(&db, user?.id).await?.username,
                format!("user-{seen:05}")
            );
        }
        seen += 1;
    }
    assert_eq!(seen, 300);
    Ok(())
}

#[orm_test(models(User))]
async fn a_transaction_streams_what_it_has_written(db: Db) -> testudo::Result {
    db.transaction(async |tx| {
        many(&tx, 50).await?;
        let streamed: Vec<User> = by_name().fetch_stream(&tx).try_collect().await?;
        assert_eq!(streamed.len(), 50);
        // Dropped half way, it leaves the transaction as it was.
        let mut users = by_name().fetch_stream(&tx);
        users.next().await.expect("a row")?;
        drop(users);
        assert_eq!(User::all().delete(&tx).await?, 50);
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(User::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User))]
async fn a_statement_beside_a_stream_in_a_transaction_is_refused_and_no_deadlock(
    db: Db,
) -> testudo::Result {
    many(&db, 50).await?;
    db.transaction(async |tx| {
        let mut users = by_name().fetch_stream(&tx);
        users.next().await.expect("a row")?;
        let error = User::all().count(&tx).await.unwrap_err();
        assert_eq!(
        error.to_string(),
        "a stream of rows is open on the connection of this transaction; take all of its rows or drop it before the next statement, or use `fetch_all`"
    );
        // The stream goes on, and what comes after its last row is not refused.
        let rest: Vec<User> = users.try_collect().await?;
        assert_eq!(rest.len(), 49);
        assert_eq!(User::all().count(&tx).await?, 50);
        Ok::<_, Error>(())
    })
    .await?;
    Ok(())
}

#[orm_test(models(User))]
async fn a_row_is_not_lost_when_the_wait_for_it_is_broken_off(db: Db) -> testudo::Result {
    many(&db, 40).await?;
    let mut users = by_name().fetch_stream(&db);
    let mut names = Vec::new();
    loop {
        // Whichever is ready first; a wait that loses is dropped.
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            user = users.next() => match user {
                Some(user) => names.push(user?.username),
                None => break,
            },
        }
    }
    let expected: Vec<String> = (0..40).map(|n| format!("user-{n:05}")).collect();
    assert_eq!(names, expected);
    Ok(())
}

/// Each user has an article, each third has a tag on it.
async fn library(db: &Db, count: usize) -> Result<()> {
    let users = many(db, count).await?;
    let article = |user: &User| {
        Article::builder()
            .title(&user.username)
            .author(user)
            .build()
    };
    let articles = users.iter().map(article).collect::<Result<Vec<_>>>()?;
    Article::bulk_create(db, articles).await?;
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn prefetched_relations_come_with_the_rows_of_a_stream(db: Db) -> testudo::Result {
    // More than two chunks.
    library(&db, 450).await?;
    let with_articles = || by_name().prefetch_related(User::articles());
    let check = |users: &[User], expected: std::ops::Range<usize>| {
        assert_eq!(users.len(), expected.len());
        for (user, n) in users.iter().zip(expected) {
            assert_eq!(user.username, format!("user-{n:05}"));
            assert_eq!(user.articles.get()?[0].title, user.username);
        }
        Ok::<_, Error>(())
    };
    check(
        &with_articles()
            .fetch_stream(&db)
            .try_collect::<Vec<_>>()
            .await?,
        0..450,
    )?;
    let slice = with_articles().offset(10).limit(420);
    check(
        &slice.fetch_stream(&db).try_collect::<Vec<_>>().await?,
        10..430,
    )?;
    db.transaction(async |tx| {
        let users: Vec<User> = with_articles().fetch_stream(&tx).try_collect().await?;
        check(&users, 0..450)
    })
    .await?;
    Ok(())
}

#[orm_test(models(User, UserProfile, Order, Article, Tag))]
async fn a_stream_in_chunks_says_which_order_it_can_have(db: Db) -> testudo::Result {
    let by_author = Article::all().order_by(Article::author().username.asc());
    let mut articles = by_author
        .prefetch_related(Article::tags())
        .fetch_stream(&db);
    let error = articles.next().await.expect("an error").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a stream of `Article` with prefetched relations comes in chunks, and its order has to be one of columns of `Article` itself; order by these, or leave out `prefetch_related`"
    );
    assert!(articles.next().await.is_none());
    Ok(())
}

#[orm_test(models(User))]
async fn a_stream_ends_with_the_error_of_its_statement(db: Db) -> testudo::Result {
    let mut rows = db_error(&db);
    assert!(rows.next().await.expect("an error").is_err());
    assert!(rows.next().await.is_none());
    assert_eq!(User::all().count(&db).await?, 0);
    Ok(())
}

fn db_error(db: &Db) -> testudo_orm::RowStream<(i64,)> {
    raw("SELECT id FROM no_such_table").fetch_stream(db)
}
