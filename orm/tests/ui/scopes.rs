use testudo_orm::prelude::*;
use testudo_orm::scopes;

#[derive(Model)]
#[model(default_scope = User::nmae.is_null())]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    pub name: Option<String>,
}

#[scopes]
impl QuerySet<User> {
    fn named(self) -> Self {
        self
    }
}

#[scopes]
impl UserScopes for QuerySet<User> {
    const LIMIT: u64 = 1;

    pub fn nameless(self) -> Self {
        self.filter(User::name.is_null())
    }

    fn all_of_them() -> Self {
        User::all()
    }
}

fn main() {}
