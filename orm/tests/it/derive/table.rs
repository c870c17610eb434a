//! The tables and relations that derived models describe.

use testudo_orm::Model;
use testudo_orm::sql::schema::{Column, ColumnDefault, ColumnType, Link, OnDelete, Table};
use testudo_orm::sql::{Direction, Value};
use testudo_orm::{ModelPath, PathHandle};

use crate::shop::{Article, Category, Job, Order, Tag, User, UserProfile};

fn column(table: &'static Table, name: &str) -> &'static Column {
    let found = table.columns.iter().find(|column| column.name == name);
    found.unwrap_or_else(|| panic!("`{}` has no column `{name}`", table.name))
}

fn names(columns: &[Column]) -> Vec<&str> {
    columns.iter().map(|column| column.name).collect()
}

/// The last relation of a path such as `Order::user()`.
fn relation<H: PathHandle>(_: H) -> &'static testudo_orm::sql::schema::Relation {
    let hop = <H::Path as ModelPath>::PATH.hop.as_ref();
    hop.expect("a path with a relation").relation
}

#[test]
fn fields_with_a_column_make_the_table_in_their_order() {
    assert_eq!(Order::TABLE.name, "orders");
    assert_eq!(Order::TABLE.model, "Order");
    assert_eq!(
        names(Order::TABLE.columns),
        [
            "id",
            "order_number",
            "user_id",
            "total_amount",
            "status",
            "previous_status",
            "created_at"
        ]
    );
    assert_eq!(Order::TABLE.primary_key, [0]);
}

#[test]
fn a_table_without_a_name_is_called_as_the_model() {
    assert_eq!(Category::TABLE.name, "category");
}

