//! The same conditions, evaluated in Rust.
//!
//! It follows what the documentation of [`Filter`](testudo_orm::Filter) says: a row is kept or it is not, so
//! that a negation is the exact opposite; and conditions on the same to-many relation that `&` or `|` joins
//! directly are about one related row.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::condition::{OfAuthor, OfBook, OfTag};
use super::world::World;

/// A row, by its position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    Author(usize),
    Book(usize),
    /// A book and the position among its tags.
    Label(usize, usize),
    Tag(usize),
}

/// A relation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    Author,
    Editor,
    Books,
    Edited,
    Labels,
    Tag,
}

impl Step {
    /// The rows that it leads to.
    fn from(self, at: At, world: &World) -> Vec<At> {
        let books = |is: &dyn Fn(usize) -> bool| -> Vec<At> {
            (0..world.books.len())
                .filter(|&book| is(book))
                .map(At::Book)
                .collect()
        };
        match (self, at) {
            (Step::Author, At::Book(book)) => vec![At::Author(world.books[book].author)],
            (Step::Editor, At::Book(book)) => world.books[book]
                .editor
                .map(At::Author)
                .into_iter()
                .collect(),
            (Step::Books, At::Author(author)) => books(&|book| world.books[book].author == author),
            (Step::Edited, At::Author(author)) => {
                books(&|book| world.books[book].editor == Some(author))
            }
            (Step::Labels, At::Book(book)) => (0..world.books[book].tags.len())
                .map(|label| At::Label(book, label))
                .collect(),
            (Step::Tag, At::Label(book, label)) => vec![At::Tag(world.books[book].tags[label])],
            (step, at) => panic!("{step:?} does not lead on from {at:?}"),
        }
    }
}

fn walk(steps: &[Step], at: At, world: &World) -> Vec<At> {
    steps.iter().fold(vec![at], |rows, step| {
        rows.into_iter()
            .flat_map(|at| step.from(at, world))
            .collect()
    })
}

