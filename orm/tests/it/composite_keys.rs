//! Keys of several columns: primary keys, foreign keys among them, and foreign keys to such.

use testudo::prelude::*;
use testudo_orm::sql::Dialect;
use testudo_orm::{Error, Result};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "purchases")]
struct Purchase {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    number: String,
    lines: ReverseRelation<OrderLine>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "order_lines", ordering("order", "position"))]
struct OrderLine {
    #[field(primary_key, related_name = "lines")]
    order: ForeignKey<Purchase>,
    #[field(primary_key)]
    position: i32,
    quantity: i32,
    #[field(auto_now)]
    changed_at: chrono::DateTime<chrono::Utc>,
    shipments: ReverseRelation<Shipment>,
    invoice: ReverseOneToOne<InvoiceLine>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "shipments")]
struct Shipment {
    #[field(primary_key)]
    id: i64,
    #[field(references(order_id, position), related_name = "shipments", on_delete = SetNull, index)]
    line: Option<ForeignKey<OrderLine>>,
    #[field(max_length = 20)]
    carrier: String,
}

/// Its key is the one of another model, and more: the foreign key is the first part.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "invoice_lines")]
struct InvoiceLine {
    #[field(
        primary_key,
        references(order_id, position),
        column("order_no", "line_no"),
        related_name = "invoice"
    )]
    line: OneToOne<OrderLine>,
    #[field(primary_key, max_length = 3)]
    currency: String,
    #[field(default = false)]
    paid: bool,
}

/// Two orders: the first has the lines 1 and 2, the second line 1; only line 2 is shipped, twice.
async fn lines(db: &Db) -> Result<Vec<OrderLine>> {
    let mut lines = Vec::new();
    for (number, quantities) in [("A", &[5, 3][..]), ("B", &[7])] {
        let order = Purchase::builder().number(number).create(db).await?;
        for (position, &quantity) in (1..).zip(quantities) {
            let line = OrderLine::builder().order(&order).position(position);
            lines.push(line.quantity(quantity).create(db).await?);
        }
    }
    for carrier in ["post", "boat"] {
        let shipment = Shipment::builder().line(&lines[1]).carrier(carrier);
        shipment.create(db).await?;
    }
    Shipment::builder().carrier("lost").create(db).await?;
    Ok(lines)
}

#[orm_test(models(Purchase, OrderLine, Shipment))]
async fn a_row_is_found_saved_and_deleted_by_all_parts_of_its_key(db: Db) -> testudo::Result {
    let mut lines = lines(&db).await?;
    let order = lines[0].order.id();
    assert_eq!(lines[1].primary_key(), (order, 2));
    assert_eq!(OrderLine::get(&db, (order, 2)).await?.quantity, 3);
    assert!(
        OrderLine::get(&db, (order, 9))
            .await
            .unwrap_err()
            .is_does_not_exist()
    );

    lines[0].quantity = 50;
    lines[0].save(&db).await?;
    lines[1].quantity = 60;
    lines[1].save_fields(&db, OrderLine::quantity).await?;
    let mut all = OrderLine::all()
        .values(OrderLine::quantity)
        .fetch_all(&db)
        .await?;
    assert_eq!(all, [50, 60, 7]);

    OrderLine::filter(OrderLine::position.eq(1))
        .update(OrderLine::quantity.set(0))
        .execute(&db)
        .await?;
    lines[0].refresh(&db).await?;
    assert_eq!(lines[0].quantity, 0);

    lines[0].delete(&db).await?;
    assert!(lines[0].delete(&db).await.unwrap_err().is_does_not_exist());
    all = OrderLine::all()
        .values(OrderLine::quantity)
        .fetch_all(&db)
        .await?;
    assert_eq!(all, [60, 0]);
    Ok(())
}

#[orm_test(models(Purchase, OrderLine, Shipment))]
async fn a_row_whose_key_is_not_there_yet_is_inserted_by_save(db: Db) -> testudo::Result {
    let order = lines(&db).await?[0].order.id();
    let mut line = OrderLine::builder()
        .order_id(order)
        .position(3)
        .quantity(1)
        .build()?;
    line.save(&db).await?;
    line.quantity = 2;
    line.save(&db).await?;
    let found = OrderLine::filter(OrderLine::order_id.eq(order) & OrderLine::position.eq(3));
    assert_eq!(found.get(&db).await?.quantity, 2);
    let error = line.insert(&db).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    Ok(())
}

