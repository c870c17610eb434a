//! Parts of dates and times, as integers; everything is read as UTC.

use crate::compile::expr::Binding;
use crate::compile::kind::{Kind, kind};
use crate::compile::writer::Writer;
use crate::{DatePart, Dialect, Error, Expr};

impl<'q> Writer<'q> {
    pub(super) fn date_part(
        &mut self,
        part: DatePart,
        of: &'q Expr,
        place: Binding,
    ) -> Result<(), Error> {
        let (before, after, operator) = match self.dialect {
            Dialect::Sqlite => sqlite(part),
            Dialect::Postgres => postgres(part),
            Dialect::MySql | Dialect::MariaDb => mysql(part),
        };
        self.open(operator, place);
        self.push(before);
        // Postgres takes the parts of a TIMESTAMPTZ in the session's zone unless told otherwise.
        if self.dialect == Dialect::Postgres && kind(of) == Some(Kind::Instant) {
            self.expr(of, Binding::Atom)?;
            self.push(" AT TIME ZONE 'UTC'");
        } else {
            self.loose(of)?;
        }
        self.push(after);
        self.close(operator, place);
        Ok(())
    }
}

type Parts = (&'static str, &'static str, Binding);

fn sqlite(part: DatePart) -> Parts {
    match part {
        DatePart::Date => ("date(", ")", Binding::Atom),
        DatePart::Year => ("CAST(strftime('%Y', ", ") AS INTEGER)", Binding::Atom),
        DatePart::Quarter => (
            "(CAST(strftime('%m', ",
            ") AS INTEGER) + 2) / 3",
            Binding::Product,
        ),
        DatePart::Month => ("CAST(strftime('%m', ", ") AS INTEGER)", Binding::Atom),
        // %V came with 3.46: the week's Thursday decides its year and its number. The time of day
        // goes first, since with it the last half millisecond of a day is moved to the next.
        DatePart::Week => (
            "(CAST(strftime('%j', date(",
            "), '-3 days', 'weekday 4') AS INTEGER) - 1) / 7 + 1",
            Binding::Sum,
        ),
        // %u came with 3.46 too.
        DatePart::WeekDay => (
            "(CAST(strftime('%w', date(",
            ")) AS INTEGER) + 6) % 7 + 1",
            Binding::Sum,
        ),
        DatePart::Day => ("CAST(strftime('%d', ", ") AS INTEGER)", Binding::Atom),
        DatePart::Hour => ("CAST(strftime('%H', ", ") AS INTEGER)", Binding::Atom),
        DatePart::Minute => ("CAST(strftime('%M', ", ") AS INTEGER)", Binding::Atom),
        DatePart::Second => ("CAST(strftime('%S', ", ") AS INTEGER)", Binding::Atom),
    }
}

fn postgres(part: DatePart) -> Parts {
    let before = match part {
        DatePart::Date => return ("CAST(", " AS DATE)", Binding::Atom),
        // Of seconds, EXTRACT gives the fraction too.
        DatePart::Second => {
            return (
                "CAST(FLOOR(EXTRACT(SECOND FROM ",
                ")) AS INTEGER)",
                Binding::Atom,
            );
        }
        DatePart::Year => "CAST(EXTRACT(YEAR FROM ",
        DatePart::Quarter => "CAST(EXTRACT(QUARTER FROM ",
        DatePart::Month => "CAST(EXTRACT(MONTH FROM ",
        DatePart::Week => "CAST(EXTRACT(WEEK FROM ",
        DatePart::WeekDay => "CAST(EXTRACT(ISODOW FROM ",
        DatePart::Day => "CAST(EXTRACT(DAY FROM ",
        DatePart::Hour => "CAST(EXTRACT(HOUR FROM ",
        DatePart::Minute => "CAST(EXTRACT(MINUTE FROM ",
    };
    (before, ") AS INTEGER)", Binding::Atom)
}

fn mysql(part: DatePart) -> Parts {
    let before = match part {
        DatePart::Date => "DATE(",
        DatePart::Year => "YEAR(",
        DatePart::Quarter => "QUARTER(",
        DatePart::Month => "MONTH(",
        // Mode 3: weeks begin on Monday and are counted as ISO does.
        DatePart::Week => return ("WEEK(", ", 3)", Binding::Atom),
        DatePart::WeekDay => return ("WEEKDAY(", ") + 1", Binding::Sum),
        DatePart::Day => "DAY(",
        DatePart::Hour => "HOUR(",
        DatePart::Minute => "MINUTE(",
        DatePart::Second => "SECOND(",
    };
    (before, ")", Binding::Atom)
}
