-- What they owe.
CREATE TABLE invoices (
    id BLOB NOT NULL PRIMARY KEY,
    customer_id BLOB NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    number VARCHAR(32) NOT NULL UNIQUE,
    amount DECIMAL(12, 2) NOT NULL,
    paid BOOLEAN NOT NULL DEFAULT 0,
    due_at DATETIME,
    created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
    updated_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE INDEX ix_invoices_customer_id ON invoices (customer_id);
CREATE INDEX ix_invoices_paid_created_at ON invoices (paid, created_at);

-- What came in for it.
CREATE TABLE payments (
    id BLOB NOT NULL PRIMARY KEY,
    invoice_id BLOB NOT NULL REFERENCES invoices (id) ON DELETE RESTRICT,
    amount DECIMAL(12, 2) NOT NULL,
    created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')),
    updated_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'))
);

CREATE INDEX ix_payments_invoice_id ON payments (invoice_id);
