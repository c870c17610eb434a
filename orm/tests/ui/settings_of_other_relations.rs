use testudo_orm::prelude::*;

#[derive(Model)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub orders: ReverseRelation<User>,
    #[field(reverse, related_name = "x", through = "y")]
    pub tags: ManyToMany<User>,
    #[field(through = "z")]
    pub boss: ForeignKey<User>,
    #[field(auto_now)]
    pub friends: ManyToMany<User>,
}

fn main() {}
