//! What a derive knows of a model when the program is compiled: tables, columns, relations, paths.
//!
//! All of it is `static` data. Names come as finished text in both quote styles, so that writing one
//! at run time is a single `push_str`.

use crate::{Direction, QuoteStyle, Value};

/// A piece of finished SQL text in both quote styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted {
    /// With `"`.
    pub double: &'static str,
    /// With `` ` ``.
    pub backtick: &'static str,
}

impl Quoted {
    /// The text in the given style.
    #[must_use]
    pub const fn in_style(&self, style: QuoteStyle) -> &'static str {
        match style {
            QuoteStyle::Double => self.double,
            QuoteStyle::Backtick => self.backtick,
        }
    }
}

/// The table of a model.
#[derive(Debug)]
pub struct Table {
    /// The name of the model, as errors name it: `Order`.
    pub model: &'static str,
    /// The unquoted name of the table.
    pub name: &'static str,
    /// The quoted name.
    pub quoted: Quoted,
    /// The columns in the order of the model's fields; a row is decoded by these positions.
    pub columns: &'static [Column],
    /// All columns, qualified by the table and separated by `, `.
    pub select_list: Quoted,
    /// `INSERT INTO t (a, b) VALUES `, all columns.
    pub insert_head: Quoted,
    /// The same without the columns that the server generates.
    pub insert_head_generated: Quoted,
    /// Positions in `columns` of the primary key.
    pub primary_key: &'static [usize],
    /// The default order of query sets: positions in `columns`.
    pub ordering: &'static [(usize, Direction)],
    /// Indexes and unique constraints over several columns.
    pub indexes: &'static [Index],
    /// What columns of this table point to.
    pub references: &'static [Reference],
}

impl Table {
    /// The position of one of this table's own columns, which are compared by address.
    ///
    /// # Panics
    /// When the column is of another table: a mistake of the caller, not of a user.
    #[must_use]
    pub fn position_of(&self, column: &'static Column) -> usize {
        let position = self
            .columns
            .iter()
            .position(|own| std::ptr::eq(own, column));
        position.expect("a column is looked up in the table that it belongs to")
    }

    /// The column whose model field has this name.
    #[must_use]
    pub fn column_of_field(&self, field: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.field == field)
    }
}

/// A column of a model.
#[derive(Debug)]
pub struct Column {
    /// The name of the model's field: `user` for the column `user_id`.
    pub field: &'static str,
    /// The unquoted name of the column.
    pub name: &'static str,
    /// The quoted name.
    pub quoted: Quoted,
    /// The name qualified by its table.
    pub qualified: Quoted,
    /// What it holds.
    pub ty: ColumnType,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether it is unique by itself.
    pub unique: bool,
    /// Whether the server numbers it (an integer primary key).
    pub generated: bool,
    /// The value that the database itself gives where an INSERT names none.
    pub default: Option<ColumnDefault>,
    /// The only texts that the column may hold, for an enum.
    pub choices: Option<&'static [&'static str]>,
}

/// What a column holds, independent of the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// True or false.
    Bool,
    /// 16 bits.
    SmallInt,
    /// 32 bits.
    Int,
    /// 64 bits.
    BigInt,
    /// Single precision.
    Real,
    /// Double precision.
    Double,
    /// An exact number.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Text of at most this many characters.
    VarChar(u32),
    /// Text of any length.
    Text,
    /// Bytes.
    Bytes,
    /// A UUID.
    Uuid,
    /// A point in time, kept in UTC with microseconds.
    DateTime,
    /// A date and a time of day without a zone.
    NaiveDateTime,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A JSON document.
    Json,
    /// A span of time in microseconds.
    Duration,
}

/// The default that a column has in the database.
#[derive(Debug, Clone, Copy)]
pub enum ColumnDefault {
    /// A constant.
    Value(fn() -> Value),
    /// The time of the statement.
    Now,
}

/// A foreign key: columns that hold the primary key of a row of some table.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// Positions in the table's columns, in the order of the key that they hold.
    pub columns: &'static [usize],
    /// The table pointed to; a function because two tables may point to each other.
    pub table: fn() -> &'static Table,
    /// What happens to this row when that one is deleted.
    pub on_delete: OnDelete,
}

