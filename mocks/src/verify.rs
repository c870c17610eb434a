//! Expectations that are checked where the test can see it.

use std::sync::Arc;

/// A mock whose expectations can be checked before it is dropped. `#[base_model]` implements it.
pub trait Verify {
    /// Checks all expectations, and forgets them.
    ///
    /// # Panics
    /// When one was not met.
    fn verify(&mut self);
}

/// Runs a service that shares a mock among tasks, and then checks the mock's expectations in the test itself.
///
/// A mock checks its expectations when it is dropped. Where the last task that holds it drops it, the panic
/// belongs to that task, and a test that does not await the task passes. Here it is the test that fails.
///
/// ```
/// # use testudo_mocks::base_model;
/// #[base_model(mock = always)]
/// pub trait BaseMeter {
///     fn reading(&self) -> u32;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut meter = MockBaseMeter::new();
/// meter.expect_reading().times(2).return_const(7_u32);
/// let sum = testudo_mocks::verify(meter, async |meter| {
///     let other = meter.clone();
///     let task = tokio::spawn(async move { other.reading() });
///     meter.reading() + task.await.expect("the task ends")
/// })
/// .await;
/// assert_eq!(sum, 14);
/// # }
/// ```
///
/// # Panics
/// When an expectation was not met, or a task still holds the mock, so that nobody can say whether it will be.
pub async fn verify<M: Verify, T>(mock: M, service: impl AsyncFnOnce(Arc<M>) -> T) -> T {
    let mock = Arc::new(mock);
    let answer = service(Arc::clone(&mock)).await;
    match Arc::try_unwrap(mock) {
        Ok(mut mock) => mock.verify(),
        Err(held) => panic!(
            "the service has ended and {} of its tasks still hold the mock: await them, so that its expectations can be checked",
            Arc::strong_count(&held) - 1
        ),
    }
    answer
}