#[orm_test(models(Purchase, OrderLine, Shipment))]
async fn many_rows_are_created_counted_and_picked_by_their_keys(db: Db) -> testudo::Result {
    let order = lines(&db).await?[0].order.id();
    let line = |position| {
        OrderLine::builder()
            .order_id(order)
            .position(position)
            .quantity(9)
            .build()
    };
    let rows = (10..500).map(line).collect::<Result<Vec<_>>>()?;
    let rows = OrderLine::bulk_create(&db, rows).await?;
    assert_eq!(rows[1].primary_key(), (order, 11));
    assert_eq!(OrderLine::all().count(&db).await?, 493);
    assert_eq!(OrderLine::all().distinct().count(&db).await?, 493);

    let first_two = OrderLine::filter(OrderLine::order_id.eq(order)).limit(2);
    let touched = first_two
        .update(OrderLine::quantity.set(100))
        .execute(&db)
        .await?;
    assert_eq!(touched, 2);
    let changed = OrderLine::filter(OrderLine::quantity.eq(100));
    let positions = changed.values(OrderLine::position).fetch_all(&db).await?;
    assert_eq!(positions, [1, 2]);

    let of_shipped = OrderLine::filter(OrderLine::shipments().carrier.eq("post"));
    assert_eq!(of_shipped.delete(&db).await?, 1);
    assert_eq!(
        OrderLine::all()
            .order_by(OrderLine::position.desc())
            .limit(400)
            .delete(&db)
            .await?,
        400
    );
    assert_eq!(OrderLine::all().count(&db).await?, 92);
    Ok(())
}

#[orm_test(models(Purchase, OrderLine, Shipment))]
async fn a_foreign_key_of_several_columns_is_followed_both_ways(db: Db) -> testudo::Result {
    let lines = lines(&db).await?;
    let shipments = Shipment::filter(Shipment::line().quantity.lt(4))
        .select_related(Shipment::line().order())
        .order_by(Shipment::carrier.asc())
        .fetch_all(&db)
        .await?;
    let carriers: Vec<_> = shipments
        .iter()
        .map(|shipment| shipment.carrier.as_str())
        .collect();
    assert_eq!(carriers, ["boat", "post"]);
    let line = shipments[0].line.as_ref().unwrap();
    assert_eq!(line.id(), lines[1].primary_key());
    assert_eq!(line.get()?.quantity, 3);
    assert_eq!(line.get()?.order.get()?.number, "A");

    let orders = Purchase::filter(Purchase::lines().shipments().carrier.eq("boat"));
    assert_eq!(orders.values(Purchase::number).fetch_all(&db).await?, ["A"]);
    let unshipped = OrderLine::filter(!OrderLine::shipments().id.is_not_null());
    assert_eq!(unshipped.count(&db).await?, 2);
    let by_part = Shipment::filter(Shipment::line_position.eq(2) & Shipment::line_order_id.gt(0));
    assert_eq!(by_part.count(&db).await?, 2);
    let lost = Shipment::filter(Shipment::line_order_id.is_null())
        .get(&db)
        .await?;
    assert!(lost.line.is_none());
    assert_eq!(line.fetch(&db).await?, lines[1]);
    Ok(())
}

