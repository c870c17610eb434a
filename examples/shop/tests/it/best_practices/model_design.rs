//! Section "Model Design".

use rust_decimal::{Decimal, dec};
use shop::models::Product;
use testudo::prelude::*;

#[orm_test(models(Product))]
async fn a_price_is_exact_and_keeps_its_decimal_places(db: Db) -> testudo::Result {
    for price in [
        dec!(0.10),
        dec!(19.99),
        dec!(99999999.99),
        dec!(-0.01),
        dec!(5),
    ] {
        let product = Product::builder()
            .name("Tea")
            .price(price)
            .create(&db)
            .await?;
        let read = Product::get(&db, product.id).await?;
        assert_eq!(read.price, price);
        assert_eq!(read.price.scale(), 2);
        // It is found by its price too, which a binary fraction would not be.
        assert!(
            Product::filter(Product::price.eq(price))
                .exists(&db)
                .await?
        );
    }
    Ok(())
}

#[orm_test(models(Product))]
async fn a_price_with_too_many_digits_is_refused_and_not_rounded(db: Db) -> testudo::Result {
    for price in [dec!(1.005), dec!(100000000)] {
        let error = Product::builder()
            .name("Tea")
            .price(price)
            .create(&db)
            .await
            .unwrap_err();
        assert!(error.is_validation(), "{error}");
        assert_eq!(error.validation().unwrap().field, "price");
    }
    assert!(!Product::all().exists(&db).await?);
    Ok(())
}

#[orm_test(models(Product))]
async fn a_product_can_be_bought_unless_it_says_otherwise(db: Db) -> testudo::Result {
    Product::builder()
        .name("Tea")
        .price(dec!(4.50))
        .create(&db)
        .await?;
    Product::builder()
        .name("Old tea")
        .price(dec!(0.10))
        .is_active(false)
        .create(&db)
        .await?;
    let sold: Vec<(String, Decimal)> = Product::filter(Product::is_active.eq(true))
        .values((Product::name, Product::price))
        .fetch_all(&db)
        .await?;
    assert_eq!(sold, [("Tea".to_owned(), dec!(4.50))]);
    Ok(())
}

#[orm_test(models(Product))]
async fn the_indexes_are_over_the_columns_that_the_model_names(
    pool: SqlitePool,
) -> testudo::Result {
    let indexes: Vec<String> = sqlx::query_scalar(
        "SELECT (SELECT group_concat(name, ', ') FROM pragma_index_info(il.name))
         FROM pragma_index_list('products') AS il ORDER BY 1",
    )
    .fetch_all(&pool)
    .await?;
    assert_eq!(indexes, ["is_active, created_at", "name"]);
    Ok(())
}
