//! What databases and locks are called on a server that projects share.

/// Templates: `testudo_t_<key>`, where the key is a digest of what is in them.
pub(super) const TEMPLATE: &str = "testudo_t_";
/// Slots: `testudo_s_<key>_<seat>`.
const SLOT: &str = "testudo_s_";
/// Databases made from nothing: `testudo_f_<seat>`.
const FRESH: &str = "testudo_f_";
/// What a failed test left, for somebody to look at: `testudo_k_<digest of the test>`.
const KEPT: &str = "testudo_k_";

/// The lock of who is first among the processes that wait for a seat.
pub(super) const QUEUE: &str = "queue";

/// Digits of a key: 64 bits, which no two templates share by chance.
const KEY: usize = 16;

pub(super) fn template(key: &str) -> String {
    format!("{TEMPLATE}{}", &key[..KEY.min(key.len())])
}

/// The slot of a seat that is a copy of this template.
pub(super) fn slot(template: &str, seat: u32) -> String {
    let key = template.strip_prefix(TEMPLATE).unwrap_or(template);
    format!("{SLOT}{key}_{seat}")
}

pub(super) fn fresh(seat: u32) -> String {
    format!("{FRESH}{seat}")
}

pub(super) fn kept(key: &str) -> String {
    format!("{KEPT}{}", &key[..KEY.min(key.len())])
}

/// The seat whose lock protects a database, if there is one.
pub(super) fn seat_of(database: &str) -> Option<u32> {
    let rest = database
        .strip_prefix(SLOT)
        .and_then(|rest| rest.split_once('_'))
        .map(|(_, seat)| seat)
        .or_else(|| database.strip_prefix(FRESH))?;
    rest.parse().ok()
}

/// The lock that makes a seat one process's own.
pub(super) fn seat_lock(seat: u32) -> String {
    format!("seat:{seat}")
}

/// The lock under which a template is built.
pub(super) fn template_lock(template: &str) -> String {
    format!("template:{template}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_database_tells_which_seat_protects_it() {
        let template = template("0123456789abcdef0123");
        assert_eq!(template, "testudo_t_0123456789abcdef");
        assert_eq!(slot(&template, 7), "testudo_s_0123456789abcdef_7");
        assert_eq!(seat_of(&slot(&template, 12)), Some(12));
        assert_eq!(seat_of(&fresh(3)), Some(3));
        assert_eq!(seat_of(&template), None);
        assert_eq!(seat_of(&kept("ab")), None);
    }
}
