//! Names of constraints and indexes: the same for the same columns on every run and dialect.

use std::collections::HashSet;

use crate::Ident;

/// Postgres cuts a name off after 63 bytes, MySQL refuses one of more than 64 characters.
pub(super) const MAX_NAME: usize = 63;

/// The names that a schema uses already. Indexes share one space with tables on SQLite and Postgres.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: HashSet<String>,
}

impl Names {
    pub(super) fn take(&mut self, name: &str) {
        self.used.insert(name.to_ascii_lowercase());
    }

    /// `uq_orders_order_number`; with a hash at the end where that is too long or taken, as by the
    /// table `orders_order` and its column `number`.
    pub(super) fn constraint(&mut self, prefix: &str, table: &str, columns: &[&str]) -> Ident {
        let mut plain = format!("{prefix}_{table}");
        for column in columns {
            plain.push('_');
            plain.push_str(column);
        }
        if plain.len() <= MAX_NAME && self.used.insert(plain.to_ascii_lowercase()) {
            return Ident::new(plain);
        }
        let hash = hash(prefix, table, columns);
        let mut end = plain.len().min(MAX_NAME - 9);
        while !plain.is_char_boundary(end) {
            end -= 1;
        }
        plain.truncate(end);
        let name = format!("{plain}_{hash:08x}");
        self.take(&name);
        Ident::new(name)
    }
}

/// FNV-1a, folded to 32 bits: the standard library's hash may change from release to release.
fn hash(prefix: &str, table: &str, columns: &[&str]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let parts = [prefix, table].into_iter().chain(columns.iter().copied());
    for byte in parts.flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let [a, b, c, d, e, f, g, h] = hash.to_be_bytes();
    u32::from_be_bytes([a ^ e, b ^ f, c ^ g, d ^ h])
}
