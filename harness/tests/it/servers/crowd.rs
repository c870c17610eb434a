//! Two hundred tests on each server, to run at once, all with the same keys.

macro_rules! crowd {
    ($($module:ident)*) => {$(
        mod $module {
            crowd!(@"rollback" a b c d e f g h);
            crowd!(@"clone" i j);
        }
    )*};
    (@$isolation:literal $($name:ident)*) => {$(
        #[testudo::orm_test(
            backends(postgres, mysql, mariadb),
            migrations = "tests/it/migrations/stock",
            isolation = $isolation
        )]
        async fn $name(db: testudo::Db) -> testudo::Result {
            let added: testudo::orm::Result<()> = db
                .transaction(async |tx| crate::servers::add_shelf(&tx, "second").await)
                .await;
            added?;
            assert_eq!(crate::servers::shelves(&db).await, ["first", "second"]);
            Ok(())
        }
    )*};
}

crowd! {
    m01 m02 m03 m04 m05 m06 m07 m08 m09 m10
    m11 m12 m13 m14 m15 m16 m17 m18 m19 m20
}
