//! Parts of JSON documents, and documents within documents.

use crate::compile::expr::Binding;
use crate::compile::writer::Writer;
use crate::{Dialect, Error, Json, JsonContains, JsonType, Value};

impl<'q> Writer<'q> {
    pub(super) fn json(&mut self, json: &'q Json) -> Result<(), Error> {
        let mut text = wanted(json.ty, self.dialect);
        while let Some((before, after)) = text.split_once("{}") {
            self.push(before);
            self.json_part(json)?;
            text = after;
        }
        self.push(text);
        if json.ty == JsonType::Text {
            self.by_code_points();
        }
        Ok(())
    }

    /// The part of the document as JSON.
    fn json_part(&mut self, json: &'q Json) -> Result<(), Error> {
        let Some(path) = json.path.whole() else {
            return self.expr(&json.expr, Binding::Atom);
        };
        match self.dialect {
            Dialect::Sqlite => {
                self.sql.push('(');
                self.expr(&json.expr, Binding::Atom)?;
                self.push(" -> ");
                self.bind(path);
            }
            // Step by step: so a key is never taken for a position, nor a position for a key.
            Dialect::Postgres => {
                self.sql.push('(');
                self.expr(&json.expr, Binding::Atom)?;
                for step in &json.path.steps {
                    let ty = match step.step {
                        Value::Text(_) => " AS TEXT)",
                        _ => " AS INTEGER)",
                    };
                    self.push(" -> CAST(");
                    self.bind(&step.step);
                    self.push(ty);
                }
            }
            Dialect::MySql | Dialect::MariaDb => {
                self.push("JSON_EXTRACT(");
                self.loose(&json.expr)?;
                self.push(", ");
                self.bind(path);
            }
        }
        self.sql.push(')');
        Ok(())
    }

    pub(super) fn json_contains(&mut self, contains: &'q JsonContains) -> Result<(), Error> {
        let JsonContains { container, content } = contains;
        match self.dialect {
            Dialect::Sqlite => {
                return Err(self.unsupported(
                    "documents within JSON documents",
                    "compare parts of the document, by their paths",
                ));
            }
            Dialect::Postgres => {
                self.sql.push('(');
                self.expr(container, Binding::Atom)?;
                self.push(" @> ");
                self.expr(content, Binding::Atom)?;
            }
            Dialect::MySql | Dialect::MariaDb => {
                self.push("JSON_CONTAINS(");
                self.loose(container)?;
                self.push(", ");
                self.loose(content)?;
            }
        }
        self.sql.push(')');
        Ok(())
    }
}

/// The part as a value of SQL, NULL if it is of another type; `{}` is the part as JSON.
fn wanted(ty: JsonType, dialect: Dialect) -> &'static str {
    use Dialect::{MariaDb, MySql, Postgres, Sqlite};
    match (ty, dialect) {
        (JsonType::Json, _) => "{}",
        (JsonType::Text, Sqlite) => "CASE json_type({}) WHEN 'text' THEN json_extract({}, '$') END",
        (JsonType::Integer, Sqlite) => {
            "CASE json_type({}) WHEN 'integer' THEN json_extract({}, '$') END"
        }
        (JsonType::Double, Sqlite) => {
            "CASE WHEN json_type({}) IN ('integer', 'real') THEN json_extract({}, '$') END"
        }
        (JsonType::Bool, Sqlite) => "CASE json_type({}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
        (JsonType::Text, Postgres) => {
            "CASE jsonb_typeof({}) WHEN 'string' THEN {} #>> CAST(ARRAY[] AS TEXT[]) END"
        }
        (JsonType::Integer, Postgres) => {
            "CASE jsonb_typeof({}) WHEN 'number' THEN CASE WHEN SCALE(CAST({} AS NUMERIC)) = 0 \
             THEN CAST({} AS BIGINT) END END"
        }
        (JsonType::Double, Postgres) => {
            "CASE jsonb_typeof({}) WHEN 'number' THEN CAST({} AS DOUBLE PRECISION) END"
        }
        (JsonType::Bool, Postgres) => {
            "CASE jsonb_typeof({}) WHEN 'boolean' THEN CAST({} AS BOOLEAN) END"
        }
        // Not before the type is known: MariaDB would unquote whatever it finds.
        (JsonType::Text, MySql | MariaDb) => {
            "CASE JSON_TYPE({}) WHEN 'STRING' THEN JSON_UNQUOTE({}) END"
        }
        (JsonType::Integer, MySql | MariaDb) => {
            "CASE WHEN JSON_TYPE({}) IN ('INTEGER', 'UNSIGNED INTEGER') THEN CAST({} AS SIGNED) END"
        }
        (JsonType::Double, MySql | MariaDb) => {
            "CASE WHEN JSON_TYPE({}) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') \
             THEN CAST({} AS DOUBLE) END"
        }
        (JsonType::Bool, MySql | MariaDb) => {
            "CASE JSON_TYPE({}) WHEN 'BOOLEAN' THEN JSON_UNQUOTE({}) = 'true' END"
        }
    }
}
