//! A base trait, two implementations of it, and services that take it in every way.

use testudo_mocks::base_model;

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    pub cents: i64,
}

/// What services ask of an invoice.
#[base_model]
pub trait BaseInvoice: std::fmt::Debug {
    fn id(&self) -> u64;
    fn number(&self) -> &str;
    fn lines(&self) -> &[Line];
    fn note(&self) -> Option<&str>;
    fn paid_on(&self) -> Option<u32>;

    fn cents(&self) -> i64 {
        self.lines().iter().map(|line| line.cents).sum()
    }

    fn is_overdue(&self, due: u32, today: u32) -> bool {
        self.paid_on().is_none() && due < today
    }

    fn mark_paid(&mut self, today: u32) -> bool;
    async fn remind(&self, text: &str) -> Result<u32, String>;
}

#[derive(Debug, Clone)]
pub struct Invoice {
    pub id: u64,
    pub number: String,
    pub lines: Vec<Line>,
    pub note: Option<String>,
    pub paid_on: Option<u32>,
}

#[base_model]
impl BaseInvoice for Invoice {
    fn mark_paid(&mut self, today: u32) -> bool {
        self.paid_on.replace(today).is_none()
    }

    async fn remind(&self, text: &str) -> Result<u32, String> {
        Err(format!("no postman for `{text}`"))
    }
}

/// A rewrite that counts its lines in a tuple and has a helper of its own.
#[derive(Debug, Clone)]
pub struct Invoice2 {
    pub key: (u64, String),
    pub lines: Vec<Line>,
    pub total: i64,
    pub note: Option<String>,
    pub paid_on: Option<u32>,
}

#[base_model]
impl BaseInvoice for Invoice2 {
    fn id(&self) -> u64 {
        self.key.0
    }

    fn number(&self) -> &str {
        &self.key.1
    }

    fn cents(&self) -> i64 {
        self.total
    }

    fn mark_paid(&mut self, today: u32) -> bool {
        self.paid_on.replace(today).is_none()
    }

    async fn remind(&self, _text: &str) -> Result<u32, String> {
        Ok(1)
    }
}

pub fn invoice() -> Invoice {
    let line = |text: &str, cents| Line {
        text: text.to_owned(),
        cents,
    };
    Invoice {
        id: 7,
        number: "R-7".to_owned(),
        lines: vec![line("work", 10_000), line("travel", 2_500)],
        note: None,
        paid_on: None,
    }
}

pub fn rewritten(invoice: &Invoice) -> Invoice2 {
    let Invoice {
        id,
        number,
        lines,
        note,
        paid_on,
    } = invoice.clone();
    let total = lines.iter().map(|line| line.cents).sum();
    Invoice2 {
        key: (id, number),
        lines,
        total,
        note,
        paid_on,
    }
}

/// A synchronous service on `dyn`.
pub fn settle(invoice: &mut dyn BaseInvoice, today: u32) -> String {
    match invoice.mark_paid(today) {
        true => format!("{} is paid", invoice.number()),
        false => format!("{} was paid before", invoice.number()),
    }
}

/// An asynchronous one on `impl`.
pub async fn dun(invoice: &impl BaseInvoice, today: u32) -> Result<u32, String> {
    if !invoice.is_overdue(14, today) {
        return Ok(0);
    }
    invoice
        .remind(&format!("{} cents are due", invoice.cents()))
        .await
}
