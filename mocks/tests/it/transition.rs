//! A model and its rewrite.

use testudo_mocks::{Difference, assert_alike, differences};

use crate::invoice::{BaseInvoice, Invoice2, invoice, rewritten, settle};

#[test]
fn a_rewrite_that_answers_alike_passes() {
    for cents in -3..3 {
        let mut invoice = invoice();
        invoice.lines[0].cents = cents;
        invoice.paid_on = u32::try_from(cents).ok();
        assert_alike!(BaseInvoice: invoice, rewritten(&invoice));
    }
}

#[test]
fn a_rewrite_that_answers_otherwise_is_told_by_accessors_and_helpers() {
    let invoice = invoice();
    let rewritten = Invoice2 {
        total: 1,
        note: Some("new".to_owned()),
        ..rewritten(&invoice)
    };
    let difference = |method, one: &str, other: &str| Difference {
        method,
        one: one.to_owned(),
        other: other.to_owned(),
    };
    assert_eq!(
        differences!(BaseInvoice: invoice, rewritten),
        [
            difference("note", "None", "Some(\"new\")"),
            difference("cents", "12500", "1")
        ]
    );
}

#[test]
#[should_panic(expected = "`cents` is 12500 of one and 1 of the other")]
fn the_assertion_names_what_differs() {
    let invoice = invoice();
    assert_alike!(BaseInvoice: invoice, Invoice2 { total: 1, ..rewritten(&invoice) });
}

#[test]
fn a_service_is_tested_against_both() {
    let invoice = invoice();
    let mut both: [Box<dyn BaseInvoice>; 2] = [Box::new(rewritten(&invoice)), Box::new(invoice)];
    for invoice in &mut both {
        assert_eq!(settle(invoice.as_mut(), 3), "R-7 is paid");
        assert_eq!(settle(invoice.as_mut(), 3), "R-7 was paid before");
    }
}
