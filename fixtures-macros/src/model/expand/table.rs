//! The table of a model as `static` data.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::{
    Clock, Column, Field, Generated, Index, ManyToMany, Model, Ordering, Refinement,
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
    let primary_key = model.primary_key;
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
            primary_key: &[#primary_key],
            ordering: &[#(#ordering),*],
            indexes: &[#(#indexes),*],
            #text_tokens
        };
        &__TABLE
    }}
}

/// The table between the two models of a many-to-many relation, as `&'static Table`.
pub(super) fn join_table(field: &Field, relation: &ManyToMany, names: &Names<'_>) -> TokenStream {
    let Names { private, model, .. } = names;
    let name = &relation.table;
    let shown = format!("{model}.{}", field.name());
    let ends = [relation.near.as_str(), relation.far.as_str()];
    let texts = Texts::new(name, ends.into_iter().map(|end| (end, false))).tokens(private);
    let target = &relation.target;
    let columns = [(ends[0], quote!(#model)), (ends[1], quote!(#target))].map(|(end, to)| {
        let (bare, qualified) = column_texts(name, end);
        let (bare, qualified) = (quoted(&bare, private), quoted(&qualified, private));
        quote!(#private::meta::Column {
            field: #end,
            name: #end,
            quoted: #bare,
            qualified: #qualified,
            ty: <#to as #private::Model>::KEY_TYPE,
            nullable: false,
            unique: false,
            generated: false,
            default: ::core::option::Option::None,
            choices: ::core::option::Option::None,
            references: ::core::option::Option::Some(#private::meta::Reference {
                table: || <#to as #private::Model>::TABLE,
                on_delete: #private::meta::OnDelete::Cascade,
            }),
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
            #texts
        };
        &__TABLE
    }}
}

/// The type of a column.
pub(super) fn column_type(field: &Field, column: &Column, private: &TokenStream) -> TokenStream {
    if let Some(reference) = &column.reference {
        let target = &reference.target;
        return quote!(<#target as #private::Model>::KEY_TYPE);
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
    let Column {
        name,
        unique,
        generated,
        ..
    } = column;
    let generated = match generated {
        Generated::No => quote!(false),
        Generated::Yes => quote!(true),
        Generated::ByType => {
            let ty = &field.ty;
            quote!(<#ty as #private::Key>::NUMBERED)
        }
    };
    let (bare, qualified) = column_texts(table, name);
    let (bare, qualified) = (quoted(&bare, private), quoted(&qualified, private));
    let (ty, field_name, column_type) =
        (&field.ty, field.name(), column_type(field, column, private));
    let default = option(database_default(field, column, names));
    let references = option(column.reference.as_ref().map(|reference| {
        let (target, on_delete) = (&reference.target, &reference.on_delete);
        quote!(#private::meta::Reference {
            table: || <#target as #private::Model>::TABLE,
            on_delete: #private::meta::OnDelete::#on_delete,
        })
    }));
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
        references: #references,
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
    let default = column.default.as_ref().filter(|default| default.constant)?;
    let value = default_value(default, &column.value_type(field, &names.private), private);
    Some(quote!(#private::meta::ColumnDefault::Value(|| #private::FieldType::to_value(&#value))))
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
