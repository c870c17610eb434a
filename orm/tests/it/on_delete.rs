//! What becomes of rows when the row that they point to is deleted: each behaviour, by real deletions.

use testudo::prelude::*;
use testudo_orm::schema::{generate, tables_of};
use testudo_orm::sql::Dialect;
use testudo_orm::{IntegrityKind, Result};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "owners")]
struct Owner {
    #[field(primary_key, generated = false)]
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "cascaded")]
struct Cascaded {
    #[field(primary_key)]
    id: i64,
    #[field(on_delete = Cascade)]
    owner: ForeignKey<Owner>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "restricted")]
struct Restricted {
    #[field(primary_key)]
    id: i64,
    #[field(on_delete = Restrict)]
    owner: ForeignKey<Owner>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "emptied")]
struct Emptied {
    #[field(primary_key)]
    id: i64,
    #[field(on_delete = SetNull)]
    owner: Option<ForeignKey<Owner>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "defaulted")]
struct Defaulted {
    #[field(primary_key)]
    id: i64,
    #[field(on_delete = SetDefault, default = 1)]
    owner: ForeignKey<Owner>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "left_alone")]
struct Left {
    #[field(primary_key)]
    id: i64,
    #[field(on_delete = NoAction)]
    owner: ForeignKey<Owner>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "by_default")]
struct ByDefault {
    #[field(primary_key)]
    id: i64,
    owner: ForeignKey<Owner>,
}

/// The owners 1 and 2.
async fn owners(db: &Db) -> Result<[Owner; 2]> {
    let one = Owner::builder().id(1).create(db).await?;
    Ok([one, Owner::builder().id(2).create(db).await?])
}

#[orm_test(models(Owner, Cascaded, ByDefault))]
async fn cascade_deletes_the_row_too_and_is_what_happens_if_nothing_is_said(
    db: Db,
) -> testudo::Result {
    let owners = owners(&db).await?;
    for owner in &owners {
        Cascaded::builder().owner(owner).create(&db).await?;
        ByDefault::builder().owner(owner).create(&db).await?;
    }
    owners[1].delete(&db).await?;
    assert_eq!(
        Cascaded::all()
            .values(Cascaded::owner_id)
            .fetch_all(&db)
            .await?,
        [1]
    );
    assert_eq!(
        ByDefault::all()
            .values(ByDefault::owner_id)
            .fetch_all(&db)
            .await?,
        [1]
    );
    Ok(())
}

#[orm_test(models(Owner, Restricted))]
async fn restrict_refuses_the_deletion(db: Db) -> testudo::Result {
    let owners = owners(&db).await?;
    let row = Restricted::builder().owner(&owners[1]).create(&db).await?;
    let error = owners[1].delete(&db).await.unwrap_err();
    assert_eq!(
        error.integrity().map(|e| e.kind),
        Some(IntegrityKind::ForeignKey)
    );
    row.delete(&db).await?;
    owners[1].delete(&db).await?;
    Ok(())
}

#[orm_test(models(Owner, Emptied))]
async fn set_null_keeps_the_row_without_its_reference(db: Db) -> testudo::Result {
    let owners = owners(&db).await?;
    let mut row = Emptied::builder().owner(&owners[1]).create(&db).await?;
    owners[1].delete(&db).await?;
    row.refresh(&db).await?;
    assert!(row.owner.is_none());
    Ok(())
}

#[orm_test(backends(sqlite, postgres), models(Owner, Defaulted))]
async fn set_default_lets_the_row_point_to_the_default(db: Db) -> testudo::Result {
    let owners = owners(&db).await?;
    let mut row = Defaulted::builder().owner(&owners[1]).create(&db).await?;
    owners[1].delete(&db).await?;
    row.refresh(&db).await?;
    assert_eq!(row.owner.id(), 1);
    Ok(())
}

/// InnoDB has no such behaviour; a trigger would not run for deletions that cascade.
#[test]
fn set_default_is_refused_by_name_where_the_server_has_none() {
    for dialect in [Dialect::MySql, Dialect::MariaDb] {
        let error = generate(dialect, &tables_of::<Defaulted>()).unwrap_err();
        assert!(error.is_unsupported());
        assert!(
            error.to_string().contains("ON DELETE SET DEFAULT"),
            "{error}"
        );
    }
}

#[orm_test(models(Owner, Left))]
async fn no_action_refuses_the_deletion_at_the_latest_with_the_transaction(
    db: Db,
) -> testudo::Result {
    let owners = owners(&db).await?;
    Left::builder().owner(&owners[1]).create(&db).await?;
    let error = owners[1].delete(&db).await.unwrap_err();
    assert_eq!(
        error.integrity().map(|e| e.kind),
        Some(IntegrityKind::ForeignKey)
    );
    assert_eq!(Left::all().count(&db).await?, 1);
    Ok(())
}
