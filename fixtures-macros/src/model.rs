//! `#[derive(Model)]`: what a struct says about its table.
//!
//! `parse` reads the struct into the types of this file and reports every mistake; `expand` writes
//! the code from them.

mod composition;
mod expand;
mod parse;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Expr, LitInt, LitStr, Path, Type, Visibility};

pub(crate) use self::composition::{Deriving, Gathered};
use crate::diagnostics::Diagnostics;

/// The code for one struct, once the fields that it takes from others are known. It is written in
/// spite of mistakes wherever it can be: without it, each use of the model would look like one more
/// mistake.
pub(crate) fn derive(gathered: Gathered) -> TokenStream {
    if let Some(call) = gathered.next_call() {
        return call;
    }
    let mut diagnostics = Diagnostics::new();
    let code = match gathered.deriving {
        Deriving::Model => parse::model(&gathered, &mut diagnostics)
            .as_ref()
            .map(expand::model),
        Deriving::ModelFields => parse::shared(&gathered, &mut diagnostics)
            .as_ref()
            .map(expand::shared),
    };
    let mistakes = diagnostics
        .finish()
        .err()
        .map(syn::Error::into_compile_error);
    quote!(#mistakes #code)
}

/// A struct that is a row of a table.
struct Model {
    /// Where the generated code finds the ORM.
    root: Path,
    vis: Visibility,
    ident: Ident,
    /// The unquoted name of the table.
    table: String,
    /// In the order of the struct.
    fields: Vec<Field>,
    /// Positions in the table of the primary key.
    primary_key: Vec<usize>,
    ordering: Vec<Ordering>,
    /// The condition of every query set that does not say `unscoped`.
    default_scope: Option<Expr>,
    indexes: Vec<Index>,
}

/// A struct whose fields models share.
struct Shared {
    root: Path,
    ident: Ident,
    /// In the order of the struct.
    fields: Vec<Field>,
    /// The macro that hands the fields on to the derives of others.
    handing_on: TokenStream,
}

/// A field of the struct, or one that it takes from another.
struct Field {
    ident: Ident,
    vis: Visibility,
    docs: Vec<Attribute>,
    /// With `Self` replaced by the name of the model.
    ty: Type,
    kind: Kind,
    /// Where it comes from, if it is another struct's.
    holder: Option<Holder>,
}

/// The field that holds a struct whose fields are the model's too.
struct Holder {
    ident: Ident,
    ty: Type,
    /// Which of that struct's fields it is.
    at: usize,
}

/// A field as the struct has it.
enum Member<'f> {
    Own(&'f Field),
    /// A struct with some of the model's fields.
    Shared(&'f Holder, Vec<&'f Field>),
}

enum Kind {
    Column(Box<Column>),
    /// The field is a foreign key or one-to-one relation.
    Reference(Box<Reference>),
    /// The field is the other side of a relation that another model declares.
    Reverse(Reverse),
    /// The field declares a many-to-many relation.
    ManyToMany(ManyToMany),
}

/// A column of the table: all of a plain field, one part of the key that a foreign key holds.
struct Column {
    /// Position among the columns of the table.
    position: usize,
    /// The unquoted name.
    name: String,
    /// How the column is called in queries: `user_id` for the field `user`.
    accessor: Ident,
    refinement: Option<Refinement>,
    unique: bool,
    generated: Generated,
    default: Option<Default>,
    clock: Option<Clock>,
    /// Whether it counts the changes of the row.
    version: bool,
    rules: Vec<Rule>,
}

/// What attributes say of a column's type beyond the Rust type.
enum Refinement {
    MaxLength(u32),
    Digits { precision: u8, scale: u8 },
}

/// Whether the server numbers a column.
#[derive(Clone, Copy, PartialEq)]
enum Generated {
    No,
    Yes,
    /// The compiler knows: the type of the key is an alias or a newtype.
    ByType,
}

struct Default {
    expr: Expr,
    /// Whether the expression gives the same value each time, so that the database may keep it.
    constant: bool,
}

/// When a field takes the current time.
#[derive(Clone, Copy, PartialEq)]
enum Clock {
    EverySave,
    Creation,
}

/// What a value of a field has to satisfy.
enum Rule {
    AtLeast(Expr),
    AtMost(Expr),
    MinLength(LitInt),
    Pattern(LitStr),
    Email,
    OneOf(Vec<Expr>),
    /// A function that says what is wrong.
    Function(Expr),
}

/// A foreign key or one-to-one relation.
struct Reference {
    /// One for each column of the key pointed to.
    columns: Vec<Column>,
    /// The columns of that key, where the field names them.
    named: Vec<Ident>,
    /// The model pointed to.
    target: Type,
    /// The field's type without `Option`.
    handle: Type,
    nullable: bool,
    one_to_one: bool,
    /// The name of a variant of `OnDelete`.
    on_delete: Ident,
    related_name: Option<LitStr>,
    default: Option<Default>,
}

struct Reverse {
    target: Type,
    side: ReverseSide,
}

#[derive(Clone, Copy, PartialEq)]
enum ReverseSide {
    /// Of a foreign key.
    Rows,
    /// Of a one-to-one relation.
    Row,
    /// Of a many-to-many relation.
    ManyToMany,
}

/// A many-to-many relation and the table in between.
struct ManyToMany {
    target: Type,
    between: Between,
    related_name: Option<LitStr>,
}

/// What ties the rows of a many-to-many relation.
enum Between {
    /// A table of two columns, which the derive describes.
    Table {
        name: String,
        /// The column that points to this model.
        near: String,
        /// The column that points to the other.
        far: String,
    },
    /// A model with a foreign key to either side.
    Model {
        path: Path,
        /// The name of the foreign key to this model.
        near: String,
        /// The name of the one to the other.
        far: String,
    },
}

struct Ordering {
    position: usize,
    descending: bool,
}

struct Index {
    positions: Vec<usize>,
    unique: bool,
}

impl Model {
    /// The columns in the order of the table, each with its field.
    fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.fields.iter().flat_map(|field| {
            field
                .kind
                .columns()
                .iter()
                .map(move |column| (field, column))
        })
    }

    /// The field that counts the changes of a row.
    fn version(&self) -> Option<(&Field, &Column)> {
        self.columns().find(|(_, column)| column.version)
    }

    /// The fields with a column.
    fn stored(&self) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(|field| !field.kind.columns().is_empty())
    }

    /// The columns of the primary key.
    fn key(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.primary_key
            .iter()
            .filter_map(|&position| self.columns().nth(position))
    }
}

