//! Fields that models share: `#[derive(ModelFields)]` and `#[field(flatten)]`.

use rust_decimal::dec;
use testudo::prelude::*;
use testudo_orm::sql::Dialect;

use self::parts::{Base, Timestamped};
use crate::shop::{User, people};

/// The shared structs stand in a module of their own, which imports what the models' module does not.
mod parts {
    use chrono::{DateTime, Utc};
    use rust_decimal::Decimal;
    use testudo_orm::prelude::*;

    use crate::shop::{OrderStatus as Status, User};

    #[derive(ModelFields, Debug, Clone, PartialEq)]
    pub struct Base {
        #[field(primary_key)]
        pub id: i64,
    }

    #[derive(ModelFields, Debug, Clone, PartialEq)]
    pub(crate) struct Timestamped {
        /// When the row was made.
        #[field(auto_now_add)]
        pub created_at: DateTime<Utc>,
        #[field(auto_now, column = "changed")]
        pub updated_at: DateTime<Utc>,
    }

    /// Takes fields from another itself; all of its own are private to this module.
    #[derive(ModelFields, Debug, Clone, PartialEq)]
    pub(crate) struct Audited {
        #[field(flatten)]
        stamps: Timestamped,
        #[field(on_delete = SetNull)]
        owner: Option<ForeignKey<User>>,
        #[field(default = Status::Pending)]
        status: Status,
        #[field(max_digits = 8, decimal_places = 2, default = 1)]
        weight: Decimal,
    }

    impl Audited {
        pub(crate) fn stamps(&self) -> &Timestamped {
            &self.stamps
        }

        pub(crate) fn owner(&self) -> testudo_orm::Result<Option<&User>> {
            self.owner.as_ref().map(ForeignKey::get).transpose()
        }

        pub(crate) fn weigh(&mut self, weight: Decimal) {
            self.weight = weight;
        }
    }
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    table = "products",
    ordering("-created_at", "id"),
    index(name, created_at),
    unique(name, id)
)]
struct Product {
    #[field(flatten)]
    base: Base,
    #[field(max_length = 255)]
    name: String,
    #[field(flatten)]
    stamps: Timestamped,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "documents")]
struct Document {
    #[field(primary_key, max_length = 20)]
    code: String,
    #[field(flatten)]
    audited: parts::Audited,
    title: String,
}

#[test]
fn shared_fields_are_columns_of_each_model() {
    let columns = |table: &testudo_orm::sql::schema::Table| -> Vec<String> {
        table.columns.iter().map(|c| c.name.to_owned()).collect()
    };
    assert_eq!(
        columns(Product::TABLE),
        ["id", "name", "created_at", "changed"]
    );
    assert_eq!(
        columns(Document::TABLE),
        [
            "code",
            "created_at",
            "changed",
            "owner_id",
            "status",
            "weight",
            "title"
        ]
    );
    insta::assert_snapshot!(
        testudo_orm::schema::generate(Dialect::Sqlite, &[Product::TABLE]).unwrap().join("\n"),
        @r#"
CREATE TABLE "products" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" VARCHAR(255) NOT NULL, "created_at" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')), "changed" DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')), CONSTRAINT "uq_products_name_id" UNIQUE ("name", "id"))
CREATE INDEX "ix_products_name_created_at" ON "products" ("name", "created_at")
"#
    );
    insta::assert_snapshot!(
        testudo_orm::schema::generate(Dialect::Postgres, &[Document::TABLE]).unwrap().pop().unwrap(),
        @r#"CREATE TABLE "documents" ("code" VARCHAR(20) COLLATE "C" NOT NULL, "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP, "changed" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP, "owner_id" BIGINT, "status" VARCHAR(9) COLLATE "C" NOT NULL DEFAULT 'pending', "weight" NUMERIC(8, 2) NOT NULL DEFAULT 1, "title" TEXT COLLATE "C" NOT NULL, PRIMARY KEY ("code"), CONSTRAINT "ck_documents_status" CHECK ("status" IN ('pending', 'confirmed', 'sent', 'on_hold')), CONSTRAINT "fk_documents_owner_id" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE SET NULL)"#
    );
}

