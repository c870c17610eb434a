-- What was created and changed.
CREATE TABLE audit_log (
    id BINARY(16) NOT NULL PRIMARY KEY,
    entity VARCHAR(32) NOT NULL,
    entity_id BINARY(16) NOT NULL,
    created BOOLEAN NOT NULL,
    created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6))
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE INDEX ix_audit_log_entity_entity_id ON audit_log (entity, entity_id);
