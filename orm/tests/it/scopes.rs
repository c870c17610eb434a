//! Named scopes, and the scope that every query set of a model has.

use chrono::{DateTime, Utc};
use testudo::prelude::*;
use testudo_orm::scopes;
use testudo_orm::sql::Dialect;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "bills", ordering("id"), default_scope = Bill::deleted_at.is_null())]
struct Bill {
    #[field(primary_key)]
    id: i64,
    amount: i64,
    #[field(default = false)]
    paid: bool,
    #[field(related_name = "bills")]
    customer: ForeignKey<Customer>,
    deleted_at: Option<DateTime<Utc>>,
    pub lines: ReverseRelation<Line>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "customers")]
struct Customer {
    #[field(primary_key)]
    id: i64,
    bills: ReverseRelation<Bill>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "bill_lines")]
struct Line {
    #[field(primary_key)]
    id: i64,
    #[field(related_name = "lines")]
    bill: ForeignKey<Bill>,
}

#[scopes]
impl BillScopes for QuerySet<Bill> {
    /// Those that were paid.
    fn paid(self) -> Self {
        self.filter(Bill::paid.eq(true))
    }

    fn over(self, amount: i64) -> Self {
        self.filter(Bill::amount.gt(amount))
    }

    async fn total(self, db: &Db) -> testudo_orm::Result<i64> {
        Ok(self.aggregate(db, sum(Bill::amount)).await?.unwrap_or(0))
    }
}

async fn bills(db: &Db) -> testudo_orm::Result<Vec<Bill>> {
    let customer = Customer::builder().create(db).await?;
    let bill = |amount: i64, paid: bool| {
        let bill = Bill::builder().amount(amount).paid(paid);
        bill.customer(&customer).build()
    };
    let mut rows =
        Bill::bulk_create(db, [bill(10, true)?, bill(20, false)?, bill(30, true)?]).await?;
    rows[2].deleted_at = Some(Utc::now());
    rows[2].save(db).await?;
    Ok(rows)
}

#[test]
fn scopes_are_chained_like_methods_of_query_sets() {
    let query = Bill::unscoped().paid().over(5).limit(3);
    insta::assert_snapshot!(
        query.sql(Dialect::Postgres).unwrap(),
        @r#"SELECT "bills"."id", "bills"."amount", "bills"."paid", "bills"."customer_id", "bills"."deleted_at" FROM "bills" WHERE "bills"."paid" = $1 AND "bills"."amount" > $2 ORDER BY "bills"."id" LIMIT 3"#
    );
    let scoped = Bill::filter(Bill::amount.gt(5));
    insta::assert_snapshot!(
        scoped.sql(Dialect::MySql).unwrap(),
        @"SELECT `bills`.`id`, `bills`.`amount`, `bills`.`paid`, `bills`.`customer_id`, `bills`.`deleted_at` FROM `bills` WHERE `bills`.`deleted_at` IS NULL AND `bills`.`amount` > ? ORDER BY `bills`.`id`"
    );
}

#[orm_test(models(Bill, Customer, Line))]
async fn a_default_scope_leaves_rows_out_unless_it_is_taken_off(db: Db) -> testudo::Result {
    let rows = bills(&db).await?;
    assert_eq!(Bill::all().count(&db).await?, 2);
    assert_eq!(Bill::unscoped().count(&db).await?, 3);
    assert_eq!(Bill::all().paid().total(&db).await?, 10);
    assert_eq!(Bill::unscoped().paid().total(&db).await?, 40);
    let gone = rows[2].id;
    assert!(Bill::get(&db, gone).await.unwrap_err().is_does_not_exist());
    assert_eq!(Bill::all().delete(&db).await?, 2);
    assert_eq!(Bill::unscoped().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Bill, Customer, Line))]
async fn a_row_outside_of_the_scope_is_saved_refreshed_and_pointed_to(db: Db) -> testudo::Result {
    let mut gone = bills(&db).await?.remove(2);
    let line = Line::builder().bill(&gone).create(&db).await?;
    gone.amount = 31;
    gone.save(&db).await?;
    gone.refresh(&db).await?;
    assert_eq!(gone.amount, 31);
    let line = Line::filter(Line::id.eq(line.id))
        .prefetch_related(Line::bill())
        .get(&db)
        .await?;
    assert_eq!(line.bill.get()?.amount, 31);
    assert_eq!(line.bill.fetch(&db).await?.amount, 31);
    Ok(())
}

#[orm_test(models(Bill, Customer, Line))]
async fn related_sets_are_in_the_scope(db: Db) -> testudo::Result {
    bills(&db).await?;
    let customer = Customer::all()
        .prefetch_related(Customer::bills())
        .get(&db)
        .await?;
    assert_eq!(customer.bills.get()?.len(), 2);
    assert_eq!(customer.bills.all().count(&db).await?, 2);
    Ok(())
}
