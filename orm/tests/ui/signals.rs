use std::rc::Rc;

use testudo_orm::prelude::*;

#[derive(Model)]
struct Order {
    #[field(primary_key)]
    id: i64,
}

fn main() {
    // Not of a model.
    let _ = Signals::new().pre_delete(async |_: &String, _| Ok(()));
    // Another parameter is missing.
    let _ = Signals::new().post_save(async |_: &Order, _| Ok(()));
    // What comes after the deletion cannot change the row.
    let _ = Signals::new().post_delete(async |_: &mut Order, _| Ok(()));
    // Its future is not `Send`.
    let _ = Signals::new().pre_save(async |_: &mut Order, db| {
        let shared = Rc::new(1);
        db.execute("SELECT 1", &[]).await?;
        drop(shared);
        Ok(())
    });
}
