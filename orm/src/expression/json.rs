//! Parts of JSON documents, and what a document contains.

use serde_json::Value;
use testudo_sql::{Expr, Json, JsonContains, JsonPath, JsonType};

use super::{Expression, on_columns_and_expressions};
use crate::operand::IntoOperand;
use crate::quantify::quantified;
use crate::{Column, Filter, Model};

/// Steps into a JSON document: a key, a position in an array, or an array or tuple of such.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no path into a JSON document",
    note = "write a key, a position in an array, or several: `[\"user\", \"name\"]`, `(\"items\", 0, \"price\")`"
)]
pub trait JsonSteps {
    /// The path with these steps at its end.
    fn after(self, path: JsonPath) -> JsonPath;
}

impl JsonSteps for &str {
    fn after(self, path: JsonPath) -> JsonPath {
        path.key(self)
    }
}

impl JsonSteps for &String {
    fn after(self, path: JsonPath) -> JsonPath {
        path.key(self)
    }
}

impl JsonSteps for u32 {
    fn after(self, path: JsonPath) -> JsonPath {
        path.index(self)
    }
}

impl<S: JsonSteps, const N: usize> JsonSteps for [S; N] {
    fn after(self, path: JsonPath) -> JsonPath {
        self.into_iter().fold(path, |path, step| step.after(path))
    }
}

impl<S: JsonSteps> JsonSteps for Vec<S> {
    fn after(self, path: JsonPath) -> JsonPath {
        self.into_iter().fold(path, |path, step| step.after(path))
    }
}

macro_rules! tuples {
    ($([$($name:ident)+])+) => {$(
        impl<$($name: JsonSteps),+> JsonSteps for ($($name,)+) {
            fn after(self, path: JsonPath) -> JsonPath {
                #[expect(non_snake_case, reason = "a member is named after its type parameter")]
                let ($($name,)+) = self;
                $(let path = $name.after(path);)+
                path
            }
        }
    )+};
}
crate::tuples::for_each_tuple!(tuples);

on_columns_and_expressions!([Value, Option<Value>] {
    /// A part of the document: `Event::payload.path(["user", "name"])`. `None` where the path leads
    /// nowhere.
    #[must_use]
    pub fn path(self, steps: impl JsonSteps) -> Expression<M, Option<Value>> {
        part(self.into_expr(), JsonType::Json, steps)
    }

    /// The text of a string; `None` if it is none.
    #[must_use]
    pub fn text(self) -> Expression<M, Option<String>> {
        part(self.into_expr(), JsonType::Text, [""; 0])
    }

    /// A number that is written as an integer; `None` if it is none.
    #[must_use]
    pub fn integer(self) -> Expression<M, Option<i64>> {
        part(self.into_expr(), JsonType::Integer, [""; 0])
    }

    /// A number; `None` if it is none.
    #[must_use]
    pub fn double(self) -> Expression<M, Option<f64>> {
        part(self.into_expr(), JsonType::Double, [""; 0])
    }

    /// `true` or `false`; `None` if it is neither.
    #[must_use]
    pub fn boolean(self) -> Expression<M, Option<bool>> {
        part(self.into_expr(), JsonType::Bool, [""; 0])
    }

    /// Has all that another document has: an object all of its keys with what belongs to them, an array
    /// all of its elements. SQLite has no such search.
    pub fn contains(self, document: impl IntoOperand<M, Value>) -> Filter<M> {
        containment(self.into_expr(), document.into_operand().into_expr())
    }

    /// Has nothing that another document does not have: the reverse of [`contains`](Self::contains).
    pub fn contained_by(self, document: impl IntoOperand<M, Value>) -> Filter<M> {
        containment(document.into_operand().into_expr(), self.into_expr())
    }

    /// Is an object with this key, even if `null` belongs to it.
    pub fn has_key(self, key: &str) -> Filter<M> {
        self.path(key).is_not_null()
    }
});

fn part<M, T>(document: Expr, ty: JsonType, steps: impl JsonSteps) -> Expression<M, T> {
    let mut json = match document {
        Expr::Json(json) if json.ty == JsonType::Json => *json,
        expr => Json {
            expr,
            path: JsonPath::default(),
            ty,
        },
    };
    json.path = steps.after(json.path);
    json.ty = ty;
    Expression::from_expr(Expr::Json(Box::new(json)))
}

fn containment<M>(container: Expr, content: Expr) -> Filter<M> {
    let contains = JsonContains { container, content };
    Filter::from_expr(quantified(Expr::JsonContains(Box::new(contains))))
}
