//! Hostile names and values in every position of every statement reach the server as data.

use testudo::prelude::*;
use testudo_orm::Result;

/// Quotes of both kinds, placeholders, comments, the end of a statement.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(
    table = "o\"d`d'; DROP TABLE odd; -- ☃",
    ordering("amount"),
    index(amount, parent),
    unique(name, amount)
)]
struct Odd {
    #[field(primary_key, column = "i\"d` --")]
    id: i64,
    #[field(column = "n`a\"me $1 ? :a", max_length = 100, unique)]
    name: String,
    #[field(column = "select")]
    reason: Option<String>,
    #[field(column = "/*a*/ m'o;u\\nt")]
    amount: i64,
    #[field(related_name = "children", column = "p%a_r\"`ent")]
    parent: Option<ForeignKey<Odd>>,
    children: ReverseRelation<Odd>,
    #[field(related_name = "tied", through = "t`i\"es'; --")]
    ties: ManyToMany<Odd>,
    #[field(reverse)]
    tied: ManyToMany<Odd>,
}

const HOSTILE: [&str; 16] = [
    "'; DROP TABLE odd; --",
    "\" OR 1 = 1 --",
    "`; DELETE FROM odd; #",
    "' OR ''='",
    "\\",
    "\\'; --",
    "%",
    "_",
    "!%",
    "$1 ? :name @name",
    "/* */",
    "NULL",
    "{\"a\": [1]}",
    "line\nbreak\r\ttab",
    "🦀 größe \u{202e}",
    "' || (SELECT 1) || '",
];

async fn names(query: QuerySet<Odd>, db: &Db) -> Result<Vec<String>> {
    query.values(Odd::name).fetch_all(db).await
}

/// A row for each of the texts, numbered in this order.
async fn rows(db: &Db) -> Result<Vec<Odd>> {
    let row = |(n, name): (i64, &str)| Odd::builder().name(name).reason(name).amount(n).build();
    let rows = (0..).zip(HOSTILE).map(row).collect::<Result<Vec<_>>>()?;
    Odd::bulk(rows).batch_size(5).create(db).await
}

#[orm_test(models(Odd))]
async fn any_text_is_found_by_every_lookup_and_nothing_else_is(db: Db) -> testudo::Result {
    let rows = rows(&db).await?;
    for (row, text) in rows.iter().zip(HOSTILE) {
        assert_eq!(&Odd::get(&db, row.id).await?, row);
        for filter in [
            Odd::name.eq(text),
            !Odd::name.ne(text),
            Odd::name.is_in([text]),
            Odd::name.is_in(vec![text; 2_000]),
            Odd::name.range(text, text),
            Odd::name.iexact(text),
            Odd::reason.eq(text),
            Odd::name.eq(text) & Odd::reason.eq(Odd::name),
        ] {
            assert_eq!(names(Odd::filter(filter), &db).await?, [text]);
        }
        for filter in [
            Odd::name.contains(text),
            Odd::name.startswith(text),
            Odd::name.endswith(text),
            Odd::name.icontains(text),
            Odd::reason.istartswith(text),
            Odd::reason.iendswith(text),
        ] {
            assert!(
                names(Odd::filter(filter), &db)
                    .await?
                    .contains(&text.to_owned())
            );
        }
    }
    Ok(())
}

