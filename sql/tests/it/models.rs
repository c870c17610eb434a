//! The models of the tests, as a derive would write them: orders with a user, items and tags; lines of an
//! order, whose key is composite, and shipments of them.

use testudo_sql::schema::{
    Column, ColumnDefault, ColumnType, Index, Link, OnDelete, Path, Quoted, Reference, Relation,
    Table,
};
use testudo_sql::{ColumnRef, CompareOp, Expr, Value};

/// A table with its columns; every list of names is finished text.
macro_rules! table {
    (
        $table:ident, $columns:ident, $model:literal, $name:literal, key $key:expr,
        indexes $indexes:expr, references $references:expr,
        { $first:literal: $first_ty:expr, { $($first_set:tt)* };
          $second:literal: $second_ty:expr, { $($second_set:tt)* };
          $($column:literal: $ty:expr, { $($set:tt)* };)* }
    ) => {
        pub static $table: Table = Table {
            model: $model,
            name: $name,
            quoted: Quoted { double: concat!("\"", $name, "\""), backtick: concat!("`", $name, "`") },
            columns: &$columns,
            select_list: Quoted {
                double: concat!("\"", $name, "\".\"", $first, "\", \"", $name, "\".\"", $second, "\"" $(, ", \"", $name, "\".\"", $column, "\"")*),
                backtick: concat!("`", $name, "`.`", $first, "`, `", $name, "`.`", $second, "`" $(, ", `", $name, "`.`", $column, "`")*),
            },
            insert_head: Quoted {
                double: concat!("INSERT INTO \"", $name, "\" (\"", $first, "\", \"", $second, "\"" $(, ", \"", $column, "\"")*, ") VALUES "),
                backtick: concat!("INSERT INTO `", $name, "` (`", $first, "`, `", $second, "`" $(, ", `", $column, "`")*, ") VALUES "),
            },
            // The first column is the generated one in all of these tables but the one in between.
            insert_head_generated: Quoted {
                double: concat!("INSERT INTO \"", $name, "\" (\"", $second, "\"" $(, ", \"", $column, "\"")*, ") VALUES "),
                backtick: concat!("INSERT INTO `", $name, "` (`", $second, "`" $(, ", `", $column, "`")*, ") VALUES "),
            },
            primary_key: $key,
            ordering: &[],
            indexes: $indexes,
            references: $references,
        };
        static $columns: [Column; [$first, $second $(, $column)*].len()] = [
            Column { $($first_set)* ..table!(@column $name, $first, $first_ty) },
            Column { $($second_set)* ..table!(@column $name, $second, $second_ty) },
            $(Column { $($set)* ..table!(@column $name, $column, $ty) },)*
        ];
    };
    (@column $name:literal, $column:literal, $ty:expr) => {
        Column {
            field: $column,
            name: $column,
            quoted: Quoted {
                double: concat!("\"", $column, "\""),
                backtick: concat!("`", $column, "`"),
            },
            qualified: Quoted {
                double: concat!("\"", $name, "\".\"", $column, "\""),
                backtick: concat!("`", $name, "`.`", $column, "`"),
            },
            ty: $ty,
            nullable: false,
            unique: false,
            generated: false,
            default: None,
            choices: None,
        }
    };
}

fn users() -> &'static Table {
    &USER
}

fn orders() -> &'static Table {
    &ORDER
}

fn tags() -> &'static Table {
    &TAG
}

const CASCADE: OnDelete = OnDelete::Cascade;

const fn points(
    columns: &'static [usize],
    table: fn() -> &'static Table,
    on_delete: OnDelete,
) -> Reference {
    Reference {
        columns,
        table,
        on_delete,
    }
}

table! { USER, USER_COLUMNS, "User", "users", key &[0], indexes &[],
    references &[points(&[4], users, OnDelete::SetNull)], {
    "id": ColumnType::BigInt, { generated: true, };
    "username": ColumnType::VarChar(50), { unique: true, };
    "email": ColumnType::VarChar(200), { nullable: true, };
    "is_staff": ColumnType::Bool, { default: Some(ColumnDefault::Value(|| false.into())), };
    "manager_id": ColumnType::BigInt, { nullable: true, };
} }

table! { ORDER, ORDER_COLUMNS, "Order", "orders", key &[0],
    indexes &[Index { columns: &[4, 6], unique: false }, Index { columns: &[2, 6], unique: true }],
    references &[points(&[2], users, CASCADE)], {
    "id": ColumnType::BigInt, { generated: true, };
    "order_number": ColumnType::VarChar(50), { unique: true, };
    "user_id": ColumnType::BigInt, {};
    "total": ColumnType::Decimal { precision: 10, scale: 2 }, {};
    "status": ColumnType::VarChar(20), {
        default: Some(ColumnDefault::Value(|| "pending".into())),
        choices: Some(&["pending", "paid", "it's"]),
    };
    "note": ColumnType::Text, { nullable: true, };
    "created_at": ColumnType::DateTime, { default: Some(ColumnDefault::Now), };
} }

