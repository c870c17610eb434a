//! Two hundred tests, to run at once: none may see another, and none may leave anything.

macro_rules! crowd {
    ($($module:ident)*) => {$(
        mod $module {
            crowd!(@"rollback" a b c d e f g h);
            crowd!(@"clone" i);
            crowd!(@"fresh" j);
        }
    )*};
    (@$isolation:literal $($name:ident)*) => {$(
        #[testudo::orm_test(migrations = "tests/it/migrations/shop", isolation = $isolation)]
        async fn $name(pool: sqlx::SqlitePool) {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query("INSERT INTO users (id, name) VALUES (2, 'alice')")
                .execute(&mut *tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            assert_eq!(crate::count(&pool, "users").await, 2);
        }
    )*};
}

crowd! {
    m01 m02 m03 m04 m05 m06 m07 m08 m09 m10
    m11 m12 m13 m14 m15 m16 m17 m18 m19 m20
}
