//! The models, their rows, and how these are generated and loaded.

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;
use testudo::prelude::*;
use testudo_orm::Result;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "gen_authors")]
pub struct Author {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 20)]
    pub name: String,
    pub nick: Option<String>,
    pub age: Option<i32>,
    pub score: i64,
    pub active: bool,
    pub born: NaiveDate,
    pub joined: Option<DateTime<Utc>>,
    pub books: ReverseRelation<Book>,
    pub edited: ReverseRelation<Book>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "gen_books")]
pub struct Book {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 20)]
    pub title: String,
    #[field(related_name = "books")]
    pub author: ForeignKey<Author>,
    #[field(related_name = "edited")]
    pub editor: Option<ForeignKey<Author>>,
    pub pages: Option<i32>,
    pub copies: i32,
    #[field(max_digits = 8, decimal_places = 2)]
    pub price: Decimal,
    pub labels: ReverseRelation<BookTag>,
}

/// Ties a book to a tag.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "gen_book_tags")]
pub struct BookTag {
    #[field(primary_key)]
    pub id: i64,
    #[field(related_name = "labels")]
    pub book: ForeignKey<Book>,
    #[field(related_name = "labels")]
    pub tag: ForeignKey<Tag>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "gen_tags")]
pub struct Tag {
    #[field(primary_key)]
    pub id: i64,
    #[field(max_length = 20)]
    pub name: String,
    pub weight: Option<i32>,
    pub labels: ReverseRelation<BookTag>,
}

/// All rows; the key of each is its position and one more.
#[derive(Debug, Clone)]
pub struct World {
    pub authors: Vec<AuthorRow>,
    pub books: Vec<BookRow>,
    pub tags: Vec<TagRow>,
}

#[derive(Debug, Clone)]
pub struct AuthorRow {
    pub name: String,
    pub nick: Option<String>,
    pub age: Option<i32>,
    pub score: i64,
    pub active: bool,
    pub born: NaiveDate,
    pub joined: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
pub struct BookRow {
    pub title: String,
    pub author: usize,
    pub editor: Option<usize>,
    pub pages: Option<i32>,
    pub copies: i32,
    pub price: Decimal,
    pub tags: Vec<usize>,
}

#[derive(Debug, Clone)]
pub struct TagRow {
    pub name: String,
    pub weight: Option<i32>,
}

/// Short text with everything that means something to a pattern, to a quote or to an order.
pub fn text() -> impl Strategy<Value = String> {
    let letters = prop::sample::select(vec![
        "a", "b", "A", "B", "a", "b", "%", "_", "!", "'", "\"", "\\", " ", "é", "É", "☃", "🦀",
        "$1", "?", "--",
    ]);
    prop::collection::vec(letters, 0..4).prop_map(|letters| letters.concat())
}

pub fn small() -> impl Strategy<Value = i32> {
    prop_oneof![8 => -3..4, 1 => Just(i32::MIN), 1 => Just(i32::MAX)]
}

pub fn big() -> impl Strategy<Value = i64> {
    prop_oneof![8 => -3..4_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

pub fn price() -> impl Strategy<Value = Decimal> {
    prop_oneof![4 => -300..400_i64, 1 => Just(99_999_999), 1 => Just(-99_999_999)]
        .prop_map(|cents| Decimal::new(cents, 2))
}

pub fn day() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1999, 12, 27).unwrap();
    prop_oneof![
        6 => (0..12_u64).prop_map(move |days| first + Days::new(days)),
        1 => Just(NaiveDate::from_ymd_opt(1, 1, 1).unwrap()),
        1 => Just(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap()),
    ]
}

pub fn time() -> impl Strategy<Value = DateTime<Utc>> {
    let micros = prop_oneof![Just(0), Just(1), Just(999_999)];
    (day(), 0..24_u32, micros).prop_map(|(day, hour, micro)| {
        let time = day.and_hms_micro_opt(hour, 59, 59, micro);
        time.unwrap().and_utc()
    })
}

/// Rows that point to one another.
pub fn worlds() -> impl Strategy<Value = World> {
    let author = (
        text(),
        prop::option::of(text()),
        prop::option::of(small()),
        big(),
        any::<bool>(),
        day(),
        prop::option::of(time()),
    );
    let author = author.prop_map(|(name, nick, age, score, active, born, joined)| AuthorRow {
        name,
        nick,
        age,
        score,
        active,
        born,
        joined,
    });
    let book = (
        text(),
        any::<prop::sample::Index>(),
        prop::option::of(any::<prop::sample::Index>()),
        prop::option::of(small()),
        small(),
        price(),
        any::<u8>(),
    );
    let tag =
        (text(), prop::option::of(small())).prop_map(|(name, weight)| TagRow { name, weight });
    (
        prop::collection::vec(author, 1..5),
        prop::collection::vec(book, 0..8),
        prop::collection::vec(tag, 0..4),
    )
        .prop_map(|(authors, books, tags)| {
            let book = |(title, author, editor, pages, copies, price, tied): (
                _,
                prop::sample::Index,
                Option<prop::sample::Index>,
                _,
                _,
                _,
                u8,
            )| BookRow {
                title,
                author: author.index(authors.len()),
                editor: editor.map(|editor| editor.index(authors.len())),
                pages,
                copies,
                price,
                tags: (0..tags.len())
                    .filter(|tag| tied & (1 << tag) != 0)
                    .collect(),
            };
            let books = books.into_iter().map(book).collect();
            World {
                authors,
                books,
                tags,
            }
        })
}

/// The key of the row at this position.
pub fn id(position: usize) -> i64 {
    i64::try_from(position).unwrap() + 1
}

impl World {
    /// These rows, and no others.
    pub async fn load(&self, db: &Db) -> Result<()> {
        BookTag::all().delete(db).await?;
        Book::all().delete(db).await?;
        Author::all().delete(db).await?;
        Tag::all().delete(db).await?;
        let authors = self.authors.iter().enumerate().map(|(at, row)| {
            let mut author = Author::builder()
                .name(&row.name)
                .score(row.score)
                .active(row.active)
                .born(row.born)
                .build()?;
            author.id = id(at);
            author.nick.clone_from(&row.nick);
            (author.age, author.joined) = (row.age, row.joined);
            Ok(author)
        });
        Author::bulk_create(db, authors.collect::<Result<Vec<_>>>()?).await?;
        let tags = self.tags.iter().enumerate().map(|(at, row)| {
            let mut tag = Tag::builder().name(&row.name).build()?;
            (tag.id, tag.weight) = (id(at), row.weight);
            Ok(tag)
        });
        Tag::bulk_create(db, tags.collect::<Result<Vec<_>>>()?).await?;
        let books = self.books.iter().enumerate().map(|(at, row)| {
            let book = Book::builder()
                .title(&row.title)
                .author_id(id(row.author))
                .copies(row.copies)
                .price(row.price);
            let mut book = match row.editor {
                Some(editor) => book.editor_id(id(editor)).build()?,
                None => book.build()?,
            };
            (book.id, book.pages) = (id(at), row.pages);
            Ok(book)
        });
        Book::bulk_create(db, books.collect::<Result<Vec<_>>>()?).await?;
        let ties = self.books.iter().enumerate().flat_map(|(at, row)| {
            let tie =
                move |&tag: &usize| BookTag::builder().book_id(id(at)).tag_id(id(tag)).build();
            row.tags.iter().map(tie)
        });
        BookTag::bulk_create(db, ties.collect::<Result<Vec<_>>>()?).await?;
        Ok(())
    }
}
