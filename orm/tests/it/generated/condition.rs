//! Conditions: generated, and made into the filters of query sets.

use std::fmt::Debug;

use proptest::prelude::*;
use rust_decimal::Decimal;
use testudo::prelude::*;
use testudo_orm::{Filter, ModelPath, Ordering, Root};

use super::evaluate::{At, Key, Step, Tree};
use super::lookup::{DateLookup, Lookup, TextLookup, date_lookup, lookup, text_lookup};
use super::world::{Author, Book, Tag, World, big, day, id, price, small, time};

/// A condition whose leaves say where a column is and what is asked of it.
#[derive(Debug, Clone)]
pub enum Condition<L> {
    Leaf(L),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
}

pub fn conditions<L: Place + 'static>() -> impl Strategy<Value = Condition<L>> {
    L::leaves()
        .prop_map(Condition::Leaf)
        .prop_recursive(4, 12, 2, |inner| {
            let two = || {
                (
                    inner.clone().prop_map(Box::new),
                    inner.clone().prop_map(Box::new),
                )
            };
            prop_oneof![
                two().prop_map(|(a, b)| Condition::And(a, b)),
                two().prop_map(|(a, b)| Condition::Or(a, b)),
                inner.clone().prop_map(|a| Condition::Not(Box::new(a))),
            ]
        })
}

impl<L: Place> Condition<L> {
    pub fn filter(&self) -> Filter<L::Model> {
        match self {
            Condition::Leaf(leaf) => leaf.filter(),
            Condition::And(a, b) => a.filter() & b.filter(),
            Condition::Or(a, b) => a.filter() | b.filter(),
            Condition::Not(a) => !a.filter(),
        }
    }

    pub fn tree(&self) -> Tree {
        match self {
            Condition::Leaf(leaf) => leaf.tree(),
            Condition::And(a, b) => a.tree().and(b.tree()),
            Condition::Or(a, b) => a.tree().or(b.tree()),
            Condition::Not(a) => a.tree().not(),
        }
    }
}

/// Where a column is, seen from the model of the query.
pub trait Place: Debug + Clone {
    type Model: Model;
    /// How many columns rows are sorted by.
    const KEYS: usize;

    fn leaves() -> BoxedStrategy<Self>;
    fn filter(&self) -> Filter<Self::Model>;
    fn tree(&self) -> Tree;
    fn rows(world: &World) -> Vec<At>;
    fn id(row: &Self::Model) -> i64;
    fn by_id() -> Ordering<Self::Model>;
    fn ordering(key: usize, ascending: bool) -> Ordering<Self::Model>;
    fn key(key: usize, world: &World, at: At) -> Key;
}

/// What is asked of a column of a book.
#[derive(Debug, Clone)]
pub enum OfBook {
    Title(TextLookup),
    Pages(Lookup<i32>),
    Copies(Lookup<i32>),
    Price(Lookup<Decimal>),
    PagesAreCopies,
    PagesAreNotCopies,
    MorePagesThanCopies,
}

#[derive(Debug, Clone)]
pub enum OfAuthor {
    Name(TextLookup),
    Nick(TextLookup),
    Age(Lookup<i32>),
    Score(Lookup<i64>),
    Active(Lookup<bool>),
    Born(DateLookup),
    Joined(Lookup<chrono::DateTime<chrono::Utc>>),
}

#[derive(Debug, Clone)]
pub enum OfTag {
    Name(TextLookup),
    Weight(Lookup<i32>),
}

fn of_book() -> BoxedStrategy<OfBook> {
    prop_oneof![
        text_lookup().prop_map(OfBook::Title),
        lookup(small().boxed()).prop_map(OfBook::Pages),
        lookup(small().boxed()).prop_map(OfBook::Copies),
        lookup(price().boxed()).prop_map(OfBook::Price),
        Just(OfBook::PagesAreCopies),
        Just(OfBook::PagesAreNotCopies),
        Just(OfBook::MorePagesThanCopies),
    ]
    .boxed()
}

fn of_author() -> BoxedStrategy<OfAuthor> {
    prop_oneof![
        text_lookup().prop_map(OfAuthor::Name),
        text_lookup().prop_map(OfAuthor::Nick),
        lookup(small().boxed()).prop_map(OfAuthor::Age),
        lookup(big().boxed()).prop_map(OfAuthor::Score),
        lookup(any::<bool>()).prop_map(OfAuthor::Active),
        date_lookup(day().boxed()).prop_map(OfAuthor::Born),
        lookup(time().boxed()).prop_map(OfAuthor::Joined),
    ]
    .boxed()
}

