mod parts {
    use testudo_orm::prelude::*;

    #[derive(ModelFields)]
    pub struct Named {
        pub name: String,
    }
}

use testudo_orm::prelude::*;

#[derive(Model)]
#[model(index(nmae))]
pub struct User {
    #[field(primary_key)]
    pub id: i64,
    #[field(flatten)]
    named: parts::Named,
}

fn main() {
    let _ = User::filter(User::name.eq(1));
    let _ = User::builder().name(1);
}
