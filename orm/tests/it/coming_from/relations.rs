//! Relations.

use testudo::prelude::*;
use testudo_orm::{IntegrityKind, Result};

use crate::shop::{Article, Category, Order, Tag, User, UserProfile, people};

/// Its key is where it stands.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "guide_books")]
struct Book {
    #[field(primary_key, max_length = 5)]
    shelf: String,
    #[field(primary_key)]
    place: i32,
    loans: ReverseRelation<Loan>,
    #[field(through = Loan, related_name = "books")]
    readers: ManyToMany<Reader>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "guide_readers")]
struct Reader {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(reverse)]
    books: ManyToMany<Book>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "guide_loans")]
struct Loan {
    #[field(primary_key)]
    id: i64,
    #[field(references(shelf, place), related_name = "loans")]
    book: ForeignKey<Book>,
    reader: ForeignKey<Reader>,
    #[field(default = 14)]
    days: i32,
}

/// Alice has the orders A and B, Bob has C.
async fn orders(db: &Db) -> Result<Vec<User>> {
    let users = people(db, &["alice", "bob"]).await?;
    for (number, user, total) in [("A", 0, 10), ("B", 0, 20), ("C", 1, 30)] {
        let order = Order::builder().order_number(number).total_amount(total);
        users[user].orders.create(db, order).await?;
    }
    Ok(users)
}

/// The first user has an article with the tag `rust`.
async fn article(db: &Db) -> Result<Article> {
    let author = people(db, &["alice"]).await?.remove(0);
    let article = Article::builder().title("one");
    let article = author.articles.create(db, article).await?;
    article.tags.create(db, Tag::builder().name("rust")).await?;
    Ok(article)
}

async fn book(db: &Db) -> Result<Book> {
    Book::builder().shelf("A").place(7).create(db).await
}

#[orm_test(models(User, Order))]
async fn a_foreign_key(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    let order = Order::filter(Order::user_id.eq(users[1].id))
        .get(&db)
        .await?;
    assert_eq!(order.user.id(), users[1].id);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn the_other_side_of_a_foreign_key(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    assert_eq!(users[0].orders.all().count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User, UserProfile))]
async fn one_to_one(db: Db) -> testudo::Result {
    let user = people(&db, &["alice"]).await?.remove(0);
    UserProfile::builder()
        .user(&user)
        .bio("gardener")
        .create(&db)
        .await?;
    let user = User::all().select_related(User::profile()).get(&db).await?;
    assert_eq!(user.profile.get()?.unwrap().bio, "gardener");
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn many_to_many(db: Db) -> testudo::Result {
    let article = article(&db).await?;
    let tag = Tag::filter(Tag::articles().title.eq("one"))
        .get(&db)
        .await?;
    assert_eq!(tag.articles.all().get(&db).await?, article);
    Ok(())
}

#[orm_test(models(Book, Reader))]
async fn many_to_many_with_columns_of_its_own(db: Db) -> testudo::Result {
    let book = book(&db).await?;
    let reader = Reader::builder().name("ann").create(&db).await?;
    let loan = Loan::builder().reader(&reader).days(3);
    book.loans.create(&db, loan).await?;
    assert_eq!(book.readers.all().get(&db).await?, reader);
    assert_eq!(reader.books.all().get(&db).await?, book);
    let short = Book::filter(Book::loans().days.lt(7));
    assert_eq!(short.count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Category))]
async fn a_relation_to_the_same_model(db: Db) -> testudo::Result {
    let root = Category::builder().code("root").create(&db).await?;
    root.children
        .create(&db, Category::builder().code("leaf"))
        .await?;
    let leaf = Category::filter(Category::parent().code.eq("root"));
    assert_eq!(leaf.get(&db).await?.code, "leaf");
    Ok(())
}

#[orm_test(models(Category))]
async fn a_relation_that_may_be_missing(db: Db) -> testudo::Result {
    Category::builder().code("root").create(&db).await?;
    let roots = Category::filter(Category::parent_id.is_null());
    assert!(roots.get(&db).await?.parent.is_none());
    Ok(())
}

#[orm_test(models(Book))]
async fn a_key_of_several_columns(db: Db) -> testudo::Result {
    let book = book(&db).await?;
    assert_eq!(Book::get(&db, ("A", 7)).await?, book);
    assert_eq!(book.primary_key(), ("A".to_owned(), 7));
    Ok(())
}

