//! Moving money from one user's account to another's.

use rust_decimal::Decimal;
use testudo_orm::prelude::*;
use testudo_orm::{Error, Result};
use thiserror::Error as ThisError;

use crate::models::Account;

/// Why no money was moved.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum TransferError {
    /// The amount is zero or less.
    #[error("{0} is no amount to transfer")]
    InvalidAmount(Decimal),
    /// A user has no account.
    #[error("user {0} has no account")]
    NoAccount(i64),
    /// There is less on the account than the amount.
    #[error("insufficient balance: {balance} on the account, {amount} to transfer")]
    InsufficientBalance {
        /// What is on the account.
        balance: Decimal,
        /// What was to be transferred.
        amount: Decimal,
    },
    /// What the database says.
    #[error(transparent)]
    Database(#[from] Error),
}

/// Moves money from one user to another: in whole or not at all.
///
/// # Errors
/// When the amount is not positive, a user has no account, there is too little on it, or the database
/// refuses.
pub async fn transfer_money(
    db: &Db,
    from_user_id: i64,
    to_user_id: i64,
    amount: Decimal,
) -> Result<(), TransferError> {
    if amount <= Decimal::ZERO {
        return Err(TransferError::InvalidAmount(amount));
    }
    db.transaction(async |tx| {
        // Both at once and always in the same order: two transfers in opposite directions, each of which
        // locks its first account and waits for the other's, would wait for ever.
        let mut accounts = Account::filter(Account::user_id.is_in([from_user_id, to_user_id]))
            .order_by(Account::id.asc())
            .select_for_update()
            .fetch_all(&tx)
            .await?;

        let from = account_of(&mut accounts, from_user_id)?;
        if from.balance < amount {
            return Err(TransferError::InsufficientBalance {
                balance: from.balance,
                amount,
            });
        }
        from.balance -= amount;
        from.save(&tx).await?;

        let to = account_of(&mut accounts, to_user_id)?;
        to.balance += amount;
        to.save(&tx).await?;
        Ok(())
    })
    .await
}

fn account_of(accounts: &mut [Account], user_id: i64) -> Result<&mut Account, TransferError> {
    accounts
        .iter_mut()
        .find(|account| account.user.id() == user_id)
        .ok_or(TransferError::NoAccount(user_id))
}