/// What happens to a row when the row that it points to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The row is deleted too.
    Cascade,
    /// The deletion is refused at once.
    Restrict,
    /// The foreign key becomes NULL.
    SetNull,
    /// The foreign key becomes its default.
    SetDefault,
    /// The deletion is refused at the end of the statement, or of the transaction where deferred.
    NoAction,
}

/// An index or a unique constraint over columns of one table.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// Positions in the table's columns.
    pub columns: &'static [usize],
    /// Whether no two rows may agree in them.
    pub unique: bool,
}

/// A relation from one model to another, in one direction.
///
/// Relations are `static`s and compared by address.
#[derive(Debug)]
pub struct Relation {
    /// The name of the field or accessor: `user`, `orders`, `tags`.
    pub name: &'static str,
    /// Where it starts.
    pub from: &'static Table,
    /// Where it leads.
    pub to: &'static Table,
    /// Which columns tie the two together.
    pub link: Link,
    /// Whether one row may have several counterparts.
    pub to_many: bool,
    /// Whether a row may have no counterpart: such a relation is joined by LEFT JOIN.
    pub nullable: bool,
}

/// Two columns that hold the same value in rows that are tied.
pub type Pair = (&'static Column, &'static Column);

/// The columns that tie two tables together: one pair, unless the key is composite.
#[derive(Debug)]
pub enum Link {
    /// `from.local = to.remote`, for each pair.
    Direct(&'static [Pair]),
    /// By the rows of a table in between.
    Through {
        /// The table in between.
        table: &'static Table,
        /// `from.local = table.near`, for each pair.
        near: &'static [Pair],
        /// `table.far = to.remote`, for each pair.
        far: &'static [Pair],
    },
}

/// A chain of relations from the model of a query to the table of a column.
///
/// Paths are made by constant promotion from types, so one path may lie at several addresses: they
/// are compared relation by relation.
#[derive(Debug)]
pub struct Path {
    /// The table at the end.
    pub table: &'static Table,
    /// The last step, or `None` for the model of the query itself.
    pub hop: Option<Hop>,
}

/// The last step of a [`Path`].
#[derive(Debug, Clone, Copy)]
pub struct Hop {
    /// The path before this step.
    pub parent: &'static Path,
    /// The relation taken.
    pub relation: &'static Relation,
    /// Whether this relation or one before it leads to many rows.
    pub crosses_many: bool,
}

impl Path {
    /// The path of length zero: the model of the query.
    #[must_use]
    pub const fn root(table: &'static Table) -> Path {
        Path { table, hop: None }
    }

    /// This path and one relation more.
    #[must_use]
    pub const fn via(parent: &'static Path, relation: &'static Relation) -> Path {
        let before = match parent.hop {
            Some(hop) => hop.crosses_many,
            None => false,
        };
        Path {
            table: relation.to,
            hop: Some(Hop {
                parent,
                relation,
                crosses_many: before || relation.to_many,
            }),
        }
    }

    /// Whether the path is `prefix` or goes on from there.
    #[must_use]
    pub fn starts_with(&self, prefix: &Path) -> bool {
        let mut path = self;
        loop {
            if path == prefix {
                return true;
            }
            let Some(hop) = path.hop else { return false };
            path = hop.parent;
        }
    }

    /// The table of the query's own model.
    #[must_use]
    pub fn root_table(&self) -> &'static Table {
        let mut path = self;
        while let Some(hop) = path.hop {
            path = hop.parent;
        }
        path.table
    }

    /// Whether the path leads to many rows.
    #[must_use]
    pub const fn crosses_many(&self) -> bool {
        match self.hop {
            Some(hop) => hop.crosses_many,
            None => false,
        }
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        let (mut a, mut b) = (self, other);
        loop {
            if std::ptr::eq(a, b) {
                return true;
            }
            match (&a.hop, &b.hop) {
                (None, None) => return std::ptr::eq(a.table, b.table),
                (Some(x), Some(y)) if std::ptr::eq(x.relation, y.relation) => {
                    (a, b) = (x.parent, y.parent);
                }
                _ => return false,
            }
        }
    }
}

impl Eq for Path {}
