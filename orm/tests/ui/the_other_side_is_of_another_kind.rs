use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub orders: ReverseOneToOne<Order>,
    pub profile: ReverseRelation<Profile>,
    #[field(reverse)]
    pub notes: ManyToMany<Note>,
}

#[derive(Model)]
pub struct Order {
    #[field(primary_key)]
    pub id: i64,
    #[field(related_name = "orders")]
    pub user: ForeignKey<User>,
}

#[derive(Model)]
pub struct Profile {
    #[field(primary_key)]
    pub id: i64,
    #[field(related_name = "profile")]
    pub user: OneToOne<User>,
}

#[derive(Model)]
pub struct Note {
    #[field(primary_key)]
    pub id: i64,
    #[field(related_name = "notes")]
    pub user: ForeignKey<User>,
}

fn main() {}
