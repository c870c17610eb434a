//! What the derives write raises no warning, however strict a crate is.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    let_underscore_drop,
    single_use_lifetimes,
    trivial_casts,
    unused_import_braces,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes
)]
#![forbid(unsafe_code)]

use testudo_orm::FieldType;
use testudo_orm::prelude::*;

/// What a note is about.
#[derive(DbEnum, Debug, Clone, Copy)]
pub enum Topic {
    /// Work.
    Work,
}

/// The number of a page.
#[derive(FieldType, Debug, Clone, PartialEq)]
pub struct Page(i32);

/// What all notes have.
#[derive(ModelFields, Debug)]
pub struct Stamps {
    #[field(auto_now)]
    changed: chrono::NaiveDateTime,
    /// Documented by the user.
    pub(crate) page: Option<Page>,
}

#[derive(ModelFields, Debug)]
struct PrivateStamps {
    #[field(default = 1)]
    weight: i32,
}

/// A note that nobody uses.
#[derive(Model, Debug)]
pub struct Note {
    #[field(primary_key)]
    id: i64,
    #[field(default = Topic::Work)]
    topic: Topic,
    /// Documented by the user.
    pub text: String,
    #[field(related_name = "answers")]
    pub(crate) question: Option<ForeignKey<Note>>,
    pub(crate) answers: ReverseRelation<Note>,
    #[field(flatten)]
    stamps: Stamps,
}

#[derive(Model, Debug)]
struct Private {
    #[field(primary_key)]
    id: i64,
    #[field(flatten)]
    stamps: PrivateStamps,
    links: ManyToMany<Note>,
}

#[test]
fn models_may_be_private_and_local() {
    #[derive(Model, Debug)]
    struct Local {
        #[field(primary_key)]
        code: String,
    }

    assert_eq!(Local::TABLE.name, "local");
    assert_eq!(Private::TABLE.name, "private");
}