#[test]
fn shared_fields_are_named_in_queries_as_the_models_own() {
    let query = || {
        Product::filter(Product::created_at.lt(Product::updated_at))
            .order_by(Product::updated_at.desc())
    };
    insta::assert_snapshot!(query().sql(Dialect::Sqlite).unwrap(), @r#"SELECT "products"."id", "products"."name", "products"."created_at", "products"."changed" FROM "products" WHERE "products"."created_at" < "products"."changed" ORDER BY "products"."changed" DESC"#);
    insta::assert_snapshot!(query().sql(Dialect::Postgres).unwrap(), @r#"SELECT "products"."id", "products"."name", "products"."created_at", "products"."changed" FROM "products" WHERE "products"."created_at" < "products"."changed" ORDER BY "products"."changed" DESC"#);
    insta::assert_snapshot!(query().sql(Dialect::MySql).unwrap(), @"SELECT `products`.`id`, `products`.`name`, `products`.`created_at`, `products`.`changed` FROM `products` WHERE `products`.`created_at` < `products`.`changed` ORDER BY `products`.`changed` DESC");
    insta::assert_snapshot!(query().sql(Dialect::MariaDb).unwrap(), @"SELECT `products`.`id`, `products`.`name`, `products`.`created_at`, `products`.`changed` FROM `products` WHERE `products`.`created_at` < `products`.`changed` ORDER BY `products`.`changed` DESC");
    insta::assert_snapshot!(Product::all().sql(Dialect::Sqlite).unwrap(), @r#"SELECT "products"."id", "products"."name", "products"."created_at", "products"."changed" FROM "products" ORDER BY "products"."created_at" DESC, "products"."id""#);
}

#[orm_test(models(Product))]
async fn a_row_with_shared_fields_is_read_as_it_was_written(db: Db) -> testudo::Result {
    let mut shell = Product::builder().name("shell").create(&db).await?;
    assert_ne!(shell.base.id, 0);
    assert_eq!(Product::get(&db, shell.base.id).await?, shell);

    let before = shell.stamps.clone();
    shell.name = "carapace".to_owned();
    shell.save(&db).await?;
    let read = Product::get(&db, shell.base.id).await?;
    assert_eq!(read.name, "carapace");
    assert_eq!(read.stamps.created_at, before.created_at);
    assert!(read.stamps.updated_at >= before.updated_at);
    assert_eq!(read, shell);
    Ok(())
}

#[orm_test(models(Product))]
async fn rows_with_shared_fields_are_inserted_in_bulk(db: Db) -> testudo::Result {
    let product = |name: &str| Product::builder().name(name).build();
    let rows = Product::bulk_create(&db, [product("a")?, product("b")?]).await?;
    assert_ne!(rows[0].base.id, rows[1].base.id);
    let found = Product::filter(Product::created_at.eq(rows[0].stamps.created_at))
        .order_by(Product::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(found, rows);
    Ok(())
}

#[orm_test(models(Document, User))]
async fn what_a_shared_struct_declares_holds_in_its_model(db: Db) -> testudo::Result {
    let alice = people(&db, &["alice"]).await?.remove(0);
    let mut document = Document::builder()
        .code("d1")
        .title("t")
        .owner(&alice)
        .create(&db)
        .await?;
    Document::builder()
        .code("d2")
        .title("t")
        .weight(dec!(2.5))
        .create(&db)
        .await?;

    let owned = Document::filter(Document::owner().username.eq("alice"))
        .select_related(Document::owner())
        .get(&db)
        .await?;
    assert_eq!(owned.code, "d1");
    assert_eq!(owned.audited.owner()?.unwrap().username, "alice");
    let prefetched = Document::filter(Document::owner_id.eq(alice.id))
        .prefetch_related(Document::owner())
        .get(&db)
        .await?;
    assert!(prefetched.audited.owner()?.is_some());
    assert!(document.audited.owner().unwrap_err().is_not_loaded());

    assert_eq!(
        Document::all()
            .order_by(Document::code.asc())
            .values(Document::weight)
            .fetch_all(&db)
            .await?,
        [dec!(1.00), dec!(2.50)]
    );
    document.audited.weigh(dec!(9.25));
    document.save_fields(&db, Document::weight).await?;
    assert_eq!(
        Document::filter(Document::weight.gt(9)).count(&db).await?,
        1
    );

    alice.delete(&db).await?;
    let orphan = Document::get(&db, "d1".to_owned()).await?;
    assert_eq!(orphan.audited.owner()?, None);
    assert_eq!(
        orphan.audited.stamps().created_at,
        document.audited.stamps().created_at
    );
    Ok(())
}

#[orm_test(models(Product))]
async fn the_database_knows_the_defaults_of_shared_fields(db: Db) -> testudo::Result {
    db.execute("INSERT INTO products (name) VALUES ('raw')", &[])
        .await?;
    let raw = Product::all().get(&db).await?;
    assert_eq!(raw.stamps.created_at, raw.stamps.updated_at);
    Ok(())
}

#[test]
fn models_in_a_function_take_fields_too() {
    #[derive(ModelFields, Debug)]
    struct Named {
        name: String,
    }

    #[derive(Model, Debug)]
    struct Local {
        #[field(primary_key)]
        id: i64,
        #[field(flatten)]
        named: Named,
    }

    let local = Local::builder().name("x").build().unwrap();
    assert_eq!(local.named.name, "x");
    let missing = Local::builder().build().unwrap_err();
    assert_eq!(missing.missing_fields(), ["name"]);
}