fn of_tag() -> BoxedStrategy<OfTag> {
    prop_oneof![
        text_lookup().prop_map(OfTag::Name),
        lookup(small().boxed()).prop_map(OfTag::Weight),
    ]
    .boxed()
}

impl OfBook {
    fn filter<P: ModelPath<Target = Book>>(&self) -> Filter<P::Root> {
        let book = Book::columns::<P>();
        let (pages, copies) = (book.pages, book.copies.optional());
        match self {
            OfBook::Title(lookup) => lookup.filter(book.title.optional()),
            OfBook::Pages(lookup) => lookup.filter(pages),
            OfBook::Copies(lookup) => lookup.filter(copies),
            OfBook::Price(lookup) => lookup.filter(book.price.optional()),
            OfBook::PagesAreCopies => pages.eq(copies),
            OfBook::PagesAreNotCopies => pages.ne(copies),
            OfBook::MorePagesThanCopies => pages.gt(copies),
        }
    }
}

impl OfAuthor {
    fn filter<P: ModelPath<Target = Author>>(&self) -> Filter<P::Root> {
        let author = Author::columns::<P>();
        match self {
            OfAuthor::Name(lookup) => lookup.filter(author.name.optional()),
            OfAuthor::Nick(lookup) => lookup.filter(author.nick),
            OfAuthor::Age(lookup) => lookup.filter(author.age),
            OfAuthor::Score(lookup) => lookup.filter(author.score.optional()),
            OfAuthor::Active(lookup) => lookup.filter(author.active.optional()),
            OfAuthor::Born(lookup) => lookup.filter(author.born.optional()),
            OfAuthor::Joined(lookup) => lookup.filter(author.joined),
        }
    }
}

impl OfTag {
    fn filter<P: ModelPath<Target = Tag>>(&self) -> Filter<P::Root> {
        let tag = Tag::columns::<P>();
        match self {
            OfTag::Name(lookup) => lookup.filter(tag.name.optional()),
            OfTag::Weight(lookup) => lookup.filter(tag.weight),
        }
    }
}

/// The path behind the columns that a relation's function returns.
fn of_book_at<P: ModelPath<Target = Book>>(
    _: impl testudo_orm::PathHandle<Path = P>,
    leaf: &OfBook,
) -> Filter<P::Root> {
    leaf.filter::<P>()
}

fn of_author_at<P: ModelPath<Target = Author>>(
    _: impl testudo_orm::PathHandle<Path = P>,
    leaf: &OfAuthor,
) -> Filter<P::Root> {
    leaf.filter::<P>()
}

fn of_tag_at<P: ModelPath<Target = Tag>>(
    _: impl testudo_orm::PathHandle<Path = P>,
    leaf: &OfTag,
) -> Filter<P::Root> {
    leaf.filter::<P>()
}

/// From a book.
#[derive(Debug, Clone)]
pub enum OnBook {
    Own(OfBook),
    Author(OfAuthor),
    Editor(OfAuthor),
    Tags(OfTag),
    BooksOfAuthor(OfBook),
}

impl Place for OnBook {
    type Model = Book;
    const KEYS: usize = 5;

    fn leaves() -> BoxedStrategy<Self> {
        prop_oneof![
            2 => of_book().prop_map(OnBook::Own),
            1 => of_author().prop_map(OnBook::Author),
            1 => of_author().prop_map(OnBook::Editor),
            2 => of_tag().prop_map(OnBook::Tags),
            1 => of_book().prop_map(OnBook::BooksOfAuthor),
        ]
        .boxed()
    }

    fn filter(&self) -> Filter<Book> {
        match self {
            OnBook::Own(leaf) => leaf.filter::<Root<Book>>(),
            OnBook::Author(leaf) => of_author_at(Book::author(), leaf),
            OnBook::Editor(leaf) => of_author_at(Book::editor(), leaf),
            OnBook::Tags(leaf) => of_tag_at(Book::labels().tag(), leaf),
            OnBook::BooksOfAuthor(leaf) => of_book_at(Book::author().books(), leaf),
        }
    }

    fn tree(&self) -> Tree {
        match self.clone() {
            OnBook::Own(leaf) => Tree::of_book(&[], leaf),
            OnBook::Author(leaf) => Tree::of_author(&[Step::Author], leaf),
            OnBook::Editor(leaf) => Tree::of_author(&[Step::Editor], leaf),
            OnBook::Tags(leaf) => Tree::some(&[Step::Labels], Tree::of_tag(&[Step::Tag], leaf)),
            OnBook::BooksOfAuthor(leaf) => {
                Tree::some(&[Step::Author, Step::Books], Tree::of_book(&[], leaf))
            }
        }
    }

