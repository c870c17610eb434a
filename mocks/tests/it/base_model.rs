//! `#[base_model]`: accessors from fields, mocks from expectations.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use mockall::Sequence;
use mockall::predicate::eq;

use crate::invoice::{BaseInvoice, Line, MockBaseInvoice, dun, invoice, settle};

#[test]
fn fields_answer_accessors_by_value_and_by_reference() {
    let mut invoice = invoice();
    invoice.note = Some("thanks".to_owned());
    let base: &dyn BaseInvoice = &invoice;
    assert_eq!(
        (base.id(), base.number(), base.note()),
        (7, "R-7", Some("thanks"))
    );
    assert_eq!(base.lines()[1].cents, 2_500);
    assert_eq!(base.paid_on(), None);
}

#[test]
fn helpers_of_the_trait_run_on_the_model() {
    assert_eq!(invoice().cents(), 12_500);
    assert!(invoice().is_overdue(14, 15));
}

#[test]
fn helpers_of_the_trait_run_on_what_the_mock_answers() {
    let mut mock = MockBaseInvoice::new();
    mock.expect_lines().return_const(vec![Line {
        text: "work".to_owned(),
        cents: 30,
    }]);
    mock.expect_paid_on().return_const(None);
    assert_eq!(mock.cents(), 30);
    assert!(mock.is_overdue(1, 2));
}

#[test]
fn a_service_runs_on_the_model_and_on_the_mock() {
    assert_eq!(settle(&mut invoice(), 3), "R-7 is paid");

    let mut mock = MockBaseInvoice::new();
    mock.expect_mark_paid()
        .with(eq(3))
        .times(1)
        .return_const(false);
    mock.expect_number().return_const("R-8".to_owned());
    assert_eq!(settle(&mut mock, 3), "R-8 was paid before");
}

#[tokio::test]
async fn an_asynchronous_service_awaits_the_mock() {
    assert_eq!(
        dun(&invoice(), 20).await,
        Err("no postman for `12500 cents are due`".to_owned())
    );

    let mut mock = MockBaseInvoice::new();
    mock.expect_paid_on().return_const(None);
    mock.expect_lines().return_const(Vec::new());
    mock.expect_remind()
        .withf(|text| text == "0 cents are due")
        .times(1)
        .returning(|_| Ok(2));
    assert_eq!(dun(&mock, 20).await, Ok(2));
}

#[test]
fn the_order_of_calls_can_be_expected() {
    let (mut mock, mut order) = (MockBaseInvoice::new(), Sequence::new());
    mock.expect_mark_paid()
        .times(1)
        .in_sequence(&mut order)
        .return_const(true);
    mock.expect_number()
        .times(1)
        .in_sequence(&mut order)
        .return_const("R-9".to_owned());
    assert_eq!(settle(&mut mock, 1), "R-9 is paid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mock_and_a_model_go_over_threads() {
    let mut mock = MockBaseInvoice::new();
    mock.expect_id().return_const(1_u64);
    let bases: [Arc<dyn BaseInvoice>; 2] = [Arc::new(mock), Arc::new(invoice())];
    for (base, id) in bases.into_iter().zip([1, 7]) {
        let task = tokio::spawn(async move { base.id() });
        assert_eq!(task.await.expect("the task ends"), id);
    }
}

#[tokio::test]
async fn an_expectation_that_a_task_did_not_meet_fails_the_test() {
    let mut mock = MockBaseInvoice::new();
    mock.expect_id().times(2).return_const(1_u64);
    let service = testudo_mocks::verify(mock, async |mock| {
        tokio::spawn(async move { mock.id() })
            .await
            .expect("the task ends")
    });
    let failure = tokio::spawn(service)
        .await
        .expect_err("one call of two")
        .into_panic();
    let message = failure.downcast_ref::<String>().expect("a message");
    assert!(message.contains("id: Expectation"), "{message}");
}

#[tokio::test]
async fn a_task_that_still_holds_the_mock_fails_the_test() {
    let service = testudo_mocks::verify(MockBaseInvoice::new(), async |mock| {
        std::mem::forget(Arc::clone(&mock));
    });
    let failure = tokio::spawn(service)
        .await
        .expect_err("the mock is held")
        .into_panic();
    let message = failure.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("1 of its tasks still hold the mock"),
        "{message}"
    );
}

#[test]
fn a_call_that_nobody_expects_fails_with_its_arguments() {
    let mut mock = MockBaseInvoice::new();
    let failure =
        catch_unwind(AssertUnwindSafe(|| mock.mark_paid(3))).expect_err("nobody expects it");
    let message = failure.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("MockBaseInvoice::mark_paid(3)"),
        "{message}"
    );
}