#[orm_test(models(Book, Reader))]
async fn a_foreign_key_of_several_columns(db: Db) -> testudo::Result {
    let book = book(&db).await?;
    let reader = Reader::builder().name("ann").create(&db).await?;
    Loan::builder()
        .book_id(("A", 7))
        .reader(&reader)
        .create(&db)
        .await?;
    let loan = Loan::filter(Loan::book().shelf.eq("A")).select_related(Loan::book());
    assert_eq!(loan.get(&db).await?.book.get()?, &book);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn relations_in_a_filter(db: Db) -> testudo::Result {
    orders(&db).await?;
    let of_bob = Order::filter(Order::user().username.eq("bob"));
    assert_eq!(of_bob.get(&db).await?.order_number, "C");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn relations_to_many_in_a_filter(db: Db) -> testudo::Result {
    orders(&db).await?;
    let users = User::filter(User::orders().total_amount.gt(5));
    assert_eq!(users.fetch_all(&db).await?.len(), 2);
    let one_of = User::filter(User::orders().order_number.is_in(["B", "C"]));
    assert_eq!(one_of.count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn order_by_a_related_column(db: Db) -> testudo::Result {
    orders(&db).await?;
    let ordered = Order::all().order_by((Order::user().username.desc(), Order::id.asc()));
    let numbers = ordered.values(Order::order_number).fetch_all(&db).await?;
    assert_eq!(numbers, ["C", "A", "B"]);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn related_rows_by_a_join(db: Db) -> testudo::Result {
    orders(&db).await?;
    let query = Order::filter(Order::order_number.eq("C")).select_related(Order::user());
    assert_eq!(query.get(&db).await?.user.get()?.username, "bob");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn related_rows_by_further_queries(db: Db) -> testudo::Result {
    orders(&db).await?;
    let users = User::all()
        .order_by(User::id.asc())
        .prefetch_related(User::orders());
    let users = users.fetch_all(&db).await?;
    assert_eq!(users[0].orders.get()?.len(), 2);
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn nested_relations(db: Db) -> testudo::Result {
    article(&db).await?;
    let user = User::all()
        .prefetch_related(User::articles().tags())
        .get(&db)
        .await?;
    assert_eq!(user.articles.get()?[0].tags.get()?[0].name, "rust");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_prefetch_with_a_query_of_its_own(db: Db) -> testudo::Result {
    orders(&db).await?;
    let largest = Order::all().order_by(Order::total_amount.desc()).limit(1);
    let users = User::all().prefetch_related(prefetch(User::orders(), largest));
    let users = users.order_by(User::id.asc()).fetch_all(&db).await?;
    assert_eq!(users[0].orders.get()?[0].order_number, "B");
    assert_eq!(users[1].orders.get()?[0].order_number, "C");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_relation_is_loaded_when_it_is_read(db: Db) -> testudo::Result {
    orders(&db).await?;
    let order = Order::filter(Order::order_number.eq("C")).get(&db).await?;
    let error = order.user.get().unwrap_err();
    assert!(
        error.is_not_loaded() && error.to_string().contains("Order::user()"),
        "{error}"
    );
    assert_eq!(order.user.fetch(&db).await?.username, "bob");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn related_rows_as_a_query(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    let large = users[0].orders.filter(Order::total_amount.gt(15));
    assert_eq!(large.get(&db).await?.order_number, "B");
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_related_row_is_created(db: Db) -> testudo::Result {
    let user = people(&db, &["alice"]).await?.remove(0);
    let order = Order::builder().order_number("A").total_amount(1);
    let order = user.orders.create(&db, order).await?;
    assert_eq!(order.user.id(), user.id);
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn related_rows_are_added_and_removed(db: Db) -> testudo::Result {
    let article = article(&db).await?;
    let sql = Tag::builder().name("sql").create(&db).await?;
    article.tags.add(&db, [&sql]).await?;
    assert_eq!(article.tags.all().count(&db).await?, 2);
    article.tags.remove(&db, [&sql]).await?;
    article.tags.clear(&db).await?;
    article.tags.set(&db, [&sql]).await?;
    assert_eq!(article.tags.all().get(&db).await?, sql);
    Ok(())
}

#[orm_test(models(User, Article, Tag))]
async fn cascading_deletion(db: Db) -> testudo::Result {
    let article = article(&db).await?;
    article.author.fetch(&db).await?.delete(&db).await?;
    assert_eq!(Article::all().count(&db).await?, 0);
    Ok(())
}

#[orm_test(models(User, Order))]
async fn a_deletion_that_is_refused(db: Db) -> testudo::Result {
    let users = orders(&db).await?;
    let error = users[0].delete(&db).await.unwrap_err();
    let kind = error.integrity().map(|e| e.kind);
    assert_eq!(kind, Some(IntegrityKind::ForeignKey));
    Ok(())
}

#[orm_test(models(User, Order))]
async fn columns_of_related_rows_as_values(db: Db) -> testudo::Result {
    orders(&db).await?;
    let rows = Order::all().order_by(Order::id.asc());
    let rows = rows.values((Order::order_number, Order::user().username));
    let last = rows.fetch_all(&db).await?.pop();
    assert_eq!(last, Some(("C".to_owned(), "bob".to_owned())));
    Ok(())
}
