use testudo_orm::prelude::*;

#[derive(DbEnum, Debug)]
pub enum Status {
    Pending,
}

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub username: String,
}

#[derive(Model)]
pub struct Order {
    #[field(primary_key)]
    pub id: i64,
    pub status: Status,
    pub user: ForeignKey<User>,
}

fn main() {
    let _ = Order::builder().status("pending");
    let _ = Order::builder().user("alice");
    let _ = Order::builder().colour("red");
    let _ = Order::filter(Order::status.eq("pending"));
    let _ = Order::filter(Order::staus.eq(Status::Pending));
    let _ = Order::filter(Order::user().name.eq("alice"));
    let _ = Order::filter(User::username.eq("alice"));
}
