//! From a statement to SQL text and binds.
//!
//! # NULL under negation
//!
//! SQL has three truth values, a query set has two: a row is kept or it is not. Every negation is
//! the exact complement of what it negates: `!`, `<>`, `NOT IN`, `NOT LIKE`, `NOT BETWEEN` keep the
//! rows that the positive form does not keep, those with NULL among them, as in Tortoise and Django.
//! Where an operand may be NULL (the column is nullable, or a LEFT JOIN leads to it) that is written
//! `(condition) IS NOT TRUE`, which every dialect knows; elsewhere the plain operator is written.
//! `=`, `<>` and `IN` with NULL mean IS NULL and IS NOT NULL; any other comparison with NULL is an
//! error.
//!
//! # What is the same on every dialect
//!
//! NULLs are sorted as the smallest unless the order says otherwise. A quotient of integers is an
//! integer, cut off towards zero. The mean of integers is a double on MySQL, which would keep four
//! digits of it, and the sum of single-precision numbers a double on Postgres. CONCAT, GREATEST and LEAST
//! are NULL if an argument is. RANDOM lies from 0 to below 1. Weeks are ISO's. A cast to an integer cuts
//! the fraction off. A part of a JSON document that is wanted as one type and is of another is NULL.
//!
//! # Long lists
//!
//! A list of more than a thousand values is one bind, so that no list is too long for a statement: an array on
//! Postgres, a JSON document that a subquery takes apart on the others. There, numbers that are no integers,
//! times and bytes stay binds of their own, and too many of them are an error.
//!
//! # What is left as the server does it
//!
//! Division by zero (an error on Postgres, NULL on the others), and how many digits a quotient or mean
//! of decimals has; `%` of numbers that are no integers; whether half of a double is rounded up or to
//! the even neighbour; the square root of a negative number; a cast of text that is no number; the types
//! of SUM and AVG (a wider integer or decimal on Postgres and MySQL, an integer or REAL on SQLite); beyond
//! ASCII, the letters whose case SQLite does not know; the language of regular expressions; whether an
//! array within an array contains what its own elements contain (MySQL and MariaDB say so). SQLite has
//! POWER and SQRT only where it was compiled with them, and no containment of JSON documents. Beside the
//! above, nothing is cast implicitly but the parts of dates (to integers), the dividend of decimals on
//! SQLite (to REAL, since a whole decimal is an INTEGER there), numbers for which Postgres wants another
//! type (the digits of ROUND, the positions of SUBSTR, what POWER and SQRT are of), and JSON compared
//! with JSON on MySQL.

mod aggregate;
mod any;
mod change;
mod compound;
mod condition;
mod cte;
mod date_part;
mod delete;
mod distinct_on;
mod explain;
mod expr;
mod function;
mod in_set;
mod insert;
mod json;
mod kind;
mod like;
mod names;
mod nullable;
mod number;
mod regex;
mod row;
mod scope;
mod select;
mod source;
mod update;
mod window;
mod writer;

use smallvec::SmallVec;

pub use crate::compile::explain::Explain;
pub(crate) use crate::compile::number::push_number;
use crate::compile::writer::Writer;
use crate::{Delete, Dialect, Error, Insert, Select, Update, Value};

/// The binds of a statement. Those of most statements lie inline.
pub type Binds<'q> = SmallVec<[&'q Value; 8]>;

/// A statement ready to send.
#[derive(Debug)]
pub struct Compiled<'q> {
    /// The SQL text with the dialect's placeholders.
    pub sql: String,
    /// The binds in the order of the placeholders, borrowed from the statement.
    pub binds: Binds<'q>,
}

impl Select {
    /// The statement as text and binds.
    ///
    /// # Errors
    ///
    /// When the dialect lacks a construct ([`Error::is_unsupported`]), or when the statement makes
    /// no sense on any ([`Error::is_malformed`]): a column of a model that is not in the query, an
    /// ordering comparison with NULL, more binds than a statement may carry.
    pub fn compile(&self, dialect: Dialect) -> Result<Compiled<'_>, Error> {
        let mut writer = Writer::new(
            dialect,
            "SELECT",
            self.text_guess(dialect),
            self.binds_guess(),
        );
        writer.select(self)?;
        writer.finish()
    }
}

impl Insert {
    /// The statement as text and binds.
    ///
    /// # Errors
    ///
    /// When the number of values does not fit the columns, there is no row, or there are more binds
    /// than a statement may carry; RETURNING on MySQL; an upsert without its unique columns on
    /// SQLite and Postgres.
    pub fn compile(&self, dialect: Dialect) -> Result<Compiled<'_>, Error> {
        let mut writer = Writer::new(
            dialect,
            "INSERT",
            self.text_size(dialect),
            self.values.len(),
        );
        writer.insert(self)?;
        writer.finish()
    }
}

impl Update {
    /// The statement as text and binds. A filter that crosses relations becomes a subquery for the
    /// primary key.
    ///
    /// # Errors
    ///
    /// When nothing is assigned, a value assigned lies in a related table, or the dialect has no
    /// RETURNING for UPDATE (MySQL, MariaDB); otherwise as for [`Select::compile`].
    pub fn compile(&self, dialect: Dialect) -> Result<Compiled<'_>, Error> {
        let terms = self.assignments.len() + self.filter.as_ref().map_or(0, Writer::terms);
        let mut writer = Writer::new(dialect, "UPDATE", 96 + 48 * terms, terms);
        writer.update(self)?;
        writer.finish()
    }
}

impl Delete {
    /// The statement as text and binds. A filter that crosses relations becomes a subquery for the
    /// primary key.
    ///
    /// # Errors
    ///
    /// When the dialect has no RETURNING for DELETE (MySQL); otherwise as for [`Select::compile`].
    pub fn compile(&self, dialect: Dialect) -> Result<Compiled<'_>, Error> {
        let terms = self.filter.as_ref().map_or(0, Writer::terms);
        let mut writer = Writer::new(dialect, "DELETE", 96 + 48 * terms, terms);
        writer.delete(self)?;
        writer.finish()
    }
}
