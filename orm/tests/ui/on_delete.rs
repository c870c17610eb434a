use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(on_delete = Cascade, related_name = "users")]
    pub name: String,
    #[field(on_delete = SetNull)]
    pub boss: ForeignKey<User>,
    #[field(on_delete = SetDefault)]
    pub room: ForeignKey<User>,
    #[field(on_delete = Casacde)]
    pub desk: ForeignKey<User>,
    #[field(on_delete = "Cascade")]
    pub team: ForeignKey<User>,
    #[field(unique, max_length = 5)]
    pub twin: OneToOne<User>,
}

fn main() {}
