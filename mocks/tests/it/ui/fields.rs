//! Fields that are not there, or not what the trait asks for.

use testudo_mocks::base_model;

#[base_model(mock = never)]
trait BaseInvoice {
    fn number(&self) -> &str;
    fn amount(&self) -> i64;
    fn tags(&self) -> &[String];
    async fn settle(&self);
}

struct Invoice {
    numbr: String,
    amount: i32,
    tags: Vec<String>,
}

#[base_model]
impl BaseInvoice for Invoice {
    async fn settle(&self) {}
}

struct Draft {
    number: String,
    amount: i64,
    tags: Vec<String>,
}

#[base_model]
impl BaseInvoice for Draft {}

fn main() {}
