-- Files run in the order of their numbers. One that has run in production is never changed: a change
-- of the schema is a new file, as 4_last_login.sql is.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    username      VARCHAR(50)  NOT NULL UNIQUE,
    email         VARCHAR(255) NOT NULL UNIQUE,
    password_hash VARCHAR(255) NOT NULL DEFAULT '',
    first_name    VARCHAR(30)  NOT NULL DEFAULT '',
    last_name     VARCHAR(30)  NOT NULL DEFAULT '',
    is_active     BOOLEAN      NOT NULL DEFAULT 1,
    is_staff      BOOLEAN      NOT NULL DEFAULT 0,
    date_joined   DATETIME     NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE INDEX ix_users_is_active ON users (is_active);
CREATE INDEX ix_users_date_joined ON users (date_joined);

CREATE TABLE user_profiles (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    BIGINT   NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    bio        TEXT     NOT NULL DEFAULT '',
    avatar     VARCHAR(255),
    phone      VARCHAR(20),
    address    TEXT     NOT NULL DEFAULT '',
    birth_date DATE,
    created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
    updated_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE TABLE accounts (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT         NOT NULL UNIQUE REFERENCES users (id) ON DELETE RESTRICT,
    balance DECIMAL(12, 2) NOT NULL DEFAULT 0
);