#[test]
fn finished_text_comes_in_both_quote_styles() {
    let table = Tag::TABLE;
    assert_eq!(table.quoted.double, r#""tags""#);
    assert_eq!(table.quoted.backtick, "`tags`");
    assert_eq!(table.select_list.double, r#""tags"."id", "tags"."name""#);
    assert_eq!(table.select_list.backtick, "`tags`.`id`, `tags`.`name`");
    assert_eq!(
        table.insert_head.double,
        r#"INSERT INTO "tags" ("id", "name") VALUES "#
    );
    assert_eq!(
        table.insert_head_generated.double,
        r#"INSERT INTO "tags" ("name") VALUES "#
    );
    assert_eq!(column(table, "name").qualified.backtick, "`tags`.`name`");
}

#[test]
fn attributes_refine_the_type_of_a_column() {
    let order = |name| column(Order::TABLE, name).ty;
    assert_eq!(order("id"), ColumnType::BigInt);
    assert_eq!(order("order_number"), ColumnType::VarChar(50));
    assert_eq!(
        order("total_amount"),
        ColumnType::Decimal {
            precision: 10,
            scale: 2
        }
    );
    assert_eq!(order("status"), ColumnType::VarChar(9));
    assert_eq!(
        column(UserProfile::TABLE, "avatar").ty,
        ColumnType::VarChar(255)
    );
    assert_eq!(column(UserProfile::TABLE, "bio").ty, ColumnType::Text);
}

#[test]
fn an_option_makes_a_column_nullable() {
    assert!(column(User::TABLE, "last_login").nullable);
    assert!(column(Category::TABLE, "parent_id").nullable);
    assert!(!column(User::TABLE, "date_joined").nullable);
}

#[test]
fn an_enum_restricts_its_column_to_its_texts() {
    let texts: &[&str] = &["pending", "confirmed", "sent", "on_hold"];
    assert_eq!(column(Order::TABLE, "status").choices, Some(texts));
    assert_eq!(column(Order::TABLE, "previous_status").choices, Some(texts));
    assert_eq!(column(Order::TABLE, "order_number").choices, None);
}

#[test]
fn integer_primary_keys_alone_are_numbered_by_the_server() {
    assert!(column(User::TABLE, "id").generated);
    assert!(!column(Job::TABLE, "id").generated);
    assert!(!column(Job::TABLE, "priority").generated);
}

#[test]
fn constant_defaults_are_known_to_the_database_and_others_are_not() {
    let default = |table, name| match column(table, name).default {
        Some(ColumnDefault::Value(value)) => Some(value()),
        _ => None,
    };
    assert_eq!(default(Job::TABLE, "priority"), Some(Value::I32(-1)));
    assert_eq!(default(Job::TABLE, "note"), Some(Value::from("none")));
    assert_eq!(
        default(Job::TABLE, "category_id"),
        Some(Value::from("misc"))
    );
    assert_eq!(
        default(Order::TABLE, "status"),
        Some(Value::from("pending"))
    );
    assert!(column(Job::TABLE, "token").default.is_none());
    assert!(matches!(
        column(User::TABLE, "date_joined").default,
        Some(ColumnDefault::Now)
    ));
}

#[test]
fn a_raw_identifier_and_a_column_name_of_its_own_are_kept_apart() {
    let kind = column(Article::TABLE, "kind");
    assert_eq!(kind.field, "type");
    assert_eq!(format!("{:?}", Article::r#type), "Article.type");
}

#[test]
fn indexes_and_order_name_columns_by_position() {
    let indexes: Vec<_> = Order::TABLE
        .indexes
        .iter()
        .map(|i| (i.columns, i.unique))
        .collect();
    // `index` of the field `user`, then those of the model; `user` is the third column.
    assert_eq!(
        indexes,
        [(&[2][..], false), (&[4, 6][..], false), (&[2, 1][..], true)]
    );
    assert_eq!(
        Order::TABLE.ordering,
        [(6, Direction::Desc), (0, Direction::Asc)]
    );
}

#[test]
fn a_foreign_key_has_the_type_of_the_key_that_it_points_to() {
    let parent = column(Category::TABLE, "parent_id");
    assert_eq!(parent.ty, ColumnType::VarChar(20));
    assert_eq!(parent.field, "parent");
    let [reference] = Category::TABLE.references else {
        panic!("one foreign key");
    };
    assert_eq!((reference.table)().name, "category");
    assert_eq!(reference.columns, [1]);
    assert_eq!(reference.on_delete, OnDelete::SetNull);
    assert_eq!(Order::TABLE.references[0].on_delete, OnDelete::Restrict);
    assert_eq!(Article::TABLE.references[0].on_delete, OnDelete::Cascade);
}

#[test]
fn a_one_to_one_relation_is_unique() {
    assert!(column(UserProfile::TABLE, "user_id").unique);
    assert!(!column(Order::TABLE, "user_id").unique);
}

#[test]
fn both_directions_of_a_foreign_key_tie_the_same_columns() {
    let (there, back) = (relation(Order::user()), relation(User::orders()));
    let (Link::Direct(there_pairs), Link::Direct(back_pairs)) = (&there.link, &back.link) else {
        panic!("a foreign key needs no table in between");
    };
    assert_eq!(
        (there_pairs[0].0.name, there_pairs[0].1.name),
        ("user_id", "id")
    );
    assert!(std::ptr::eq(there_pairs[0].0, back_pairs[0].1));
    assert!(std::ptr::eq(there_pairs[0].1, back_pairs[0].0));
    assert!(!there.to_many && !there.nullable);
    assert!(back.to_many && back.nullable);
    assert_eq!((there.name, back.name), ("user", "orders"));
    assert!(!relation(User::profile()).to_many);
    assert!(relation(Category::parent()).nullable);
}

#[test]
fn both_directions_of_a_many_to_many_relation_share_a_table() {
    let (there, back) = (relation(Article::tags()), relation(Tag::articles()));
    let (
        Link::Through { table, near, far },
        Link::Through {
            table: again,
            near: far_end,
            far: near_end,
        },
    ) = (&there.link, &back.link)
    else {
        panic!("a table in between");
    };
    assert!(std::ptr::eq(*table, *again));
    assert_eq!(
        (near[0].0.qualified.double, near[0].1.name),
        (r#""articles"."id""#, "article_id")
    );
    assert_eq!(
        (far[0].0.name, far[0].1.qualified.double),
        ("tag_id", r#""tags"."id""#)
    );
    assert!(std::ptr::eq(near[0].1, near_end[0].0) && std::ptr::eq(far[0].0, far_end[0].1));
}

#[test]
fn the_table_in_between_belongs_to_the_model_that_declares_the_relation() {
    let [table] = Article::JOIN_TABLES else {
        panic!("one many-to-many relation")
    };
    assert_eq!(table.name, "articles_tags");
    assert_eq!(names(table.columns), ["article_id", "tag_id"]);
    assert_eq!(table.primary_key, [0, 1]);
    assert!(Tag::JOIN_TABLES.is_empty());
}

#[test]
fn a_model_tied_to_itself_has_two_differently_named_columns() {
    let [table] = Category::JOIN_TABLES else {
        panic!("one many-to-many relation")
    };
    assert_eq!(table.name, "category_links");
    assert_eq!(names(table.columns), ["from_category_id", "to_category_id"]);
    assert_eq!(table.columns[0].ty, ColumnType::VarChar(20));
}
