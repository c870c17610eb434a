use testudo_orm::prelude::*;

#[derive(Model)]
#[model(
    index(usrname, email),
    unique(email, email),
    unique(friends),
    index(1),
    ordering("-creatd_at", "password", id),
)]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub username: String,
    pub email: String,
    pub created_at: chrono::DateTime<chrono::Utc>,
    pub friends: ManyToMany<User>,
}

fn main() {}
