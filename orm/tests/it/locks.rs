//! Locks on rows, held against others on servers.

use insta::assert_snapshot;
use testudo::prelude::*;
use testudo_orm::{Error, Result};

use crate::shop::{Order, User, people};
use crate::side_by_side::sql_of;

async fn names(query: QuerySet<User>, db: &Db) -> Result<Vec<String>> {
    let users = query.order_by(User::id.asc()).fetch_all(db).await?;
    Ok(users.into_iter().map(|user| user.username).collect())
}

fn of(user: &User) -> QuerySet<User> {
    User::filter(User::id.eq(user.id))
}

#[orm_test(models(User), isolation = "clone", requires(row_locks))]
async fn a_locked_row_is_an_error_for_who_does_not_wait(db: Db) -> testudo::Result {
    let users = people(&db, &["alice", "bob"]).await?;
    db.transaction(async |holder| {
        of(&users[0]).select_for_update().get(&holder).await?;
        let refused = db
            .transaction(async |other| {
                of(&users[0])
                    .select_for_update()
                    .nowait()
                    .get(&other)
                    .await?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap_err();
        assert!(refused.as_sqlx().is_some(), "{refused}");
        let free = db.transaction(async |other| {
            names(of(&users[1]).select_for_update().nowait(), &other).await
        });
        assert_eq!(free.await?, ["bob"]);
        Ok::<_, Error>(())
    })
    .await?;
    // Released at the end of the transaction.
    let free = db
        .transaction(async |other| names(of(&users[0]).select_for_update().nowait(), &other).await);
    assert_eq!(free.await?, ["alice"]);
    Ok(())
}

#[orm_test(models(User), isolation = "clone", requires(row_locks, skip_locked))]
async fn locked_rows_are_left_out_for_who_skips_them(db: Db) -> testudo::Result {
    let users = people(&db, &["alice", "bob", "carol"]).await?;
    db.transaction(async |holder| {
        of(&users[1]).select_for_update().get(&holder).await?;
        db.transaction(async |other| {
            let all = User::filter(User::id.is_in(users.iter().map(|user| user.id)));
            let free = names(all.select_for_update().skip_locked(), &other).await?;
            assert_eq!(free, ["alice", "carol"]);
            Ok::<_, Error>(())
        })
        .await
    })
    .await?;
    Ok(())
}

#[orm_test(models(User), isolation = "clone", requires(row_locks))]
async fn shared_locks_keep_out_changes_and_not_each_other(db: Db) -> testudo::Result {
    let users = people(&db, &["alice"]).await?;
    let alice = &users[0];
    db.transaction(async |holder| {
        of(alice).share().get(&holder).await?;
        let too = db.transaction(async |other| names(of(alice).share().nowait(), &other).await);
        assert_eq!(too.await?, ["alice"]);
        let change = db
            .transaction(async |other| names(of(alice).select_for_update().nowait(), &other).await);
        assert!(change.await.is_err());
        Ok::<_, Error>(())
    })
    .await?;
    Ok(())
}

// MariaDB has no `OF`: see the snapshot below.
#[orm_test(models(User, Order), isolation = "clone", backends(postgres, mysql))]
async fn the_rows_of_joined_tables_are_locked_only_if_they_are_named(db: Db) -> testudo::Result {
    let users = people(&db, &["alice"]).await?;
    Order::builder()
        .order_number("A1")
        .user(&users[0])
        .total_amount(1)
        .create(&db)
        .await?;
    let taken = async |query: QuerySet<Order>| {
        db.transaction(async |holder| {
            query
                .select_related(Order::user())
                .fetch_all(&holder)
                .await?;
            let free = db.transaction(async |other| {
                names(of(&users[0]).select_for_update().skip_locked(), &other).await
            });
            Ok::<_, Error>(free.await?.is_empty())
        })
        .await
    };
    assert!(taken(Order::all().select_for_update()).await?);
    assert!(!taken(Order::all().select_for_update().of(())).await?);
    assert!(taken(Order::all().select_for_update().of(Order::user())).await?);
    Ok(())
}

#[orm_test(models(User))]
async fn a_lock_outside_of_a_transaction_is_refused(db: Db) -> testudo::Result {
    let error = User::all()
        .select_for_update()
        .fetch_all(&db)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("needs a transaction"), "{error}");
    Ok(())
}

#[test]
fn locks_are_written_at_the_end() {
    let orders = || {
        Order::filter(Order::id.eq(1))
            .select_related(Order::user())
            .limit(1)
    };
    let tail = |query: QuerySet<Order>, dialect| {
        query
            .sql(dialect)
            .map(|sql| sql[sql.find(" FROM ").unwrap_or(0)..].to_owned())
    };
    let update = || orders().select_for_update().skip_locked();
    assert_snapshot!(sql_of(|dialect| tail(update(), dialect)), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres, MySQL, MariaDB:  FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."id" = ? ORDER BY "orders"."created_at" DESC, "orders"."id" LIMIT 1 FOR UPDATE SKIP LOCKED
    "#);
    let share = || orders().share().nowait();
    assert_snapshot!(sql_of(|dialect| tail(share(), dialect)), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres, MySQL:  FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."id" = ? ORDER BY "orders"."created_at" DESC, "orders"."id" LIMIT 1 FOR SHARE NOWAIT
    MariaDB:  FROM `orders` INNER JOIN `users` ON `users`.`id` = `orders`.`user_id` WHERE `orders`.`id` = ? ORDER BY `orders`.`created_at` DESC, `orders`.`id` LIMIT 1 LOCK IN SHARE MODE NOWAIT
    "#);
    let of = || orders().select_for_update().of(Order::user());
    assert_snapshot!(sql_of(|dialect| tail(of(), dialect)), @r#"
    SQLite: error: SQLite does not support row locks; leave the lock out: a write transaction locks the whole database
    Postgres, MySQL:  FROM "orders" INNER JOIN "users" ON "users"."id" = "orders"."user_id" WHERE "orders"."id" = ? ORDER BY "orders"."created_at" DESC, "orders"."id" LIMIT 1 FOR UPDATE OF "orders", "users"
    MariaDB: error: MariaDB does not support locks on the rows of named tables alone; lock the rows of all tables, or lock in a query of its own
    "#);
}
