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
//! digits of it, and the sum of single-precision numbers a double on Postgres.
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
//! of decimals has; `%` of numbers that are no integers; the types of SUM and AVG (a wider integer or
//! decimal on Postgres and MySQL, an integer or REAL on SQLite); the range of RANDOM; beyond ASCII,
//! the letters whose case SQLite does not know. Beside the above, nothing is cast implicitly but the
//! parts of dates (to integers), the dividend of decimals on SQLite (to REAL, since a whole decimal is
//! an INTEGER there), the arguments of a two-argument ROUND on Postgres and JSON compared with a JSON
//! column on MySQL.

mod any;
mod change;
mod condition;
mod date_part;
mod decimal;
mod delete;
mod expr;
mod function;
mod in_set;
mod insert;
mod integer;
mod like;
mod names;
mod nullable;
mod number;
mod scope;
mod select;
mod source;
mod update;
mod writer;

pub(crate) use crate::compile::number::push_number;
use crate::compile::writer::Writer;
use crate::{Delete, Dialect, Error, Insert, Select, Update, Value};

/// A statement ready to send.
#[derive(Debug)]
pub struct Compiled<'q> {
    /// The SQL text with the dialect's placeholders.
    pub sql: String,
    /// The binds in the order of the placeholders, borrowed from the statement.
    pub binds: Vec<&'q Value>,
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
