-- What was created and changed.
CREATE TABLE audit_log (
    id UUID NOT NULL PRIMARY KEY,
    entity VARCHAR(32) NOT NULL,
    entity_id UUID NOT NULL,
    created BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX ix_audit_log_entity_entity_id ON audit_log (entity, entity_id);