impl Column {
    /// A column of which no setting is known yet, called in the table as in queries.
    fn new(position: usize, accessor: Ident) -> Self {
        Column {
            position,
            name: accessor.to_string(),
            accessor,
            refinement: None,
            unique: false,
            generated: Generated::No,
            default: None,
            clock: None,
            version: false,
            rules: Vec::new(),
        }
    }
}

impl Reference {
    /// The builder's method that takes the key: `user_id`, also where the key has several columns.
    fn by_key(&self, field: &Field) -> Ident {
        match self.columns.as_slice() {
            [column] => column.accessor.clone(),
            _ => format_ident!("{}_id", field.name(), span = field.ident.span()),
        }
    }

    /// Which column of the key a column holds.
    fn part(&self, column: &Column) -> usize {
        column.position - self.columns[0].position
    }
}

/// The fields of a struct as it is written, those of shared structs together.
fn members(fields: &[Field]) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    for field in fields {
        match (&field.holder, members.last_mut()) {
            (None, _) => members.push(Member::Own(field)),
            (Some(holder), Some(Member::Shared(last, held))) if last.ident == holder.ident => {
                held.push(field);
            }
            (Some(holder), _) => members.push(Member::Shared(holder, vec![field])),
        }
    }
    members
}

impl Field {
    /// The name without `r#`.
    fn name(&self) -> String {
        use syn::ext::IdentExt;
        self.ident.unraw().to_string()
    }
}

impl Kind {
    /// The columns that the field has.
    fn columns(&self) -> &[Column] {
        match self {
            Kind::Column(column) => std::slice::from_ref(column),
            Kind::Reference(reference) => &reference.columns,
            Kind::Reverse(_) | Kind::ManyToMany(_) => &[],
        }
    }

    /// The model at the other end, if the field is a relation.
    fn target(&self) -> Option<&Type> {
        match self {
            Kind::Column(_) => None,
            Kind::Reference(reference) => Some(&reference.target),
            Kind::Reverse(reverse) => Some(&reverse.target),
            Kind::ManyToMany(relation) => Some(&relation.target),
        }
    }

    /// The model at the other end of a relation, and how that one calls it.
    fn related_name(&self) -> Option<(&Type, &LitStr)> {
        match self {
            Kind::Reference(reference) => {
                Some((&reference.target, reference.related_name.as_ref()?))
            }
            Kind::ManyToMany(relation) => Some((&relation.target, relation.related_name.as_ref()?)),
            Kind::Column(_) | Kind::Reverse(_) => None,
        }
    }
}