/// A condition with its to-many relations in the places that the algebra of filters gives them.
#[derive(Debug, Clone)]
pub enum Tree {
    Leaf(Vec<Step>, Leaf),
    /// Some related row satisfies it.
    Some(Vec<Step>, Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

#[derive(Debug, Clone)]
pub enum Leaf {
    Book(OfBook),
    Author(OfAuthor),
    Tag(OfTag),
}

impl Tree {
    pub fn of_book(steps: &[Step], leaf: OfBook) -> Tree {
        Tree::Leaf(steps.to_vec(), Leaf::Book(leaf))
    }

    pub fn of_author(steps: &[Step], leaf: OfAuthor) -> Tree {
        Tree::Leaf(steps.to_vec(), Leaf::Author(leaf))
    }

    pub fn of_tag(steps: &[Step], leaf: OfTag) -> Tree {
        Tree::Leaf(steps.to_vec(), Leaf::Tag(leaf))
    }

    pub fn some(steps: &[Step], inner: Tree) -> Tree {
        Tree::Some(steps.to_vec(), Box::new(inner))
    }

    pub fn and(self, other: Tree) -> Tree {
        let (mut all, more) = (self.operands_of_and(), other.operands_of_and());
        more.into_iter()
            .for_each(|tree| draw_together(&mut all, tree, Tree::and));
        single_or(all, Tree::And)
    }

    pub fn or(self, other: Tree) -> Tree {
        let (mut all, more) = (self.operands_of_or(), other.operands_of_or());
        more.into_iter()
            .for_each(|tree| draw_together(&mut all, tree, Tree::or));
        single_or(all, Tree::Or)
    }

    pub fn not(self) -> Tree {
        match self {
            Tree::Not(inner) => *inner,
            tree => Tree::Not(Box::new(tree)),
        }
    }

    fn operands_of_and(self) -> Vec<Tree> {
        match self {
            Tree::And(all) => all,
            tree => vec![tree],
        }
    }

    fn operands_of_or(self) -> Vec<Tree> {
        match self {
            Tree::Or(all) => all,
            tree => vec![tree],
        }
    }

    pub fn holds(&self, world: &World, at: At) -> bool {
        match self {
            Tree::Leaf(steps, leaf) => leaf.holds(world, walk(steps, at, world).first().copied()),
            Tree::Some(steps, inner) => {
                let rows = walk(steps, at, world);
                rows.into_iter().any(|at| inner.holds(world, at))
            }
            Tree::And(all) => all.iter().all(|tree| tree.holds(world, at)),
            Tree::Or(all) => all.iter().any(|tree| tree.holds(world, at)),
            Tree::Not(inner) => !inner.holds(world, at),
        }
    }
}

/// Conditions on the same to-many relation become one, about one row.
fn draw_together(all: &mut Vec<Tree>, tree: Tree, join: fn(Tree, Tree) -> Tree) {
    if let Tree::Some(steps, inner) = &tree {
        for old in &mut *all {
            if let Tree::Some(known, before) = old
                && known == steps
            {
                **before = join((**before).clone(), (**inner).clone());
                return;
            }
        }
    }
    all.push(tree);
}

fn single_or(mut all: Vec<Tree>, list: fn(Vec<Tree>) -> Tree) -> Tree {
    if all.len() > 1 {
        return list(all);
    }
    all.remove(0)
}

impl Leaf {
    /// Whether it holds for a row, or for the NULLs where there is none.
    fn holds(&self, world: &World, at: Option<At>) -> bool {
        match (self, at) {
            (Leaf::Book(leaf), Some(At::Book(at))) => of_book(leaf, world, Some(at)),
            (Leaf::Author(leaf), Some(At::Author(at))) => of_author(leaf, world, Some(at)),
            (Leaf::Tag(leaf), Some(At::Tag(at))) => of_tag(leaf, world, Some(at)),
            (Leaf::Book(leaf), None) => of_book(leaf, world, None),
            (Leaf::Author(leaf), None) => of_author(leaf, world, None),
            (Leaf::Tag(leaf), None) => of_tag(leaf, world, None),
            (leaf, at) => panic!("{leaf:?} is asked of {at:?}"),
        }
    }
}

fn of_book(leaf: &OfBook, world: &World, at: Option<usize>) -> bool {
    let book = at.map(|at| &world.books[at]);
    let pages = book.and_then(|book| book.pages);
    let copies = book.map(|book| book.copies);
    match leaf {
        OfBook::Title(lookup) => lookup.holds(book.map(|book| &book.title)),
        OfBook::Pages(lookup) => lookup.holds(pages.as_ref()),
        OfBook::Copies(lookup) => lookup.holds(copies.as_ref()),
        OfBook::Price(lookup) => lookup.holds(book.map(|book| &book.price)),
        OfBook::PagesAreCopies => pages.is_some() && pages == copies,
        OfBook::PagesAreNotCopies => pages.is_none() || pages != copies,
        OfBook::MorePagesThanCopies => pages.is_some() && pages > copies,
    }
}

fn of_author(leaf: &OfAuthor, world: &World, at: Option<usize>) -> bool {
    let author = at.map(|at| &world.authors[at]);
    match leaf {
        OfAuthor::Name(lookup) => lookup.holds(author.map(|author| &author.name)),
        OfAuthor::Nick(lookup) => lookup.holds(author.and_then(|author| author.nick.as_ref())),
        OfAuthor::Age(lookup) => lookup.holds(author.and_then(|author| author.age.as_ref())),
        OfAuthor::Score(lookup) => lookup.holds(author.map(|author| &author.score)),
        OfAuthor::Active(lookup) => lookup.holds(author.map(|author| &author.active)),
        OfAuthor::Born(lookup) => lookup.holds(author.map(|author| &author.born)),
        OfAuthor::Joined(lookup) => lookup.holds(author.and_then(|author| author.joined.as_ref())),
    }
}

fn of_tag(leaf: &OfTag, world: &World, at: Option<usize>) -> bool {
    let tag = at.map(|at| &world.tags[at]);
    match leaf {
        OfTag::Name(lookup) => lookup.holds(tag.map(|tag| &tag.name)),
        OfTag::Weight(lookup) => lookup.holds(tag.and_then(|tag| tag.weight.as_ref())),
    }
}

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    Null,
    Integer(i64),
    Decimal(Decimal),
    Text(String),
}

impl Key {
    pub fn integer(value: Option<impl Into<i64>>) -> Key {
        value.map_or(Key::Null, |value| Key::Integer(value.into()))
    }

    pub fn text(value: Option<&String>) -> Key {
        value.map_or(Key::Null, |value| Key::Text(value.clone()))
    }

    pub fn compare(&self, other: &Key, ascending: bool, nulls_first: bool) -> Ordering {
        let nulls = |ordering: Ordering| {
            if nulls_first {
                ordering
            } else {
                ordering.reverse()
            }
        };
        let values = match (self, other) {
            (Key::Null, Key::Null) => return Ordering::Equal,
            (Key::Null, _) => return nulls(Ordering::Less),
            (_, Key::Null) => return nulls(Ordering::Greater),
            (Key::Integer(a), Key::Integer(b)) => a.cmp(b),
            (Key::Decimal(a), Key::Decimal(b)) => a.cmp(b),
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            (a, b) => panic!("{a:?} and {b:?} are not of one column"),
        };
        if ascending { values } else { values.reverse() }
    }
}
