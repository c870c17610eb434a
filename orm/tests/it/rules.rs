//! Rules of fields, asked before a row is written: `min`, `pattern`, `validate` and their kin.

use chrono::NaiveDate;
use rust_decimal::{Decimal, dec};
use testudo::prelude::*;
use testudo_orm::FieldType;

#[derive(FieldType, Debug, Clone, PartialEq)]
struct Code(String);

fn is_upper(code: &Code) -> Result<(), String> {
    if code.0.chars().all(char::is_uppercase) {
        return Ok(());
    }
    Err(format!("`{}` has lower case letters", code.0))
}

#[derive(ModelFields, Debug, Clone)]
struct Contact {
    #[field(email)]
    address: String,
    #[field(pattern = "^[0-9 +]+$")]
    phone: Option<String>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "members")]
struct Member {
    #[field(primary_key)]
    id: i64,
    #[field(min_length = 3, max_length = 10)]
    name: String,
    #[field(min = 0, max = 150)]
    age: i32,
    #[field(min = 0, max_digits = 8, decimal_places = 2)]
    fee: Option<Decimal>,
    #[field(min = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap())]
    joined: NaiveDate,
    #[field(choices("basic", "full"), default = "basic")]
    plan: String,
    #[field(validate(is_upper, |code: &Code| if code.0.is_empty() { Err("it is empty") } else { Ok(()) }))]
    code: Code,
    #[field(flatten)]
    contact: Contact,
}

fn member() -> MemberBuilder {
    Member::builder()
        .name("alice")
        .age(30)
        .joined(NaiveDate::from_ymd_opt(2024, 1, 31).unwrap())
        .code(Code("A".to_owned()))
        .address("alice@example.com")
}

#[orm_test(models(Member))]
async fn a_row_that_satisfies_all_rules_is_written(db: Db) -> testudo::Result {
    let mut row = member().phone("+1 555 0123").create(&db).await?;
    row.fee = Some(dec!(0));
    row.save(&db).await?;
    assert_eq!(Member::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Member))]
async fn all_broken_rules_of_a_row_are_reported_and_nothing_is_written(db: Db) -> testudo::Result {
    let broken = Member::builder()
        .name("al")
        .age(151)
        .fee(dec!(-1.5))
        .joined(NaiveDate::from_ymd_opt(1999, 12, 31).unwrap())
        .plan("gold")
        .code(Code("aB".to_owned()))
        .address("alice@example")
        .phone("none");
    let error = broken.create(&db).await.unwrap_err();
    assert!(error.is_validation());
    let told: Vec<String> = error
        .validations()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "invalid value for `Member.name`: it has 2 characters, and must have at least 3",
            "invalid value for `Member.age`: it is 151, and must be at most 150",
            "invalid value for `Member.fee`: it is -1.5, and must be at least 0",
            "invalid value for `Member.joined`: it is 1999-12-31, and must be at least 2000-01-01",
            "invalid value for `Member.plan`: it is `gold`, and must be one of `basic`, `full`",
            "invalid value for `Member.code`: `aB` has lower case letters",
            "invalid value for `Member.address`: `alice@example` is no e-mail address",
            "invalid value for `Member.phone`: `none` does not match `^[0-9 +]+$`",
        ]
    );
    assert_eq!(error.to_string(), told.join("; "));
    assert_eq!(Member::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(Member))]
async fn misfits_and_broken_rules_are_reported_together(db: Db) -> testudo::Result {
    let error = member()
        .name("a name that is too long")
        .age(-1)
        .create(&db)
        .await
        .unwrap_err();
    let fields: Vec<&str> = error.validations().iter().map(|v| v.field).collect();
    assert_eq!(fields, ["name", "age"]);
    Ok(())
}

#[orm_test(models(Member))]
async fn rules_are_asked_by_save_and_bulk_create_too(db: Db) -> testudo::Result {
    let mut row = member().create(&db).await?;
    row.age = 151;
    assert!(row.save(&db).await.unwrap_err().is_validation());
    assert!(
        row.save_fields(&db, Member::age)
            .await
            .unwrap_err()
            .is_validation()
    );
    // A field that is not saved is not asked.
    row.save_fields(&db, Member::name).await?;
    let rows = [
        member().build()?,
        member().code(Code("b".to_owned())).build()?,
    ];
    assert!(
        Member::bulk_create(&db, rows)
            .await
            .unwrap_err()
            .is_validation()
    );
    assert_eq!(
        Member::all().values(Member::age).fetch_all(&db).await?,
        [30]
    );
    Ok(())
}
