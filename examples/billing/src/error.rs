//! Why a service refuses.

use std::fmt;

use uuid::Uuid;

/// What went wrong, in the words of the business where it is the business that refuses.
#[derive(Debug)]
pub enum BillingError {
    /// There is no such customer.
    UnknownCustomer(Uuid),
    /// There is no such invoice.
    UnknownInvoice(Uuid),
    /// The invoice with this number is settled.
    AlreadyPaid(String),
    /// An invoice to be issued has the number of another one.
    NumberTaken,
    /// The customer cannot go while there are invoices in their name.
    HasInvoices(Uuid),
    /// The database failed.
    Database(testudo_orm::Error),
}

impl fmt::Display for BillingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCustomer(id) => write!(f, "there is no customer `{id}`"),
            Self::UnknownInvoice(id) => write!(f, "there is no invoice `{id}`"),
            Self::AlreadyPaid(number) => write!(f, "the invoice `{number}` is paid already"),
            Self::NumberTaken => {
                f.write_str("another invoice has this number; issue it under a new one")
            }
            Self::HasInvoices(id) => write!(
                f,
                "the customer `{id}` has invoices; their accounts are kept as long as these"
            ),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BillingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<testudo_orm::Error> for BillingError {
    fn from(error: testudo_orm::Error) -> Self {
        Self::Database(error)
    }
}
