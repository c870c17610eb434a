//! Arrays where a server has none: the text of a JSON document.

use testudo_sql::Value;

/// The values as the compiler takes them out of the document again. NULLs, which it tests for
/// beside the list, are left out.
pub(super) fn json(values: &[Value]) -> Result<String, sqlx::error::BoxDynError> {
    let items: Result<Vec<_>, _> = values.iter().filter(|v| !v.is_null()).map(item).collect();
    Ok(serde_json::Value::Array(items?).to_string())
}

fn item(value: &Value) -> Result<serde_json::Value, sqlx::error::BoxDynError> {
    Ok(match value {
        Value::I16(v) => (*v).into(),
        Value::I32(v) => (*v).into(),
        Value::I64(v) => (*v).into(),
        Value::Text(v) => v.as_str().into(),
        Value::Uuid(v) => v.simple().to_string().into(),
        Value::Date(v) => v.format("%Y-%m-%d").to_string().into(),
        other => return Err(format!("{other:?} in an array is no bind of this database").into()),
    })
}
