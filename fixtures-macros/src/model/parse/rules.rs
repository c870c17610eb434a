//! Reads what the values of a field have to satisfy, and which field counts the changes of a row.

use syn::{Expr, LitStr};

use super::super::{Field, Kind, Rule};
use super::field::Context;
use super::field_type::base_name;
use super::refinement::is_known_type;
use super::shown;
use crate::attributes::Given;
use crate::diagnostics::Diagnostics;

impl Context<'_> {
    /// `min`, `max`, `min_length`, `pattern`, `email`, `choices` and `validate`.
    pub(super) fn rules(&self, diagnostics: &mut Diagnostics) -> Vec<Rule> {
        let mut rules = Vec::new();
        rules.extend(self.attributes.expr("min", diagnostics).map(Rule::AtLeast));
        rules.extend(self.attributes.expr("max", diagnostics).map(Rule::AtMost));
        self.refuse_text_rules(diagnostics);
        let least = self.attributes.integer("min_length", diagnostics);
        rules.extend(least.map(Rule::MinLength));
        let pattern = self.attributes.text("pattern", diagnostics);
        rules.extend(pattern.and_then(|text| self::pattern(text, diagnostics)));
        if self.attributes.flag("email", false, diagnostics) {
            rules.push(Rule::Email);
        }
        rules.extend(self.choices(diagnostics).map(Rule::OneOf));
        rules.extend(self.functions(diagnostics).into_iter().map(Rule::Function));
        rules
    }

    /// A rule on text at a field that is none.
    fn refuse_text_rules(&self, diagnostics: &mut Diagnostics) {
        let base = base_name(self.ty).unwrap_or_default();
        if !is_known_type(&base) || base == "String" {
            return;
        }
        for name in ["min_length", "pattern", "email"] {
            if let Some(entry) = self.attributes.get(name) {
                let message = format!("`{name}` does not fit a field of type `{}`", shown(self.ty));
                let help = "only text has it; remove it, or change the type";
                diagnostics.error(&entry.name, message, help);
            }
        }
    }

    fn choices(&self, diagnostics: &mut Diagnostics) -> Option<Vec<Expr>> {
        let entry = self.attributes.get("choices")?;
        match &entry.value {
            Given::List(items) if !items.is_empty() => Some(items.clone()),
            _ => {
                let help = "write `choices(\"small\", \"large\")`, or derive `DbEnum` for an enum";
                diagnostics.error(&entry.name, "`choices` needs values", help);
                None
            }
        }
    }

    fn functions(&self, diagnostics: &mut Diagnostics) -> Vec<Expr> {
        let Some(entry) = self.attributes.get("validate") else {
            return Vec::new();
        };
        let given = match &entry.value {
            Given::Value(expr) => vec![Expr::clone(expr)],
            Given::List(items) => items.clone(),
            Given::Nothing => Vec::new(),
        };
        let is_function = |expr: &Expr| matches!(expr, Expr::Path(_) | Expr::Closure(_));
        if given.is_empty() || !given.iter().all(is_function) {
            let help = "write `validate = path::to::function`, a `fn(&T) -> Result<(), E>` where `T` is the field's \
                        type; several are `validate(one, another)`";
            diagnostics.error(&entry.name, "`validate` needs a function", help);
            return Vec::new();
        }
        given
    }

    /// Whether the field counts the changes of its row.
    pub(super) fn version(&self, diagnostics: &mut Diagnostics) -> bool {
        if !self.attributes.flag("version", false, diagnostics) {
            return false;
        }
        if shown(self.ty) != "i64" {
            let message = format!(
                "a version is counted in an `i64`, not in `{}`",
                shown(self.ty)
            );
            diagnostics.error(self.ty, message, "make the type `i64`");
        }
        for name in ["primary_key", "default", "auto_now", "auto_now_add"] {
            if let Some(entry) = self.attributes.get(name) {
                let message = format!("`{name}` does not go with `version`");
                let help = "remove it; a version begins with 1 and each save adds 1";
                diagnostics.error(&entry.name, message, help);
            }
        }
        true
    }
}

/// A pattern that can be compiled.
fn pattern(text: LitStr, diagnostics: &mut Diagnostics) -> Option<Rule> {
    match regex_lite::Regex::new(&text.value()) {
        Ok(_) => Some(Rule::Pattern(text)),
        Err(error) => {
            let help = "write a regular expression: `pattern = \"^[A-Z]{3}-[0-9]+$\"`";
            diagnostics.error(&text, format!("`pattern` cannot be read: {error}"), help);
            None
        }
    }
}

/// A row has one version.
pub(super) fn refuse_versions(fields: &[Field], diagnostics: &mut Diagnostics) {
    let is_version = |field: &&Field| matches!(&field.kind, Kind::Column(column) if column.version);
    let mut versions = fields.iter().filter(is_version);
    let Some(first) = versions.next() else { return };
    for field in versions {
        let message = format!(
            "`{}` and `{}` are both the version of a row",
            first.name(),
            field.name()
        );
        diagnostics.error(&field.ident, message, "keep one of them");
    }
}
