//! The models, one file each.

mod audit_log;
mod customer;
mod invoice;
mod payment;

pub use self::audit_log::AuditLog;
pub use self::customer::Customer;
pub use self::invoice::Invoice;
pub use self::payment::Payment;