#[orm_test(models(Purchase, OrderLine, Shipment, InvoiceLine))]
async fn relations_of_composite_keys_are_prefetched(db: Db) -> testudo::Result {
    let lines = lines(&db).await?;
    InvoiceLine::builder()
        .line(&lines[0])
        .currency("EUR")
        .create(&db)
        .await?;
    let orders = Purchase::all()
        .prefetch_related((Purchase::lines().shipments(), Purchase::lines().invoice()))
        .order_by(Purchase::id.asc())
        .fetch_all(&db)
        .await?;
    let of_first = orders[0].lines.get()?;
    assert_eq!(of_first.len(), 2);
    assert!(of_first[0].shipments.get()?.is_empty());
    assert_eq!(of_first[1].shipments.get()?.len(), 2);
    assert_eq!(of_first[0].invoice.get()?.unwrap().currency, "EUR");
    assert!(of_first[1].invoice.get()?.is_none());
    assert_eq!(
        of_first[1]
            .shipments
            .filter(Shipment::carrier.eq("post"))
            .count(&db)
            .await?,
        1
    );

    let shipments = Shipment::all()
        .prefetch_related(Shipment::line())
        .order_by(Shipment::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(shipments[0].line.as_ref().unwrap().get()?, &lines[1]);
    assert!(shipments[2].line.is_none());
    Ok(())
}

#[orm_test(models(Purchase, OrderLine, Shipment, InvoiceLine))]
async fn a_key_may_hold_a_composite_key_and_more(db: Db) -> testudo::Result {
    let lines = lines(&db).await?;
    let (order, position) = lines[1].primary_key();
    let mut invoiced = InvoiceLine::builder()
        .line_id((order, position))
        .currency("EUR")
        .create(&db)
        .await?;
    assert_eq!(invoiced.primary_key(), (order, 2, "EUR".to_owned()));
    invoiced.paid = true;
    invoiced.save(&db).await?;
    let found = InvoiceLine::get(&db, (order, 2, "EUR")).await?;
    assert!(found.paid);
    let again = InvoiceLine::builder()
        .line(&lines[1])
        .currency("USD")
        .create(&db)
        .await;
    assert!(again.unwrap_err().is_unique_violation());
    let paid = InvoiceLine::filter(
        InvoiceLine::line().order().number.eq("A") & InvoiceLine::paid.eq(true),
    );
    assert_eq!(paid.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Purchase, OrderLine, Shipment, InvoiceLine))]
async fn the_database_keeps_the_columns_of_a_foreign_key_together(db: Db) -> testudo::Result {
    let lines = lines(&db).await?;
    let order = lines[0].order.id();
    let dangling = |error: Error| {
        error
            .integrity()
            .is_some_and(|e| e.kind == testudo_orm::IntegrityKind::ForeignKey)
    };
    let error = Shipment::builder()
        .line_id((order, 9))
        .carrier("air")
        .create(&db)
        .await;
    assert!(dangling(error.unwrap_err()));
    // ON DELETE SET NULL: all of the columns; the shipments stay.
    lines[1].delete(&db).await?;
    let lost =
        Shipment::filter(Shipment::line_order_id.is_null() & Shipment::line_position.is_null());
    assert_eq!(lost.count(&db).await?, 3);
    // ON DELETE CASCADE through the part of the key that is a foreign key.
    Purchase::filter(Purchase::id.eq(order)).delete(&db).await?;
    assert_eq!(OrderLine::all().count(&db).await?, 1);
    Ok(())
}

#[test]
fn joins_and_conditions_name_all_columns_of_a_key() {
    let sql = |query: QuerySet<Shipment>| query.sql(Dialect::Postgres).unwrap();
    let followed = Shipment::filter(Shipment::line().quantity.gt(3));
    insta::assert_snapshot!(sql(followed), @r#"SELECT "shipments"."id", "shipments"."line_order_id", "shipments"."line_position", "shipments"."carrier" FROM "shipments" LEFT JOIN "order_lines" ON "order_lines"."order_id" = "shipments"."line_order_id" AND "order_lines"."position" = "shipments"."line_position" WHERE "order_lines"."quantity" > $1"#);
    let lines = OrderLine::filter(OrderLine::shipments().carrier.eq("post"));
    insta::assert_snapshot!(lines.sql(Dialect::Postgres).unwrap(), @r#"SELECT "order_lines"."order_id", "order_lines"."position", "order_lines"."quantity", "order_lines"."changed_at" FROM "order_lines" WHERE EXISTS (SELECT 1 FROM "shipments" WHERE "shipments"."line_order_id" = "order_lines"."order_id" AND "shipments"."line_position" = "order_lines"."position" AND "shipments"."carrier" = $1) ORDER BY "order_lines"."order_id", "order_lines"."position""#);
}
