CREATE TABLE orders (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    order_number VARCHAR(50)    NOT NULL UNIQUE,
    user_id      BIGINT         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    total_amount DECIMAL(10, 2) NOT NULL,
    status       VARCHAR(9)     NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'confirmed', 'shipped', 'delivered', 'cancelled')),
    created_at   DATETIME       NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
    updated_at   DATETIME       NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE INDEX ix_orders_user_id ON orders (user_id);
CREATE INDEX ix_orders_status_created_at ON orders (status, created_at);

CREATE TABLE products (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       VARCHAR(255)   NOT NULL,
    price      DECIMAL(10, 2) NOT NULL,
    is_active  BOOLEAN        NOT NULL DEFAULT 1,
    created_at DATETIME       NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
    updated_at DATETIME       NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE INDEX ix_products_name ON products (name);
CREATE INDEX ix_products_is_active_created_at ON products (is_active, created_at);
