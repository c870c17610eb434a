//! The five statements with Diesel. Its statements are types; what is measured is to build one, to
//! write its text and to collect its binds.

use diesel::dsl::{count, not, sum};
use diesel::pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::prelude::*;
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{QueryBuilder, QueryFragment};
use testudo_benches::statements::Line;

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        email -> Text,
        is_staff -> Bool,
        logins -> Integer,
    }
}

diesel::table! {
    orders (id) {
        id -> BigInt,
        order_number -> Text,
        user_id -> BigInt,
        total -> BigInt,
        status -> Text,
        is_gift -> Bool,
    }
}

diesel::table! {
    lines (id) {
        id -> BigInt,
        product -> Text,
        quantity -> Integer,
        price -> BigInt,
    }
}

diesel::joinable!(orders -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(orders, users);

/// The types of these statements are built in; nothing has to be asked of a server.
struct BuiltIn;

impl PgMetadataLookup for BuiltIn {
    fn lookup_type(&mut self, _: &str, _: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(0, 0)
    }
}

fn compiled(query: &impl QueryFragment<Pg>) -> (String, Vec<Option<Vec<u8>>>) {
    let mut text = PgQueryBuilder::default();
    query.to_sql(&mut text, &Pg).unwrap();
    let mut binds = RawBytesBindCollector::<Pg>::new();
    query.collect_binds(&mut binds, &mut BuiltIn, &Pg).unwrap();
    (text.finish(), binds.binds)
}

pub fn point() -> (String, Vec<Option<Vec<u8>>>) {
    compiled(&users::table.filter(users::id.eq(1)))
}

pub fn join() -> (String, Vec<Option<Vec<u8>>>) {
    compiled(
        &orders::table
            .inner_join(users::table)
            .select((orders::all_columns, users::all_columns))
            .filter(users::username.eq("alice"))
            .filter(orders::status.eq("paid"))
            .order_by(orders::id.desc())
            .limit(20),
    )
}

pub fn complex() -> (String, Vec<Option<Vec<u8>>>) {
    compiled(
        &orders::table
            .filter(orders::status.eq("paid").or(orders::status.eq("shipped")))
            .filter(not(orders::total.lt(1_000)))
            .filter(orders::user_id.eq_any([1_i64, 2, 3, 4]))
            .group_by(orders::user_id)
            .select((orders::user_id, count(orders::id), sum(orders::total))),
    )
}

pub fn update() -> (String, Vec<Option<Vec<u8>>>) {
    compiled(
        &diesel::update(orders::table.filter(orders::id.eq(7)))
            .set(orders::total.eq(orders::total + 10)),
    )
}

pub fn insert(rows: &[Line]) -> (String, Vec<Option<Vec<u8>>>) {
    let rows: Vec<_> = rows
        .iter()
        .map(|line| {
            (
                lines::id.eq(line.id),
                lines::product.eq(line.product.as_str()),
                lines::quantity.eq(line.quantity),
                lines::price.eq(line.price),
            )
        })
        .collect();
    compiled(&diesel::insert_into(lines::table).values(rows))
}