table! { ITEM, ITEM_COLUMNS, "Item", "items", key &[0], indexes &[],
    references &[points(&[1], orders, CASCADE)], {
    "id": ColumnType::BigInt, { generated: true, };
    "order_id": ColumnType::BigInt, {};
    "name": ColumnType::VarChar(100), {};
    "quantity": ColumnType::Int, {};
} }

table! { TAG, TAG_COLUMNS, "Tag", "tags", key &[0], indexes &[], references &[], {
    "id": ColumnType::BigInt, { generated: true, };
    "name": ColumnType::VarChar(50), { unique: true, };
} }

table! { ORDER_TAG, ORDER_TAG_COLUMNS, "OrderTag", "order_tags", key &[0, 1], indexes &[],
    references &[points(&[0], orders, CASCADE), points(&[1], tags, CASCADE)], {
    "order_id": ColumnType::BigInt, {};
    "tag_id": ColumnType::BigInt, {};
} }

table! { LINE, LINE_COLUMNS, "Line", "lines", key &[0, 1], indexes &[],
    references &[points(&[0], orders, CASCADE)], {
    "order_id": ColumnType::BigInt, {};
    "position": ColumnType::Int, {};
    "quantity": ColumnType::Int, {};
} }

table! { SHIPMENT, SHIPMENT_COLUMNS, "Shipment", "shipments", key &[0], indexes &[],
    references &[points(&[1, 2], || &LINE, OnDelete::SetNull)], {
    "id": ColumnType::BigInt, { generated: true, };
    "line_order_id": ColumnType::BigInt, { nullable: true, };
    "line_position": ColumnType::Int, { nullable: true, };
    "carrier": ColumnType::VarChar(20), {};
} }

table! { BOX_OF_LINES, BOX_OF_LINES_COLUMNS, "BoxOfLines", "boxes", key &[0, 1, 2], indexes &[],
    references &[points(&[0], tags, CASCADE), points(&[1, 2], || &LINE, CASCADE)], {
    "tag_id": ColumnType::BigInt, {};
    "line_order_id": ColumnType::BigInt, {};
    "line_position": ColumnType::Int, {};
} }

/// A relation by one pair of columns.
macro_rules! relation {
    ($relation:ident, $name:literal, $from:ident.$local:literal -> $to:ident.$remote:literal,
     $to_many:literal, $nullable:literal) => {
        pub static $relation: Relation = Relation {
            name: $name,
            from: &$from,
            to: &$to,
            link: Link::Direct(&[(&$from.columns[$local], &$to.columns[$remote])]),
            to_many: $to_many,
            nullable: $nullable,
        };
    };
}

relation! { ORDER_TO_USER, "user", ORDER.2 -> USER.0, false, false }
relation! { USER_TO_MANAGER, "manager", USER.4 -> USER.0, false, true }
relation! { USER_TO_REPORTS, "reports", USER.0 -> USER.4, true, true }
relation! { USER_TO_ORDERS, "orders", USER.0 -> ORDER.2, true, true }
relation! { ORDER_TO_ITEMS, "items", ORDER.0 -> ITEM.1, true, true }
relation! { ITEM_TO_ORDER, "order", ITEM.1 -> ORDER.0, false, false }

pub static ORDER_TO_TAGS: Relation = Relation {
    name: "tags",
    from: &ORDER,
    to: &TAG,
    link: Link::Through {
        table: &ORDER_TAG,
        near: &[(&ORDER.columns[0], &ORDER_TAG.columns[0])],
        far: &[(&ORDER_TAG.columns[1], &TAG.columns[0])],
    },
    to_many: true,
    nullable: true,
};

pub static SHIPMENT_TO_LINE: Relation = Relation {
    name: "line",
    from: &SHIPMENT,
    to: &LINE,
    link: Link::Direct(&[
        (&SHIPMENT.columns[1], &LINE.columns[0]),
        (&SHIPMENT.columns[2], &LINE.columns[1]),
    ]),
    to_many: false,
    nullable: true,
};

pub static LINE_TO_SHIPMENTS: Relation = Relation {
    name: "shipments",
    from: &LINE,
    to: &SHIPMENT,
    link: Link::Direct(&[
        (&LINE.columns[0], &SHIPMENT.columns[1]),
        (&LINE.columns[1], &SHIPMENT.columns[2]),
    ]),
    to_many: true,
    nullable: true,
};

