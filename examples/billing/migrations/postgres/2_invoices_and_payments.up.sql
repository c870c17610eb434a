-- What they owe.
CREATE TABLE invoices (
    id UUID NOT NULL PRIMARY KEY,
    customer_id UUID NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    number VARCHAR(32) NOT NULL UNIQUE,
    amount NUMERIC(12, 2) NOT NULL,
    paid BOOLEAN NOT NULL DEFAULT FALSE,
    due_at TIMESTAMPTZ(6),
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX ix_invoices_customer_id ON invoices (customer_id);
CREATE INDEX ix_invoices_paid_created_at ON invoices (paid, created_at);

-- What came in for it.
CREATE TABLE payments (
    id UUID NOT NULL PRIMARY KEY,
    invoice_id UUID NOT NULL REFERENCES invoices (id) ON DELETE RESTRICT,
    amount NUMERIC(12, 2) NOT NULL,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX ix_payments_invoice_id ON payments (invoice_id);
