//! Many-to-many relations through a model with columns of its own, and the rows on the other side of a
//! foreign key, created, moved and released.

use testudo::prelude::*;
use testudo_orm::Result;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "members")]
struct Member {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(through = Membership, related_name = "members")]
    clubs: ManyToMany<Club>,
    memberships: ReverseRelation<Membership>,
    #[field(through = Follow, through_fields(follower, followed), related_name = "followers")]
    following: ManyToMany<Member>,
    #[field(reverse)]
    followers: ManyToMany<Member>,
    pets: ReverseRelation<Pet>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "clubs")]
struct Club {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(reverse)]
    members: ManyToMany<Member>,
    memberships: ReverseRelation<Membership>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "memberships")]
struct Membership {
    #[field(primary_key, related_name = "memberships")]
    member: ForeignKey<Member>,
    #[field(primary_key, related_name = "memberships")]
    club: ForeignKey<Club>,
    #[field(max_length = 20, default = "guest")]
    role: String,
}

/// Tells who follows whom; its key is its own, and `since` has no default.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "follows")]
struct Follow {
    #[field(primary_key)]
    id: i64,
    follower: ForeignKey<Member>,
    followed: ForeignKey<Member>,
    since: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "pets", ordering("name"))]
struct Pet {
    #[field(primary_key)]
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(related_name = "pets", on_delete = SetNull)]
    owner: Option<ForeignKey<Member>>,
}

async fn members(db: &Db) -> Result<(Vec<Member>, Vec<Club>)> {
    let (mut members, mut clubs) = (Vec::new(), Vec::new());
    for name in ["ann", "ben"] {
        members.push(Member::builder().name(name).create(db).await?);
    }
    for name in ["chess", "judo"] {
        clubs.push(Club::builder().name(name).create(db).await?);
    }
    Ok((members, clubs))
}

async fn roles(db: &Db) -> Result<Vec<String>> {
    let by_key = (Membership::member_id.asc(), Membership::club_id.asc());
    Membership::all()
        .order_by(by_key)
        .values(Membership::role)
        .fetch_all(db)
        .await
}

#[orm_test(models(Member, Club))]
async fn columns_of_the_model_in_between_are_written_and_read(db: Db) -> testudo::Result {
    let (members, clubs) = members(&db).await?;
    members[0].clubs.add(&db, &clubs).await?;
    let head = Membership::builder().member(&members[1]).role("head");
    clubs[0].memberships.create(&db, head).await?;
    assert_eq!(roles(&db).await?, ["guest", "guest", "head"]);

    let heads = Member::filter(
        Member::memberships().role.eq("head") & Member::memberships().club().name.eq("chess"),
    );
    assert_eq!(heads.get(&db).await?.name, "ben");
    let clubs_of_ben = Club::filter(Club::members().name.eq("ben"));
    assert_eq!(clubs_of_ben.get(&db).await?.name, "chess");
    let found = Member::all()
        .prefetch_related((Member::clubs(), Member::memberships().club()))
        .order_by(Member::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(found[0].clubs.get()?.len(), 2);
    let membership = &found[1].memberships.get()?[0];
    assert_eq!(
        (
            membership.role.as_str(),
            membership.club.get()?.name.as_str()
        ),
        ("head", "chess")
    );
    Ok(())
}

#[orm_test(models(Member, Club))]
async fn rows_are_tied_through_a_model_once_and_untied(db: Db) -> testudo::Result {
    let (members, clubs) = members(&db).await?;
    clubs[0].members.add(&db, &members).await?;
    members[0].clubs.add(&db, &clubs).await?;
    assert_eq!(Membership::all().count(&db).await?, 3);
    let mut kept = Membership::get(&db, (members[0].id, clubs[0].id)).await?;
    kept.role = "head".into();
    kept.save(&db).await?;
    members[0].clubs.add(&db, [&clubs[0]]).await?;
    assert_eq!(roles(&db).await?, ["head", "guest", "guest"]);
    members[0].clubs.remove(&db, [&clubs[0]]).await?;
    clubs[1].members.set(&db, [&members[1]]).await?;
    assert_eq!(members[1].clubs.all().count(&db).await?, 2);
    let founded = members[0]
        .clubs
        .create(&db, Club::builder().name("go"))
        .await?;
    assert_eq!(founded.members.all().get(&db).await?, members[0]);
    members[1].clubs.clear(&db).await?;
    assert_eq!(Membership::all().count(&db).await?, 1);
    Ok(())
}

#[orm_test(models(Member, Club))]
async fn a_column_in_between_that_has_no_default_is_asked_for_by_name(db: Db) -> testudo::Result {
    let (members, _) = members(&db).await?;
    let error = members[0]
        .following
        .add(&db, [&members[1]])
        .await
        .unwrap_err();
    assert_eq!(error.missing_fields(), ["since"]);
    let follow = Follow::builder()
        .follower(&members[0])
        .followed(&members[1]);
    follow.since(2020).create(&db).await?;
    let fetched = Member::all()
        .prefetch_related((Member::following(), Member::followers()))
        .order_by(Member::id.asc())
        .fetch_all(&db)
        .await?;
    assert_eq!(fetched[0].following.get()?[0].name, "ben");
    assert!(fetched[0].followers.get()?.is_empty());
    assert_eq!(fetched[1].followers.get()?[0].name, "ann");
    Ok(())
}

#[orm_test(models(Member, Pet))]
async fn rows_on_the_other_side_are_created_added_removed_and_set(db: Db) -> testudo::Result {
    let ann = Member::builder().name("ann").create(&db).await?;
    let ben = Member::builder().name("ben").create(&db).await?;
    let names = async |member: &Member| member.pets.all().values(Pet::name).fetch_all(&db).await;
    let cat = ann.pets.create(&db, Pet::builder().name("cat")).await?;
    let dog = Pet::builder().name("dog").create(&db).await?;
    ann.pets.add(&db, [&dog]).await?;
    assert_eq!(names(&ann).await?, ["cat", "dog"]);
    ben.pets.add(&db, [&dog]).await?;
    ann.pets.remove(&db, [&dog]).await?;
    assert_eq!(names(&ben).await?, ["dog"]);
    ben.pets.set(&db, [&cat]).await?;
    assert_eq!(names(&ben).await?, ["cat"]);
    assert!(names(&ann).await?.is_empty());
    ben.pets.clear(&db).await?;
    assert_eq!(Pet::filter(Pet::owner_id.is_null()).count(&db).await?, 2);
    Ok(())
}

#[orm_test(models(Member, Club))]
async fn rows_that_must_point_to_some_row_are_not_released(db: Db) -> testudo::Result {
    let (members, _) = members(&db).await?;
    let error = members[0].memberships.clear(&db).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Membership.member` may not be NULL, so a `Membership` always points to a row: delete it, or give it another `member`"
    );
    let unsaved = Member::builder().name("eve").build()?;
    let error = unsaved
        .pets
        .create(&db, Pet::builder().name("cat"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot create a row that points to it: this `Member` is not saved; create it first"
    );
    Ok(())
}