pub static LINE_TO_TAGS: Relation = Relation {
    name: "tags",
    from: &LINE,
    to: &TAG,
    link: Link::Through {
        table: &BOX_OF_LINES,
        near: &[
            (&LINE.columns[0], &BOX_OF_LINES.columns[1]),
            (&LINE.columns[1], &BOX_OF_LINES.columns[2]),
        ],
        far: &[(&BOX_OF_LINES.columns[0], &TAG.columns[0])],
    },
    to_many: true,
    nullable: true,
};

pub static LINES: Path = Path::root(&LINE);
pub static LINE_SHIPMENTS: Path = Path::via(&LINES, &LINE_TO_SHIPMENTS);
pub static LINE_TAGS: Path = Path::via(&LINES, &LINE_TO_TAGS);
pub static SHIPMENTS: Path = Path::root(&SHIPMENT);
pub static SHIPMENT_LINE: Path = Path::via(&SHIPMENTS, &SHIPMENT_TO_LINE);
pub static ORDERS: Path = Path::root(&ORDER);
pub static USERS: Path = Path::root(&USER);
pub static TAGS: Path = Path::root(&TAG);
pub static ITEMS: Path = Path::root(&ITEM);
pub static ORDER_USER: Path = Path::via(&ORDERS, &ORDER_TO_USER);
pub static ORDER_USER_MANAGER: Path = Path::via(&ORDER_USER, &USER_TO_MANAGER);
pub static ORDER_ITEMS: Path = Path::via(&ORDERS, &ORDER_TO_ITEMS);
pub static ORDER_TAGS: Path = Path::via(&ORDERS, &ORDER_TO_TAGS);
pub static USER_MANAGER: Path = Path::via(&USERS, &USER_TO_MANAGER);
pub static USER_REPORTS: Path = Path::via(&USERS, &USER_TO_REPORTS);
pub static USER_ORDERS: Path = Path::via(&USERS, &USER_TO_ORDERS);
pub static USER_ORDERS_ITEMS: Path = Path::via(&USER_ORDERS, &ORDER_TO_ITEMS);
pub static USER_ORDERS_TAGS: Path = Path::via(&USER_ORDERS, &ORDER_TO_TAGS);
pub static USER_MANAGER_ORDERS: Path = Path::via(&USER_MANAGER, &USER_TO_ORDERS);
pub static ITEM_ORDER: Path = Path::via(&ITEMS, &ITEM_TO_ORDER);
pub static ITEM_ORDER_USER: Path = Path::via(&ITEM_ORDER, &ORDER_TO_USER);

/// The column of a field at the end of a path.
pub fn column_ref(path: &'static Path, field: &str) -> ColumnRef {
    let column = path
        .table
        .column_of_field(field)
        .expect("the model has the field");
    ColumnRef { path, column }
}

/// The same as an expression.
pub fn column(path: &'static Path, field: &str) -> Expr {
    Expr::Column(column_ref(path, field))
}

/// A column compared with a value.
pub fn compare(path: &'static Path, field: &str, op: CompareOp, value: impl Into<Value>) -> Expr {
    Expr::Compare {
        column: column_ref(path, field),
        op,
        value: value.into(),
    }
}

/// `column = value`
pub fn eq(path: &'static Path, field: &str, value: impl Into<Value>) -> Expr {
    compare(path, field, CompareOp::Eq, value)
}

/// Any comparison between a column and a value, shorter.
pub fn gt(path: &'static Path, field: &str, value: impl Into<Value>) -> Expr {
    compare(path, field, CompareOp::Gt, value)
}

/// Orders filtered.
pub fn orders_where(filter: Expr) -> testudo_sql::Select {
    filtered(&ORDER, filter)
}

/// A model's rows filtered, only the constant 1 selected, so that snapshots stay short.
pub fn filtered(table: &'static Table, filter: Expr) -> testudo_sql::Select {
    use testudo_sql::{Projection, Select, Source};
    let mut select = Select::new(Projection::One, Source::Model(table));
    select.add_filter(filter);
    select
}

/// One expression selected from a model.
pub fn selected(table: &'static Table, expr: Expr) -> testudo_sql::Select {
    use testudo_sql::{Projection, Select, SelectItem, Source};
    let items = vec![SelectItem { expr, alias: None }];
    Select::new(Projection::Items(items), Source::Model(table))
}

/// A condition on some row at the end of a path.
pub fn any(path: &'static Path, filter: Expr) -> Expr {
    Expr::Any(Box::new(testudo_sql::Any { path, filter }))
}
