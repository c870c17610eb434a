//! What the business does: functions on a database handle, which may be a pool or an open transaction.

mod accounts;
mod invoicing;
mod ledger;
mod settlement;

pub use self::accounts::close_account;
pub use self::invoicing::{InvoiceDraft, charge_late_fee, issue_invoices, postpone_invoices};
pub use self::ledger::{balances, has_open_invoices, open_invoices, overdue_numbers};
pub use self::settlement::{settle_invoice, settle_invoices};
