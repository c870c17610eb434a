-- What they owe.
CREATE TABLE invoices (
    id BINARY(16) NOT NULL PRIMARY KEY,
    customer_id BINARY(16) NOT NULL,
    number VARCHAR(32) NOT NULL UNIQUE,
    amount DECIMAL(12, 2) NOT NULL,
    paid BOOLEAN NOT NULL DEFAULT FALSE,
    due_at DATETIME(6),
    created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE INDEX ix_invoices_customer_id ON invoices (customer_id);
CREATE INDEX ix_invoices_paid_created_at ON invoices (paid, created_at);

-- What came in for it.
CREATE TABLE payments (
    id BINARY(16) NOT NULL PRIMARY KEY,
    invoice_id BINARY(16) NOT NULL,
    amount DECIMAL(12, 2) NOT NULL,
    created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    FOREIGN KEY (invoice_id) REFERENCES invoices (id) ON DELETE RESTRICT
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE INDEX ix_payments_invoice_id ON payments (invoice_id);
