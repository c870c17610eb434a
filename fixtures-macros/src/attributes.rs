//! Attributes such as `#[field(unique, max_length = 50)]`: a list of names, some of them with a value.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitInt, LitStr, Meta, Token, parenthesized, token};

use crate::diagnostics::{Diagnostics, suggestion};

/// The entries of all attributes of one name on one item, in the order written.
pub(crate) struct Attributes {
    entries: Vec<Entry>,
}

/// One entry: `unique`, `max_length = 50` or `index(a, b)`.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) value: Given,
}

/// What is written after the name of an entry.
pub(crate) enum Given {
    /// Nothing.
    Nothing,
    /// `= expression`.
    Value(Box<Expr>),
    /// `(a, b)`.
    List(Vec<Expr>),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Given::Value(Box::new(input.parse()?))
        } else if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            let items = Punctuated::<Expr, Token![,]>::parse_terminated(&content)?;
            Given::List(items.into_iter().collect())
        } else {
            Given::Nothing
        };
        Ok(Entry { name, value })
    }
}

/// Whether an attribute of this name has an entry of that name.
pub(crate) fn has_entry(attrs: &[Attribute], attribute: &str, entry: &str) -> bool {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident(attribute))
        .filter_map(|attr| {
            attr.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .any(|found| found.name == entry)
}

impl Attributes {
    /// The entries of the attributes called `attribute`; names other than the known are mistakes, and
    /// so is a name given twice that is not in `repeatable`.
    pub(crate) fn parse(
        attrs: &[Attribute],
        attribute: &str,
        known: &[&str],
        repeatable: &[&str],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(attribute)) {
            if !matches!(attr.meta, Meta::List(_)) {
                let help = format!("write #[{attribute}({})]", known.first().unwrap_or(&"..."));
                diagnostics.error(
                    attr,
                    format!("`#[{attribute}]` needs its settings in parentheses"),
                    help,
                );
                continue;
            }
            match attr.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated) {
                Ok(parsed) => entries.extend(parsed),
                Err(error) => diagnostics.add(error),
            }
        }
        let mut kept: Vec<Entry> = Vec::new();
        for entry in entries {
            let name = entry.name.to_string();
            if !known.contains(&name.as_str()) {
                let message = format!("`{name}` is not a setting of `#[{attribute}(...)]`");
                diagnostics.error(&entry.name, message, suggestion(&name, known));
            } else if !repeatable.contains(&name.as_str())
                && kept.iter().any(|e| e.name == entry.name)
            {
                diagnostics.error(
                    &entry.name,
                    format!("`{name}` is given twice"),
                    "remove one of them",
                );
            } else {
                kept.push(entry);
            }
        }
        Attributes { entries: kept }
    }

    /// The entry of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// All entries of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.name == name)
    }

    /// All entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Whether the entry is there and not `= false`.
    pub(crate) fn flag(&self, name: &str, default: bool, diagnostics: &mut Diagnostics) -> bool {
        let Some(entry) = self.get(name) else {
            return default;
        };
        if matches!(entry.value, Given::Nothing) {
            return true;
        }
        match entry.literal() {
            Some(Lit::Bool(lit)) => lit.value,
            _ => {
                let help = format!("write `{name}` or `{name} = false`");
                diagnostics.error(&entry.name, format!("`{name}` is true or false"), help);
                default
            }
        }
    }

    /// The text that the entry gives.
    pub(crate) fn text(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<LitStr> {
        let entry = self.get(name)?;
        let text = entry.text();
        match &text {
            Some(text) if !text.value().is_empty() => return Some(text.clone()),
            Some(text) => {
                diagnostics.error(
                    text,
                    format!("`{name}` is empty"),
                    format!("write `{name} = \"...\"` with a name"),
                );
            }
            None => {
                let help = format!("write `{name} = \"...\"`");
                diagnostics.error(&entry.name, format!("`{name}` needs a string"), help);
            }
        }
        None
    }

    /// The whole number that the entry gives.
    pub(crate) fn integer(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<LitInt> {
        let entry = self.get(name)?;
        match entry.literal() {
            Some(Lit::Int(lit)) => Some(lit.clone()),
            _ => {
                let help = format!("write `{name} = 10`");
                diagnostics.error(&entry.name, format!("`{name}` needs a whole number"), help);
                None
            }
        }
    }

    /// The expression that the entry gives.
    pub(crate) fn expr(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let entry = self.get(name)?;
        match &entry.value {
            Given::Value(expr) => Some(Expr::clone(expr)),
            _ => {
                let help = format!("write `{name} = ...`");
                diagnostics.error(&entry.name, format!("`{name}` needs a value"), help);
                None
            }
        }
    }
}

impl Entry {
    fn text(&self) -> Option<LitStr> {
        match self.literal() {
            Some(Lit::Str(lit)) => Some(lit.clone()),
            _ => None,
        }
    }

    fn literal(&self) -> Option<&Lit> {
        match &self.value {
            Given::Value(expr) => match &**expr {
                Expr::Lit(ExprLit { lit, .. }) => Some(lit),
                _ => None,
            },
            _ => None,
        }
    }

    /// The texts of the list that is given; none if there is something else.
    pub(crate) fn texts(&self) -> Vec<LitStr> {
        let text = |expr: &Expr| match expr {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if !text.value().is_empty() => Some(text.clone()),
            _ => None,
        };
        match &self.value {
            Given::List(items) => items
                .iter()
                .map(text)
                .collect::<Option<_>>()
                .unwrap_or_default(),
            Given::Nothing | Given::Value(_) => Vec::new(),
        }
    }

    /// The path that is given, if it is one.
    pub(crate) fn path(&self) -> Option<&syn::Path> {
        match &self.value {
            Given::Value(expr) => match &**expr {
                Expr::Path(path) => Some(&path.path),
                _ => None,
            },
            _ => None,
        }
    }
}