#[orm_test(models(Odd))]
async fn any_text_is_written_by_every_statement(db: Db) -> testudo::Result {
    let mut rows = rows(&db).await?;
    // UPDATE of one row, of some fields, of many rows, of a query set.
    for row in &mut rows {
        row.reason = Some(format!("{} and more", row.name));
        row.save(&db).await?;
        row.amount += 100;
        row.save_fields(&db, (Odd::amount, Odd::reason)).await?;
    }
    Odd::bulk_update(&db, &mut rows, (Odd::reason, Odd::amount)).await?;
    for (row, text) in rows.iter().zip(HOSTILE) {
        let changed = Odd::filter(Odd::name.eq(text)).update(Odd::reason.set(text));
        assert_eq!(changed.execute(&db).await?, 1);
        let found = Odd::get(&db, row.id).await?;
        assert_eq!(
            (found.reason.as_deref(), found.amount),
            (Some(text), row.amount)
        );
    }
    // Upserts, and what is looked up or made.
    let again = |row: &Odd| Odd::builder().name(&row.name).amount(row.amount).build();
    let again = rows.iter().map(again).collect::<Result<Vec<_>>>()?;
    let upserted = Odd::bulk(again)
        .on_conflict(Odd::name)
        .update((
            Odd::reason,
            Odd::amount.set(Odd::amount + excluded(Odd::amount)),
        ))
        .create(&db)
        .await?;
    for (row, before) in upserted.iter().zip(&rows) {
        assert_eq!(
            (row.id, row.amount, &row.reason),
            (before.id, 2 * before.amount, &None)
        );
    }
    for text in HOSTILE {
        let odd = || Odd::builder().name(text).amount(1).reason(text);
        assert!(!odd().get_or_create(&db, Odd::name).await?.1);
        let (row, created) = odd().update_or_create(&db, Odd::name, Odd::reason).await?;
        assert_eq!((created, row.reason.as_deref()), (false, Some(text)));
        assert_eq!(Odd::filter(Odd::reason.eq(text)).delete(&db).await?, 1);
    }
    assert_eq!(Odd::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(Odd))]
async fn any_name_stands_in_every_clause(db: Db) -> testudo::Result {
    let rows = rows(&db).await?;
    let (first, second) = (&rows[0], &rows[1]);
    let child = Odd::builder().name("child").amount(99).parent(first);
    let child = child.create(&db).await?;
    first.ties.add(&db, [second, &child]).await?;

    let joined = Odd::filter(Odd::parent().name.eq(HOSTILE[0]))
        .select_related(Odd::parent())
        .prefetch_related((Odd::children(), Odd::tied()))
        .get(&db)
        .await?;
    assert_eq!(joined.tied.get()?[0].name, HOSTILE[0]);
    let prefetched = Odd::filter(Odd::children().name.eq("child") & Odd::ties().amount.eq(1))
        .prefetch_related((Odd::children(), Odd::ties()))
        .get(&db)
        .await?;
    assert_eq!(
        (
            prefetched.children.get()?.len(),
            prefetched.ties.get()?.len()
        ),
        (1, 2)
    );

    let grouped = Odd::all()
        .group_by(Odd::parent().name)
        .having(count(Odd::id).gt(1))
        .values((count(Odd::id), max(Odd::amount)))
        .fetch_all(&db)
        .await?;
    assert_eq!(grouped, [(16, Some(15))]);
    let ordered = Odd::all().order_by((Odd::amount.desc(), Odd::id.asc()));
    assert_eq!(names(ordered.limit(1), &db).await?, ["child"]);
    let distinct = Odd::all().distinct().order_by(Odd::name.desc());
    assert_eq!(names(distinct, &db).await?.len(), 17);
    db.transaction(async |tx| {
        let locked = Odd::filter(Odd::id.eq(second.id))
            .select_for_update()
            .get(&tx)
            .await?;
        assert_eq!(&locked, second);
        Ok::<_, testudo_orm::Error>(())
    })
    .await?;

    let by_relation = Odd::filter(Odd::parent().amount.eq(0));
    let changed = by_relation
        .update(Odd::amount.set(Odd::amount + 1))
        .execute(&db)
        .await?;
    assert_eq!(changed, 1);
    let last = Odd::all().order_by(Odd::amount.desc()).limit(1);
    assert_eq!(last.update(Odd::amount.set(7)).execute(&db).await?, 1);
    first.ties.clear(&db).await?;
    assert_eq!(
        Odd::filter(Odd::parent().id.eq(first.id))
            .delete(&db)
            .await?,
        1
    );
    assert_eq!(Odd::all().count(&db).await?, 16);

    let twice = Odd::builder()
        .name(HOSTILE[3])
        .amount(3)
        .create(&db)
        .await
        .unwrap_err();
    let integrity = twice.integrity().unwrap();
    assert_eq!(
        integrity.table.as_deref(),
        Some(Odd::TABLE.name),
        "{integrity}"
    );
    Ok(())
}