    fn rows(world: &World) -> Vec<At> {
        (0..world.books.len()).map(At::Book).collect()
    }

    fn id(row: &Book) -> i64 {
        row.id
    }

    fn by_id() -> Ordering<Book> {
        Book::id.asc()
    }

    fn ordering(key: usize, ascending: bool) -> Ordering<Book> {
        match (key, ascending) {
            (0, true) => Book::title.asc(),
            (0, false) => Book::title.desc(),
            (1, true) => Book::pages.asc(),
            (1, false) => Book::pages.desc(),
            (2, true) => Book::price.asc(),
            (2, false) => Book::price.desc(),
            (3, true) => Book::author().nick.asc(),
            (3, false) => Book::author().nick.desc(),
            (_, true) => Book::editor().score.asc(),
            (_, false) => Book::editor().score.desc(),
        }
    }

    fn key(key: usize, world: &World, at: At) -> Key {
        let At::Book(book) = at else { return Key::Null };
        let book = &world.books[book];
        match key {
            0 => Key::text(Some(&book.title)),
            1 => Key::integer(book.pages),
            2 => Key::Decimal(book.price),
            3 => Key::text(world.authors[book.author].nick.as_ref()),
            _ => Key::integer(book.editor.map(|editor| world.authors[editor].score)),
        }
    }
}

/// From an author.
#[derive(Debug, Clone)]
pub enum OnAuthor {
    Own(OfAuthor),
    Books(OfBook),
    BooksEditor(OfAuthor),
    BooksTags(OfTag),
    Edited(OfBook),
}

impl Place for OnAuthor {
    type Model = Author;
    const KEYS: usize = 4;

    fn leaves() -> BoxedStrategy<Self> {
        prop_oneof![
            2 => of_author().prop_map(OnAuthor::Own),
            2 => of_book().prop_map(OnAuthor::Books),
            1 => of_author().prop_map(OnAuthor::BooksEditor),
            1 => of_tag().prop_map(OnAuthor::BooksTags),
            1 => of_book().prop_map(OnAuthor::Edited),
        ]
        .boxed()
    }

    fn filter(&self) -> Filter<Author> {
        match self {
            OnAuthor::Own(leaf) => leaf.filter::<Root<Author>>(),
            OnAuthor::Books(leaf) => of_book_at(Author::books(), leaf),
            OnAuthor::BooksEditor(leaf) => of_author_at(Author::books().editor(), leaf),
            OnAuthor::BooksTags(leaf) => of_tag_at(Author::books().labels().tag(), leaf),
            OnAuthor::Edited(leaf) => of_book_at(Author::edited(), leaf),
        }
    }

    fn tree(&self) -> Tree {
        let books = |inner| Tree::some(&[Step::Books], inner);
        match self.clone() {
            OnAuthor::Own(leaf) => Tree::of_author(&[], leaf),
            OnAuthor::Books(leaf) => books(Tree::of_book(&[], leaf)),
            OnAuthor::BooksEditor(leaf) => books(Tree::of_author(&[Step::Editor], leaf)),
            OnAuthor::BooksTags(leaf) => books(Tree::some(
                &[Step::Labels],
                Tree::of_tag(&[Step::Tag], leaf),
            )),
            OnAuthor::Edited(leaf) => Tree::some(&[Step::Edited], Tree::of_book(&[], leaf)),
        }
    }

    fn rows(world: &World) -> Vec<At> {
        (0..world.authors.len()).map(At::Author).collect()
    }

    fn id(row: &Author) -> i64 {
        row.id
    }

    fn by_id() -> Ordering<Author> {
        Author::id.asc()
    }

    fn ordering(key: usize, ascending: bool) -> Ordering<Author> {
        match (key, ascending) {
            (0, true) => Author::name.asc(),
            (0, false) => Author::name.desc(),
            (1, true) => Author::age.asc(),
            (1, false) => Author::age.desc(),
            (2, true) => Author::joined.asc(),
            (2, false) => Author::joined.desc(),
            (_, true) => Author::active.asc(),
            (_, false) => Author::active.desc(),
        }
    }

    fn key(key: usize, world: &World, at: At) -> Key {
        let At::Author(author) = at else {
            return Key::Null;
        };
        let author = &world.authors[author];
        match key {
            0 => Key::text(Some(&author.name)),
            1 => Key::integer(author.age),
            2 => Key::integer(author.joined.map(|joined| joined.timestamp_micros())),
            _ => Key::integer(Some(i64::from(author.active))),
        }
    }
}

impl At {
    pub fn id(self, _: &World) -> i64 {
        match self {
            At::Author(at) | At::Book(at) | At::Label(at, _) | At::Tag(at) => id(at),
        }
    }
}
