//! Section "Aggregation Queries".

use rust_decimal::dec;
use shop::models::*;
use shop::services::orders;
use shop::services::statistics::{self, UserSpending};
use testudo::prelude::*;

use crate::a_user;

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn count_rows(db: Db) -> testudo::Result {
    assert_eq!(User::all().count(&db).await?, 44);
    assert_eq!(User::filter(User::is_active.eq(true)).count(&db).await?, 43);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn aggregation_functions(db: Db) -> testudo::Result {
    let statistics = statistics::shop_statistics(&db).await?;
    assert_eq!(statistics.users, 44);
    assert_eq!(statistics.active_users, 43);
    assert_eq!(statistics.total_orders, 3);
    assert_eq!(statistics.total_revenue, Some(dec!(269.98)));
    assert_eq!(statistics.largest_order, Some(dec!(149.99)));
    assert_eq!(statistics.smallest_order, Some(dec!(20.00)));
    // How many digits a mean has is for the database to say.
    let average = statistics.average_order.map(|average| average.round_dp(2));
    assert_eq!(average, Some(dec!(89.99)));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_shop_without_orders_has_no_revenue_and_no_largest_order(db: Db) -> testudo::Result {
    let statistics = statistics::shop_statistics(&db).await?;
    assert_eq!(statistics.total_orders, 0);
    assert_eq!(statistics.total_revenue, None);
    assert_eq!(statistics.largest_order, None);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_sum_of_decimals_is_exact(db: Db) -> testudo::Result {
    let user = a_user(&db, "alice").await?;
    for n in 0..30 {
        orders::place_order(&db, &user, &format!("ORD-{n}"), dec!(0.10)).await?;
    }
    let (total,) = Order::all()
        .aggregate(&db, (sum(Order::total_amount),))
        .await?;
    // In floating point it would be 3.0000000000000013.
    assert_eq!(total, Some(dec!(3.00)));
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn group_aggregation(ctx: TestContext) -> testudo::Result {
    let alice: User = ctx.get("users.alice").await?;
    let bob: User = ctx.get("users.bob").await?;
    let mut expected = vec![
        UserSpending {
            user_id: alice.id,
            orders: 2,
            total: dec!(249.98),
        },
        UserSpending {
            user_id: bob.id,
            orders: 1,
            total: dec!(20.00),
        },
    ];
    expected.sort_by_key(|spending| spending.user_id);
    assert_eq!(statistics::spending_by_user(ctx.db()).await?, expected);
    Ok(())
}

#[orm_test(models(User, Order, Article, Tag), fixtures("shop"))]
async fn only_groups_that_satisfy_a_condition(db: Db) -> testudo::Result {
    let regulars = Order::all()
        .group_by(Order::user().username)
        .having(count(Order::id).gt(1))
        .values((Order::user().username, count(Order::id)))
        .fetch_all(&db)
        .await?;
    assert_eq!(regulars, [("alice".to_owned(), 2)]);
    Ok(())
}
