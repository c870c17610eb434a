//! Reads a struct into a [`Model`], collecting every mistake.

mod constraints;
mod default;
mod field;
mod field_type;
mod flatten;
mod refinement;
mod relation;
mod rules;
mod settings;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DataStruct, DeriveInput, Fields, Generics, Path};

use self::constraints::Constraints;
pub(super) use self::field_type::argument_of;
use super::{Field, Gathered, Generated, Kind, Model, Shared, composition};
use crate::attributes::Attributes;
use crate::diagnostics::Diagnostics;
use crate::{crate_root, names};

/// The settings of `#[model(...)]`.
const SETTINGS: &[&str] = &[
    "table",
    "ordering",
    "index",
    "unique",
    "default_scope",
    "crate",
];

/// The model that a struct describes, or `None` where it cannot be made out.
pub(super) fn model(gathered: &Gathered, diagnostics: &mut Diagnostics) -> Option<Model> {
    let input = &gathered.input;
    let fields = named_fields(input, "a model", diagnostics)?;
    refuse_generics(&input.generics, diagnostics);
    let attributes = Attributes::parse(
        &input.attrs,
        "model",
        SETTINGS,
        &["index", "unique"],
        diagnostics,
    );
    let root = crate_root::of(&attributes, diagnostics);
    let table = attributes.text("table", diagnostics).map_or_else(
        || names::snake_case(&unraw(&input.ident)),
        |table| table.value(),
    );

    let mut constraints = Constraints::default();
    let owner = Owner {
        ident: &input.ident,
        table: &table,
        private: &private(root.as_ref()),
    };
    let mut parsed = self::fields(
        fields,
        &gathered.shared,
        owner,
        &mut constraints,
        diagnostics,
    );
    constraints.read(&attributes, &parsed, diagnostics);
    let names_differ = refuse_same_names(&parsed, diagnostics);
    rules::refuse_versions(&parsed, diagnostics);
    let primary_key = constraints.primary_key(&input.ident, &parsed, diagnostics);
    settle_numbering(&mut parsed, primary_key.as_deref(), diagnostics);
    if !names_differ || !input.generics.params.is_empty() {
        return None;
    }
    Some(Model {
        root: root?,
        vis: input.vis.clone(),
        ident: input.ident.clone(),
        table,
        fields: parsed,
        primary_key: primary_key?,
        ordering: constraints.ordering,
        default_scope: attributes.expr("default_scope", diagnostics),
        indexes: constraints.indexes,
    })
}

/// The struct for models to share, or `None` where it cannot be made out.
pub(super) fn shared(gathered: &Gathered, diagnostics: &mut Diagnostics) -> Option<Shared> {
    let input = &gathered.input;
    let fields: Vec<&syn::Field> = named_fields(input, "a group of fields", diagnostics)?.collect();
    if !input.generics.params.is_empty() {
        let message = "a group of fields cannot have generic parameters";
        diagnostics.error(
            &input.generics,
            message,
            "write the types out, one struct for each",
        );
        return None;
    }
    let attributes = Attributes::parse(&input.attrs, "model", &["crate"], &[], diagnostics);
    let root = crate_root::of(&attributes, diagnostics);
    let owner = Owner {
        ident: &input.ident,
        table: "",
        private: &private(root.as_ref()),
    };
    let parsed = self::fields(
        fields.iter().copied(),
        &gathered.shared,
        owner,
        &mut Constraints::default(),
        diagnostics,
    );
    for field in &parsed {
        if field.kind.columns().is_empty() {
            let message = format!(
                "`{}` has no column, so models cannot share it",
                field.name()
            );
            let help = "declare it in each model; plain fields and foreign keys can be shared";
            diagnostics.error(&field.ident, message, help);
        }
    }
    if fields.is_empty() {
        diagnostics.error(&input.ident, "there is no field to share", "add fields");
    }
    let names_differ = refuse_same_names(&parsed, diagnostics);
    let handed_on = flatten::handed_on(&fields, &gathered.shared);
    Some(Shared {
        root: root?,
        ident: input.ident.clone(),
        fields: Some(parsed).filter(|_| names_differ)?,
        handing_on: composition::handing_on(&input.ident, &input.vis, &handed_on),
    })
}

/// The struct whose fields are read.
#[derive(Clone, Copy)]
struct Owner<'i> {
    ident: &'i syn::Ident,
    /// The unquoted name of its table.
    table: &'i str,
    /// The module of the ORM that is there for generated code.
    private: &'i TokenStream,
}

