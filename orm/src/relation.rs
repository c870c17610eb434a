//! Relations between models: the fields that hold them and how they are fetched.

mod foreign_key;
mod many_to_many;
mod prefetch;
mod related_rows;
mod reverse;
mod through;
mod tree;

use std::sync::Arc;

use testudo_sql::schema as meta;

pub use self::foreign_key::{ForeignKey, OneToOne};
pub use self::many_to_many::ManyToMany;
pub use self::reverse::{ReverseOneToOne, ReverseRelation};
pub use self::through::{Tie, tie};
pub use self::tree::{Branch, Node, Tree};
use crate::Model;

/// One relation in one direction; a derive makes one such type for each relation field.
pub trait Relation: Send + Sync + 'static {
    /// The model with the field.
    type From: Model;
    /// The model that it leads to.
    type To: Model;
    /// The relation as data.
    const RELATION: &'static meta::Relation;

    /// Puts what was fetched into the field.
    fn attach(from: &mut Self::From, fetched: Fetched<Self::To>);
}

/// A relation that leads to at most one row.
pub trait ToOne {}

/// The side of a foreign key, one-to-one or many-to-many relation that has the other model's field:
/// implemented by the model with the `related_name`, for the model that declares a field of that name.
///
/// `NAME` is a hash of the `related_name`, since a string cannot be a generic argument.
#[diagnostic::on_unimplemented(
    message = "no relation of `{Self}` to `{Target}` has the `related_name` of this field",
    label = "nothing in `{Self}` is related to `{Target}` by this name",
    note = "give the foreign key in `{Self}` the name of this field: #[field(related_name = \"...\")]"
)]
pub trait RelatedBy<Target, const NAME: u64> {
    /// The columns that tie the two together, seen from `Target`.
    const LINK: meta::Link;
    /// Whether a `Target` may have several.
    const TO_MANY: bool;
    /// Whether rows of a table in between make the relation.
    const MANY_TO_MANY: bool;
    /// What makes these rows, where they are rows of a model.
    #[doc(hidden)]
    const TIE: Option<Tie> = None;
}

/// A foreign key by its name, of which `NAME` is a hash: how a many-to-many relation finds the two sides
/// of the model in between.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no foreign key to `{Target}` of the name that is expected",
    label = "no foreign key to `{Target}` is found here",
    note = "it is expected to be called as the model that it points to; name both foreign keys by \
            #[field(through = ..., through_fields(to_this_model, to_the_other))]"
)]
pub trait References<Target, const NAME: u64> {
    /// Its columns, each with the one that it points to.
    const THERE: &'static [meta::Pair];
    /// The same seen from the other side.
    const BACK: &'static [meta::Pair];
}

/// What was fetched for one field.
pub enum Fetched<T> {
    /// A relation to at most one row.
    One(Option<Arc<T>>),
    /// A relation to many.
    Many(Vec<Arc<T>>),
}

impl<T> Fetched<T> {
    fn one(self) -> Option<Arc<T>> {
        match self {
            Fetched::One(one) => one,
            Fetched::Many(many) => many.into_iter().next(),
        }
    }

    fn many(self) -> Vec<Arc<T>> {
        match self {
            Fetched::One(one) => one.into_iter().collect(),
            Fetched::Many(many) => many,
        }
    }
}
