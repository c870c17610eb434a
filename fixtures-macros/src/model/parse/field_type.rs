//! What a field's type says about it: a plain column or one of the relation types.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

/// What kind of field a type makes.
pub(super) enum Shape {
    Plain,
    ForeignKey {
        target: Type,
        nullable: bool,
        one_to_one: bool,
    },
    Reverse {
        target: Type,
        one: bool,
    },
    ManyToMany {
        target: Type,
    },
}

impl Shape {
    /// Read off the name of the type: a macro sees no more of it.
    pub(super) fn of(ty: &Type) -> Shape {
        let (inner, nullable) = match argument_of(ty, "Option") {
            Some(inner) => (inner, true),
            None => (ty, false),
        };
        for (name, one_to_one) in [("ForeignKey", false), ("OneToOne", true)] {
            if let Some(target) = argument_of(inner, name) {
                return Shape::ForeignKey {
                    target: target.clone(),
                    nullable,
                    one_to_one,
                };
            }
        }
        for (name, one) in [("ReverseRelation", false), ("ReverseOneToOne", true)] {
            if let Some(target) = argument_of(ty, name) {
                return Shape::Reverse {
                    target: target.clone(),
                    one,
                };
            }
        }
        match argument_of(ty, "ManyToMany") {
            Some(target) => Shape::ManyToMany {
                target: target.clone(),
            },
            None => Shape::Plain,
        }
    }

    /// The kind in words, with an article.
    pub(super) fn in_words(&self) -> &'static str {
        match self {
            Shape::Plain => "a plain column",
            Shape::ForeignKey {
                one_to_one: false, ..
            } => "a foreign key",
            Shape::ForeignKey {
                one_to_one: true, ..
            } => "a one-to-one relation",
            Shape::Reverse { .. } => "the other side of a relation",
            Shape::ManyToMany { .. } => "a many-to-many relation",
        }
    }
}

/// The last name of a type's path without `Option`: `Decimal` for `Option<rust_decimal::Decimal>`.
pub(super) fn base_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = argument_of(ty, "Option").unwrap_or(ty) else {
        return None;
    };
    path.path
        .segments
        .last()
        .map(|segment| segment.ident.to_string())
}

/// The only generic argument of a type with this name.
pub(in super::super) fn argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) if arguments.args.len() == 1 => Some(argument),
        _ => None,
    }
}

/// The type with `Self` replaced by the model's name: the type is repeated outside of the struct.
pub(super) fn without_self(ty: &Type, model: &Ident) -> Type {
    syn::parse2(replace_self(ty.to_token_stream(), model)).unwrap_or_else(|_| ty.clone())
}

fn replace_self(tokens: TokenStream, model: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let mut model = model.clone();
                model.set_span(ident.span());
                TokenTree::Ident(model)
            }
            TokenTree::Group(group) => {
                let mut replaced =
                    Group::new(group.delimiter(), replace_self(group.stream(), model));
                replaced.set_span(group.span());
                TokenTree::Group(replaced)
            }
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn relations_are_known_by_the_last_name_of_their_path() {
        let ty: Type = parse_quote!(Option<testudo::orm::ForeignKey<crate::User>>);
        let Shape::ForeignKey {
            target,
            nullable,
            one_to_one,
            ..
        } = Shape::of(&ty)
        else {
            panic!("not a foreign key");
        };
        assert_eq!(target, parse_quote!(crate::User));
        assert!(nullable && !one_to_one);
    }

    #[test]
    fn self_is_replaced_within_generic_arguments() {
        let model: Ident = parse_quote!(Category);
        let ty = without_self(&parse_quote!(Option<ForeignKey<Self>>), &model);
        assert_eq!(ty, parse_quote!(Option<ForeignKey<Category>>));
    }
}
