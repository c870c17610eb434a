//! Values as keys of a hash map, to bring related rows together.

use std::hash::{Hash, Hasher};

use testudo_sql::Value;

/// A value that serves as a key. Integers of different width are the same key.
#[derive(Debug, Clone)]
pub(crate) struct HashedValue(pub(crate) Value);

impl HashedValue {
    fn integer(&self) -> Option<i64> {
        match self.0 {
            Value::I16(v) => Some(v.into()),
            Value::I32(v) => Some(v.into()),
            Value::I64(v) => Some(v),
            _ => None,
        }
    }
}

impl PartialEq for HashedValue {
    fn eq(&self, other: &Self) -> bool {
        match (self.integer(), other.integer()) {
            (Some(a), Some(b)) => a == b,
            _ => self.0 == other.0,
        }
    }
}

// The types of keys (`Key`) have a total equality; no float is among them.
impl Eq for HashedValue {}

impl Hash for HashedValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Value::Text(v) => v.hash(state),
            Value::Uuid(v) => v.hash(state),
            Value::Bytes(v) => v.hash(state),
            Value::Date(v) => v.hash(state),
            _ => self.integer().hash(state),
        }
    }
}
