//! Window functions: places, neighbours, running totals.

use testudo::prelude::*;
use testudo_orm::{
    cume_dist, dense_rank, first_value, lag, last_value, lead, nth_value, ntile, percent_rank, rank,
};

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "results")]
struct Entry {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 10)]
    team: String,
    points: i64,
    #[field(default = true)]
    valid: bool,
}

/// Team a: 10, 20, 20, 40; team b: 5, 15.
async fn entries(db: &Db) -> testudo::Result {
    for (team, points) in [
        ("a", 10),
        ("a", 20),
        ("a", 20),
        ("a", 40),
        ("b", 5),
        ("b", 15),
    ] {
        Entry::builder()
            .team(team)
            .points(points)
            .valid(points != 40)
            .create(db)
            .await?;
    }
    Ok(())
}

fn ordered() -> QuerySet<Entry> {
    Entry::all().order_by(Entry::id.asc())
}

#[orm_test(models(Entry))]
async fn rows_have_places_in_their_partition(db: Db) -> testudo::Result {
    entries(&db).await?;
    let by_points = || {
        window()
            .partition_by(Entry::team)
            .order_by(Entry::points.asc())
    };
    let places = ordered().values((
        rank().over(by_points()),
        dense_rank().over(by_points()),
        row_number().over(
            window()
                .partition_by(Entry::team)
                .order_by(Entry::id.desc()),
        ),
        ntile(2).over(window().partition_by(Entry::team).order_by(Entry::id.asc())),
    ));
    let expected = [
        (1, 1, 4, 1),
        (2, 2, 3, 1),
        (2, 2, 2, 2),
        (4, 3, 1, 2),
        (1, 1, 2, 1),
        (2, 2, 1, 2),
    ];
    assert_eq!(places.fetch_all(&db).await?, expected);
    let fractions = ordered().values((
        percent_rank().over(by_points()),
        cume_dist().over(by_points()),
    ));
    let found = fractions.fetch_all(&db).await?;
    for ((rank, dist), (rank_expected, dist_expected)) in found.into_iter().zip([
        (0.0, 0.25),
        (1.0 / 3.0, 0.75),
        (1.0 / 3.0, 0.75),
        (1.0, 1.0),
        (0.0, 0.5),
        (1.0, 1.0),
    ]) {
        assert!((rank - rank_expected).abs() < 1e-9, "{rank}");
        assert!((dist - dist_expected).abs() < 1e-9, "{dist}");
    }
    Ok(())
}

#[orm_test(models(Entry))]
async fn rows_see_their_neighbours(db: Db) -> testudo::Result {
    entries(&db).await?;
    let in_turn = || window().partition_by(Entry::team).order_by(Entry::id.asc());
    let all = || in_turn().rows(..);
    let neighbours = ordered().values((
        lag(Entry::points, 1).over(in_turn()),
        lead(Entry::points, 2).over(in_turn()),
        first_value(Entry::points).over(in_turn()),
        last_value(Entry::points).over(all()),
        nth_value(Entry::points, 3).over(all()),
    ));
    let expected = [
        (None, Some(20), Some(10), Some(40), Some(20)),
        (Some(10), Some(40), Some(10), Some(40), Some(20)),
        (Some(20), None, Some(10), Some(40), Some(20)),
        (Some(20), None, Some(10), Some(40), Some(20)),
        (None, None, Some(5), Some(15), None),
        (Some(5), None, Some(5), Some(15), None),
    ];
    assert_eq!(neighbours.fetch_all(&db).await?, expected);
    Ok(())
}

#[orm_test(models(Entry))]
async fn aggregates_run_over_frames(db: Db) -> testudo::Result {
    entries(&db).await?;
    let in_turn = || window().order_by(Entry::id.asc());
    let sums = ordered().values((
        sum(Entry::points).over(in_turn().rows(..=0)),
        sum(Entry::points).over(in_turn().rows(-1..=1)),
        sum(Entry::points).over(in_turn().rows(1..)),
        count(Entry::id).over(window().order_by(Entry::points.asc()).range(-5..=5)),
        sum(Entry::points)
            .filter(Entry::valid.eq(true))
            .over(window()),
    ));
    let expected = [
        (Some(10), Some(30), Some(100), 3, Some(70)),
        (Some(30), Some(50), Some(80), 3, Some(70)),
        (Some(50), Some(80), Some(60), 3, Some(70)),
        (Some(90), Some(65), Some(20), 1, Some(70)),
        (Some(95), Some(60), Some(15), 2, Some(70)),
        (Some(110), Some(20), None, 4, Some(70)),
    ];
    assert_eq!(sums.fetch_all(&db).await?, expected);
    Ok(())
}

#[orm_test(models(Entry))]
async fn a_window_stands_beside_models_and_in_their_order(db: Db) -> testudo::Result {
    entries(&db).await?;
    let share = avg(Entry::points).over(window().partition_by(Entry::team));
    let place = || {
        row_number().over(
            window()
                .order_by(Entry::points.desc())
                .partition_by(Entry::team),
        )
    };
    let rows = Entry::filter(Entry::valid.eq(true))
        .annotate((place(), share))
        .order_by((place().asc(), Entry::id.asc()))
        .limit(2)
        .fetch_all(&db)
        .await?;
    let found: Vec<_> = rows
        .into_iter()
        .map(|(entry, (place, mean))| (entry.points, place, mean.map(f64::round)))
        .collect();
    assert_eq!(found[0].1, 1);
    assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [20, 15]);
    assert_eq!(found[1].2, Some(10.0));
    Ok(())
}

#[orm_test(models(Entry))]
async fn a_window_in_a_condition_is_refused_by_name(db: Db) -> testudo::Result {
    let first = row_number().over(window().order_by(Entry::id.asc())).eq(1);
    let error = Entry::filter(first)
        .count(&db)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("ROW_NUMBER over a window stands in a condition"),
        "{error}"
    );
    Ok(())
}

#[orm_test(models(Entry), backends(sqlite, postgres))]
async fn frames_count_groups_where_the_server_can(db: Db) -> testudo::Result {
    entries(&db).await?;
    let near = window().order_by(Entry::points.asc()).groups(-1..=0);
    let counts = Entry::filter(Entry::team.eq("a")).order_by(Entry::id.asc());
    let counts = counts.values(count(Entry::id).over(near));
    assert_eq!(counts.fetch_all(&db).await?, [1, 3, 3, 3]);
    Ok(())
}
