//! The table of a model as `static` data.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::{
    Clock, Column, Field, Generated, Index, Kind, Model, Ordering, Reference, Refinement,
};
use super::{Names, default_value, quoted};
use crate::names::QuotedText;

/// An expression of type `&'static Table`.
pub(super) fn table(model: &Model, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let name = &model.table;
    let shown = names.model.to_string();
    let columns: Vec<(&Field, &Column)> = model.columns().collect();
    let texts = Texts::new(
        name,
        columns
            .iter()
            .map(|(_, column)| (column.name.as_str(), column.generated != Generated::No)),
    );
    let text_tokens = texts.tokens(private);
    let column_tokens = columns
        .iter()
        .map(|(field, column)| self::column(field, column, name, names));
    let count = columns.len();
    let primary_key = &model.primary_key;
    let references = model.fields.iter().filter_map(|field| match &field.kind {
        Kind::Reference(of) => Some(reference(of, private)),
        _ => None,
    });
    let ordering = model.ordering.iter().map(
        |Ordering {
             position,
             descending,
         }| {
            let direction = format_ident!("{}", if *descending { "Desc" } else { "Asc" });
            quote!((#position, #private::Direction::#direction))
        },
    );
    let indexes = model.indexes.iter().map(|Index { positions, unique }| {
        quote!(#private::meta::Index { columns: &[#(#positions),*], unique: #unique })
    });
    quote! {{
        static __COLUMNS: [#private::meta::Column; #count] = [#(#column_tokens),*];
        static __TABLE: #private::meta::Table = #private::meta::Table {
            model: #shown,
            name: #name,
            columns: &__COLUMNS,
            primary_key: &[#(#primary_key),*],
            ordering: &[#(#ordering),*],
            indexes: &[#(#indexes),*],
            references: &[#(#references),*],
            #text_tokens
        };
        &__TABLE
    }}
}

/// The table between the two models of a many-to-many relation, as `&'static Table`.
pub(super) fn join_table(
    field: &Field,
    target: &syn::Type,
    (name, near, far): (&str, &str, &str),
    names: &Names<'_>,
) -> TokenStream {
    let Names { private, model, .. } = names;
    let shown = format!("{model}.{}", field.name());
    let ends = [near, far];
    let texts = Texts::new(name, ends.into_iter().map(|end| (end, false))).tokens(private);
    let sides = [quote!(#model), quote!(#target)];
    let references = sides.iter().enumerate().map(|(position, to)| {
        quote!(#private::meta::Reference {
            columns: &[#position],
            table: || <#to as #private::Model>::TABLE,
            on_delete: #private::meta::OnDelete::Cascade,
        })
    });
    let columns = ends.into_iter().zip(&sides).map(|(end, to)| {
        let (bare, qualified) = column_texts(name, end);
        let (bare, qualified) = (quoted(&bare, private), quoted(&qualified, private));
        quote!(#private::meta::Column {
            field: #end,
            name: #end,
            quoted: #bare,
            qualified: #qualified,
            ty: <#to as #private::Model>::KEY_TYPES[0],
            nullable: false,
            unique: false,
            generated: false,
            default: ::core::option::Option::None,
            choices: ::core::option::Option::None,
        })
    });
    // The primary key serves the way from this model; the index serves the way back.
    quote! {{
        static __COLUMNS: [#private::meta::Column; 2] = [#(#columns),*];
        static __TABLE: #private::meta::Table = #private::meta::Table {
            model: #shown,
            name: #name,
            columns: &__COLUMNS,
            primary_key: &[0, 1],
            ordering: &[],
            indexes: &[#private::meta::Index { columns: &[1], unique: false }],
            references: &[#(#references),*],
            #texts
        };
        &__TABLE
    }}
}

/// The type of a column.
pub(super) fn column_type(field: &Field, column: &Column, private: &TokenStream) -> TokenStream {
    if let Kind::Reference(reference) = &field.kind {
        let (target, part) = (&reference.target, reference.part(column));
        return quote!(<#target as #private::Model>::KEY_TYPES[#part]);
    }
    let ty = &field.ty;
    let plain = quote!(<#ty as #private::FieldType>::COLUMN_TYPE);
    match column.refinement {
        None => plain,
        Some(Refinement::MaxLength(length)) => quote!(#private::text_of_length(#plain, #length)),
        Some(Refinement::Digits { precision, scale }) => {
            quote!(#private::decimal_of_digits(#plain, #precision, #scale))
        }
    }
}

fn column(field: &Field, column: &Column, table: &str, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let Column { name, unique, .. } = column;
    let generated = column.is_generated(field, private);
    let (bare, qualified) = column_texts(table, name);
    let (bare, qualified) = (quoted(&bare, private), quoted(&qualified, private));
    let (ty, field_name, column_type) = (
        column.value_type(field, private),
        field.name(),
        column_type(field, column, private),
    );
    let default = option(database_default(field, column, names));
    quote!(#private::meta::Column {
        field: #field_name,
        name: #name,
        quoted: #bare,
        qualified: #qualified,
        ty: #column_type,
        nullable: <#ty as #private::FieldType>::NULLABLE,
        unique: #unique,
        generated: #generated,
        default: #default,
        choices: <#ty as #private::FieldType>::CHOICES,
    })
}

/// A foreign key as data.
fn reference(reference: &Reference, private: &TokenStream) -> TokenStream {
    let (target, on_delete) = (&reference.target, &reference.on_delete);
    let columns = reference.columns.iter().map(|column| column.position);
    quote!(#private::meta::Reference {
        columns: &[#(#columns),*],
        table: || <#target as #private::Model>::TABLE,
        on_delete: #private::meta::OnDelete::#on_delete,
    })
}

/// The default that the database knows too: constants, and the clock.
fn database_default(field: &Field, column: &Column, names: &Names<'_>) -> Option<TokenStream> {
    let private = &names.private;
    if let Some(Clock::EverySave | Clock::Creation) = column.clock {
        return Some(quote!(#private::meta::ColumnDefault::Now));
    }
    if column.version {
        return Some(quote!(#private::meta::ColumnDefault::Value(|| #private::Value::I64(1))));
    }
    let Kind::Reference(reference) = &field.kind else {
        let default = column.default.as_ref().filter(|default| default.constant)?;
        let value = default_value(default, &column.value_type(field, private), private);
        let value = quote!(#private::FieldType::to_value(&#value));
        return Some(quote!(#private::meta::ColumnDefault::Value(|| #value)));
    };
    let default = reference
        .default
        .as_ref()
        .filter(|default| default.constant)?;
    let part = reference.part(column);
    let key = default_value(default, &reference.default_type(private), private);
    let value = if reference.nullable {
        quote!(#key.map_or(#private::Value::Null, |key| #private::PrimaryKey::value(&key, #part)))
    } else {
        quote!(#private::PrimaryKey::value(&#key, #part))
    };
    Some(quote!(#private::meta::ColumnDefault::Value(|| #value)))
}

fn option(tokens: Option<TokenStream>) -> TokenStream {
    match tokens {
        Some(tokens) => quote!(::core::option::Option::Some(#tokens)),
        None => quote!(::core::option::Option::None),
    }
}

fn column_texts(table: &str, column: &str) -> (QuotedText, QuotedText) {
    let bare = QuotedText::identifier(column);
    let qualified = QuotedText::identifier(table)
        .then(&QuotedText::plain("."))
        .then(&bare);
    (bare, qualified)
}

/// The finished texts of a table, which statements are put together from.
struct Texts {
    quoted: QuotedText,
    select_list: QuotedText,
    insert_head: QuotedText,
    insert_head_generated: QuotedText,
}

impl Texts {
    /// Columns come by name, each with whether the server may number it.
    fn new<'c>(table: &str, columns: impl Iterator<Item = (&'c str, bool)>) -> Self {
        let (mut all, mut given, mut qualified) = (Vec::new(), Vec::new(), Vec::new());
        for (name, generated) in columns {
            let (bare, full) = column_texts(table, name);
            if !generated {
                given.push(bare.clone());
            }
            all.push(bare);
            qualified.push(full);
        }
        let quoted = QuotedText::identifier(table);
        let insert = |columns: &[QuotedText]| {
            QuotedText::plain("INSERT INTO ")
                .then(&quoted)
                .then(&QuotedText::plain(" ("))
                .then(&QuotedText::list(columns))
                .then(&QuotedText::plain(") VALUES "))
        };
        Texts {
            select_list: QuotedText::list(&qualified),
            insert_head: insert(&all),
            insert_head_generated: insert(&given),
            quoted,
        }
    }

    fn tokens(&self, private: &TokenStream) -> TokenStream {
        let name = quoted(&self.quoted, private);
        let select_list = quoted(&self.select_list, private);
        let insert_head = quoted(&self.insert_head, private);
        let insert_head_generated = quoted(&self.insert_head_generated, private);
        quote! {
            quoted: #name,
            select_list: #select_list,
            insert_head: #insert_head,
            insert_head_generated: #insert_head_generated,
        }
    }
}
