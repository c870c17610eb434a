//! Keys as untyped values, to bring related rows together.

use std::hash::{Hash, Hasher};

use smallvec::SmallVec;
use testudo_sql::Value;

use super::PrimaryKey;

/// The values of a key, column by column; none for a row that has no key yet.
///
/// Integers of different width are the same key.
#[derive(Debug, Clone, Default)]
pub struct KeyValues(SmallVec<[Value; 1]>);

impl KeyValues {
    /// The values of a primary key.
    pub fn of<K: PrimaryKey>(key: &K) -> Self {
        (0..K::WIDTH).map(|part| key.value(part)).collect()
    }

    /// Whether it points to no row: it has no value, or one that is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(Value::is_null)
    }

    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }
}

impl FromIterator<Value> for KeyValues {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        KeyValues(values.into_iter().collect())
    }
}

impl IntoIterator for KeyValues {
    type Item = Value;
    type IntoIter = smallvec::IntoIter<[Value; 1]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl PartialEq for KeyValues {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Value, b: &Value| match (integer(a), integer(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| same(a, b))
    }
}

// The types of keys (`Key`) have a total equality; no float is among them.
impl Eq for KeyValues {}

impl Hash for KeyValues {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for value in &self.0 {
            match value {
                Value::Text(v) => v.hash(state),
                Value::Uuid(v) => v.hash(state),
                Value::Bytes(v) => v.hash(state),
                Value::Date(v) => v.hash(state),
                other => integer(other).hash(state),
            }
        }
    }
}

fn integer(value: &Value) -> Option<i64> {
    match *value {
        Value::I16(v) => Some(v.into()),
        Value::I32(v) => Some(v.into()),
        Value::I64(v) => Some(v),
        _ => None,
    }
}
