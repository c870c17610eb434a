//! How many statements a query set sends: one, and one more for each relation that is prefetched.

use std::fmt::Debug;
use std::sync::Mutex;

use testudo::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span;

#[derive(Model, Debug)]
#[model(table = "shelves")]
struct Shelf {
    #[field(primary_key)]
    id: i64,
    volumes: ReverseRelation<Volume>,
}

#[derive(Model, Debug)]
#[model(table = "volumes")]
struct Volume {
    #[field(primary_key)]
    id: i64,
    #[field(related_name = "volumes")]
    shelf: ForeignKey<Shelf>,
    #[field(related_name = "volumes")]
    topics: ManyToMany<Topic>,
}

#[derive(Model, Debug)]
#[model(table = "topics")]
struct Topic {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(reverse)]
    volumes: ManyToMany<Volume>,
}

/// The statements that sqlx reports, of all tests of this process.
struct Statements;

static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Visit for Statements {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        // The first words; short statements are reported by nothing else.
        if field.name() == "summary" {
            SENT.lock().unwrap().push(value.to_owned());
        }
    }
}

impl tracing::Subscriber for Statements {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Statements);
    }

    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Held by one test at a time: all count in one list.
static COUNTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The SELECTs on this test's tables since the last call; no other test has tables of these names.
async fn sent(db: &Db) -> testudo::Result<usize> {
    // SQLite's worker reports a statement after its rows have left: when it answers the next one.
    db.fetch_all("SELECT 1", &[]).await?;
    let of_this_test = |sql: &String| {
        sql.starts_with("SELECT")
            && ["shelves", "volumes", "topics"]
                .iter()
                .any(|t| sql.contains(t))
    };
    Ok(SENT.lock().unwrap().drain(..).filter(of_this_test).count())
}

#[orm_test(models(Shelf, Volume, Topic))]
async fn a_relation_costs_one_statement_whatever_the_number_of_rows(db: Db) -> testudo::Result {
    // Each test binary has one subscriber; this is its only user, once for each backend.
    let _counting = COUNTING.lock().await;
    let _ = tracing::subscriber::set_global_default(Statements);
    sent(&db).await?;
    let topic = |name: &str| Topic::builder().name(name).build();
    let topics = Topic::bulk_create(&db, [topic("a")?, topic("b")?]).await?;
    for _ in 0..10 {
        let shelf = Shelf::builder().create(&db).await?;
        for _ in 0..3 {
            let volume = Volume::builder().shelf(&shelf).create(&db).await?;
            volume.topics.add(&db, &topics).await?;
        }
    }
    sent(&db).await?;

    let shelves = Shelf::all()
        .prefetch_related(Shelf::volumes().topics())
        .fetch_all(&db)
        .await?;
    let mut fetched = 0;
    for shelf in &shelves {
        for volume in shelf.volumes.get()? {
            fetched += volume.topics.get()?.len();
        }
    }
    assert_eq!(fetched, 60);
    assert_eq!(sent(&db).await?, 3);

    let volumes = Volume::all()
        .select_related(Volume::shelf())
        .fetch_all(&db)
        .await?;
    assert!(volumes.iter().all(|volume| volume.shelf.get().is_ok()));
    assert_eq!(sent(&db).await?, 1);
    Ok(())
}
