//! The five statements with SeaQuery.

use sea_query::{
    Expr, ExprTrait, Func, Iden, JoinType, Order as Direction, PostgresQueryBuilder, Query, Values,
};
use testudo_benches::statements::Line;

#[derive(Clone, Copy)]
enum Users {
    Table,
    Id,
    Username,
    Email,
    IsStaff,
    Logins,
}

#[derive(Clone, Copy)]
enum Orders {
    Table,
    Id,
    OrderNumber,
    UserId,
    Total,
    Status,
    IsGift,
}

#[derive(Clone, Copy)]
enum Lines {
    Table,
    Id,
    Product,
    Quantity,
    Price,
}

impl Iden for Users {
    fn unquoted(&self) -> &str {
        match self {
            Users::Table => "users",
            Users::Id => "id",
            Users::Username => "username",
            Users::Email => "email",
            Users::IsStaff => "is_staff",
            Users::Logins => "logins",
        }
    }
}

impl Iden for Orders {
    fn unquoted(&self) -> &str {
        match self {
            Orders::Table => "orders",
            Orders::Id => "id",
            Orders::OrderNumber => "order_number",
            Orders::UserId => "user_id",
            Orders::Total => "total",
            Orders::Status => "status",
            Orders::IsGift => "is_gift",
        }
    }
}

impl Iden for Lines {
    fn unquoted(&self) -> &str {
        match self {
            Lines::Table => "lines",
            Lines::Id => "id",
            Lines::Product => "product",
            Lines::Quantity => "quantity",
            Lines::Price => "price",
        }
    }
}

const USER: [Users; 5] = [
    Users::Id,
    Users::Username,
    Users::Email,
    Users::IsStaff,
    Users::Logins,
];

const ORDER: [Orders; 6] = [
    Orders::Id,
    Orders::OrderNumber,
    Orders::UserId,
    Orders::Total,
    Orders::Status,
    Orders::IsGift,
];

pub fn point() -> (String, Values) {
    Query::select()
        .columns(USER.map(|column| (Users::Table, column)))
        .from(Users::Table)
        .and_where(Expr::col((Users::Table, Users::Id)).eq(1_i64))
        .build(PostgresQueryBuilder)
}

pub fn join() -> (String, Values) {
    Query::select()
        .columns(ORDER.map(|column| (Orders::Table, column)))
        .columns(USER.map(|column| (Users::Table, column)))
        .from(Orders::Table)
        .join(
            JoinType::InnerJoin,
            Users::Table,
            Expr::col((Users::Table, Users::Id)).equals((Orders::Table, Orders::UserId)),
        )
        .and_where(Expr::col((Users::Table, Users::Username)).eq("alice"))
        .and_where(Expr::col((Orders::Table, Orders::Status)).eq("paid"))
        .order_by((Orders::Table, Orders::Id), Direction::Desc)
        .limit(20)
        .build(PostgresQueryBuilder)
}

pub fn complex() -> (String, Values) {
    let status = |text| Expr::col((Orders::Table, Orders::Status)).eq(text);
    Query::select()
        .column((Orders::Table, Orders::UserId))
        .expr(Func::count(Expr::col((Orders::Table, Orders::Id))))
        .expr(Func::sum(Expr::col((Orders::Table, Orders::Total))))
        .from(Orders::Table)
        .and_where(status("paid").or(status("shipped")))
        .and_where(
            Expr::col((Orders::Table, Orders::Total))
                .lt(1_000_i64)
                .not(),
        )
        .and_where(Expr::col((Orders::Table, Orders::UserId)).is_in([1_i64, 2, 3, 4]))
        .group_by_col((Orders::Table, Orders::UserId))
        .build(PostgresQueryBuilder)
}

pub fn update() -> (String, Values) {
    Query::update()
        .table(Orders::Table)
        .value(Orders::Total, Expr::col(Orders::Total).add(10_i64))
        .and_where(Expr::col((Orders::Table, Orders::Id)).eq(7_i64))
        .build(PostgresQueryBuilder)
}

pub fn insert(lines: &[Line]) -> (String, Values) {
    let mut insert = Query::insert();
    insert.into_table(Lines::Table).columns([
        Lines::Id,
        Lines::Product,
        Lines::Quantity,
        Lines::Price,
    ]);
    for line in lines {
        insert.values_panic([
            line.id.into(),
            line.product.as_str().into(),
            line.quantity.into(),
            line.price.into(),
        ]);
    }
    insert.build(PostgresQueryBuilder)
}
