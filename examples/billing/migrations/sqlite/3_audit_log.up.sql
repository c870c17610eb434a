-- What was created and changed.
CREATE TABLE audit_log (
    id BLOB NOT NULL PRIMARY KEY,
    entity VARCHAR(32) NOT NULL,
    entity_id BLOB NOT NULL,
    created BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
    updated_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE INDEX ix_audit_log_entity_entity_id ON audit_log (entity, entity_id);
