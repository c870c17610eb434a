//! Methods that neither a mock nor `dyn` can have.

use testudo_mocks::base_model;

#[base_model]
trait BaseInvoice: PartialEq {
    const CURRENCY: &'static str;
    fn new() -> Box<Self>;
    fn consume(self) -> u32;
    fn convert<T: Into<u32>>(&self, to: T) -> u32;
    fn lines(&self) -> impl Iterator<Item = u32>;
    fn sum(&self, of: &[impl Into<u32>]) -> u32;
}

#[base_model(mok = test)]
trait BasePayment {}

#[base_model(mock = sometimes)]
trait BaseReceipt {}

#[base_model]
struct Invoice;

#[base_model(mock = always)]
impl Invoice {}

fn main() {}
