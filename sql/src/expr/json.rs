//! Parts of JSON documents.

use compact_str::CompactString;

use crate::{Expr, Value};

/// A part of a JSON document.
#[derive(Debug, Clone)]
pub struct Json {
    /// The document.
    pub expr: Expr,
    /// The way from its root.
    pub path: JsonPath,
    /// What the part is wanted as. A part of another type is NULL.
    pub ty: JsonType,
}

/// What a part of a JSON document is wanted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// A JSON document of its own; JSON's `null` is one too, and not NULL.
    Json,
    /// The text of a string.
    Text,
    /// A number that is written as an integer.
    Integer,
    /// Any number.
    Double,
    /// `true` or `false`.
    Bool,
}

/// Whether one document has all that another has: an object all of its keys with what belongs to
/// them, an array all of its elements.
#[derive(Debug, Clone)]
pub struct JsonContains {
    /// The larger document.
    pub container: Expr,
    /// The smaller one.
    pub content: Expr,
}

/// The way from the root of a JSON document to a part of it.
#[derive(Debug, Clone, Default)]
pub struct JsonPath {
    pub(crate) steps: Vec<JsonStep>,
}

/// One step into a document. Both forms of it are kept, since a compiled statement borrows its binds.
#[derive(Debug, Clone)]
pub(crate) struct JsonStep {
    /// The key or the position.
    pub(crate) step: Value,
    /// The path from the root to here, for servers that read it as one text.
    pub(crate) path: Value,
}

impl JsonPath {
    /// On to the value of an object's key.
    #[must_use]
    pub fn key(self, key: &str) -> JsonPath {
        let mut path = self.text();
        path.push_str(".\"");
        for c in key.chars() {
            if matches!(c, '"' | '\\') {
                path.push('\\');
            }
            path.push(c);
        }
        path.push('"');
        self.and(key.into(), path)
    }

    /// On to an element of an array, counted from 0.
    #[must_use]
    pub fn index(self, index: u32) -> JsonPath {
        let mut path = self.text();
        path.push('[');
        crate::compile::push_number(&mut path, index as usize);
        path.push(']');
        self.and(i64::from(index).into(), path)
    }

    fn text(&self) -> String {
        match self.steps.last() {
            Some(JsonStep {
                path: Value::Text(path),
                ..
            }) => path.to_string(),
            _ => "$".to_owned(),
        }
    }

    fn and(mut self, step: Value, path: String) -> JsonPath {
        let path = Value::Text(CompactString::from(path));
        self.steps.push(JsonStep { step, path });
        self
    }

    /// The whole path as one text; none for the document itself.
    pub(crate) fn whole(&self) -> Option<&Value> {
        self.steps.last().map(|step| &step.path)
    }
}