fn private(root: Option<&Path>) -> TokenStream {
    quote!(#root::__private)
}

/// The fields of a struct, those with `flatten` replaced by the fields that they stand for.
fn fields<'i>(
    written: impl Iterator<Item = &'i syn::Field>,
    shared: &[Vec<syn::Field>],
    owner: Owner<'_>,
    constraints: &mut Constraints,
    diagnostics: &mut Diagnostics,
) -> Vec<Field> {
    let mut shared = shared.iter();
    let mut fields = Vec::new();
    for field in written {
        if composition::is_flattened(field) {
            let known = flatten::check(field, diagnostics)
                .then(|| shared.next())
                .flatten();
            if let Some(known) = known {
                fields.extend(flatten::fields(field, known, owner, constraints));
            }
        } else {
            fields.extend(field::field(field, owner, constraints, diagnostics));
        }
    }
    fields
}

/// The server numbers a key of one column alone, and then the key has no default.
fn settle_numbering(fields: &mut [Field], key: Option<&[usize]>, diagnostics: &mut Diagnostics) {
    let composite = key.is_some_and(|key| key.len() > 1);
    for field in fields {
        let Kind::Column(column) = &mut field.kind else {
            continue;
        };
        if composite {
            column.generated = Generated::No;
        }
        if let (Generated::Yes, Some(default)) = (column.generated, &column.default) {
            let message = "the server numbers this primary key, so it has no default";
            let help =
                "remove the default, or add `generated = false` to give each row its key yourself";
            diagnostics.error(&default.expr, message, help);
        }
    }
}

fn named_fields<'i>(
    input: &'i DeriveInput,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Option<impl Iterator<Item = &'i syn::Field> + use<'i>> {
    let form = match &input.data {
        Data::Struct(DataStruct {
            fields: Fields::Named(fields),
            ..
        }) => return Some(fields.named.iter()),
        Data::Struct(DataStruct {
            fields: Fields::Unnamed(_),
            ..
        }) => "a tuple struct",
        Data::Struct(_) => "a struct without fields",
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    let help = match &input.data {
        Data::Enum(_) => "derive `DbEnum` for an enum that a field of a model holds",
        _ => "give it named fields, one for each column",
    };
    diagnostics.error(&input.ident, format!("{form} cannot be {what}"), help);
    None
}

fn refuse_generics(generics: &Generics, diagnostics: &mut Diagnostics) {
    if !generics.params.is_empty() {
        let message = "a model cannot have generic parameters: a table is one type";
        diagnostics.error(
            generics,
            message,
            "write the types out, one struct for each table",
        );
    }
}

/// Two columns or accessors of one name would shadow each other. Whether there are none.
fn refuse_same_names(fields: &[Field], diagnostics: &mut Diagnostics) -> bool {
    let mut columns: Vec<&str> = Vec::new();
    let mut accessors: Vec<String> = Vec::new();
    let mut related: Vec<(&syn::Type, String)> = Vec::new();
    let mut mistakes = 0;
    let mut mistake = |at: &dyn ToTokens, message: String, help: &str| {
        diagnostics.error(at, message, help);
        mistakes += 1;
    };
    for field in fields {
        if let Kind::Reference(reference) = &field.kind {
            let names = reference.columns.iter().map(|column| &column.accessor);
            let by_key = reference.by_key(field);
            let taken = names
                .chain((reference.columns.len() > 1).then_some(&by_key))
                .map(unraw)
                .find(|name| fields.iter().any(|field| field.name() == *name));
            if let Some(name) = taken {
                let message =
                    format!("`{name}` names the column of this foreign key and another field");
                mistake(&field.ident, message, "rename one of the two fields");
                continue;
            }
        }
        for column in field.kind.columns() {
            let accessor = unraw(&column.accessor);
            if accessors.contains(&accessor) {
                let message = format!("two fields are called `{accessor}`");
                mistake(&field.ident, message, "rename one of the two fields");
            } else if columns.contains(&column.name.as_str()) {
                let message = format!("two fields have the column `{}`", column.name);
                let help = "give one of them another name by #[field(column = \"...\")]";
                mistake(&field.ident, message, help);
            } else {
                columns.push(&column.name);
                accessors.push(accessor);
            }
        }
        if let Some((target, name)) = field.kind.related_name() {
            let entry = (target, name.value());
            if related.contains(&entry) {
                let message = format!(
                    "two relations to `{}` have the `related_name` `{}`",
                    shown(target),
                    entry.1
                );
                mistake(name, message, "give one of them another name");
            }
            related.push(entry);
        }
    }
    mistakes == 0
}

/// The name of an identifier without `r#`.
fn unraw(ident: &syn::Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}

/// The source text of a type, for messages: `Option<String>`.
fn shown(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (" ,", ","),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
