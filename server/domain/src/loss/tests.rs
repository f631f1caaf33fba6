//! What a takeover loses, from what both pools told before it.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::ownership::Epoch;

fn fqdn(name: &str) -> Fqdn {
    Fqdn::parse(name).unwrap()
}

fn at(sequence: u64) -> Position {
    Position {
        epoch: Epoch(0),
        sequence,
    }
}

fn tallies(entries: &[(DocumentKind, u64)]) -> Tallies {
    entries
        .iter()
        .map(|&(kind, count)| {
            (
                kind,
                Tally {
                    count,
                    bytes: count * 10,
                },
            )
        })
        .collect()
}

fn evidence(is_final: bool) -> LossEvidence {
    LossEvidence {
        is_older_store: false,
        last_heartbeat: Some(HeadReport {
            head: at(20),
            written: tallies(&[
                (DocumentKind::Contact, 15),
                (DocumentKind::ConferenceContent, 5),
            ]),
            age: Duration::from_secs(40),
            is_final,
        }),
        imported: BTreeMap::from([
            (
                BackupModule::PresenceFocus,
                ImportReport {
                    imported: at(14),
                    contained: Some(tallies(&[(DocumentKind::Contact, 12)])),
                    copy_age: Some(Duration::from_secs(50)),
                },
            ),
            (
                BackupModule::DataConf,
                ImportReport {
                    imported: at(9),
                    contained: Some(tallies(&[(DocumentKind::ConferenceContent, 3)])),
                    copy_age: Some(Duration::from_secs(90)),
                },
            ),
        ]),
    }
}

fn statement(evidence: &LossEvidence) -> LossStatement {
    state_loss(
        &fqdn("pool1.contoso.com"),
        &fqdn("pool2.contoso.com"),
        evidence,
    )
}

#[test]
fn a_pool_that_had_stopped_writing_is_counted_exactly() {
    let statement = statement(&evidence(true));
    assert_eq!(statement.records(), Bound::Exact(3));
    assert_eq!(statement.files(), Bound::Exact(2));
    assert_eq!(statement.bytes(), Bound::Exact(50));
    assert_eq!(
        statement.copy_age,
        Some(Duration::from_secs(90)),
        "the older of the two copies"
    );
    assert_eq!(statement.confidence, Confidence::Complete);
}

#[test]
fn a_pool_that_went_dark_is_a_lower_bound_and_says_so() {
    let statement = statement(&evidence(false));
    assert_eq!(statement.records(), Bound::AtLeast(3));
    assert_eq!(statement.records().upper(), None);
    assert!(
        statement
            .describe()
            .iter()
            .any(|line| line.contains("cannot be counted"))
    );
}

#[test]
fn nothing_heard_is_nothing_claimed() {
    let statement = statement(&LossEvidence::default());
    assert_eq!(statement.records(), Bound::Unknown);
    assert_eq!(statement.copy_age, None);
    assert!(statement.covers(DocumentKind::Contact, at(1)));
}

#[test]
fn a_pool_that_lost_its_store_cannot_say_what_is_lost() {
    let statement = statement(&LossEvidence {
        is_older_store: true,
        ..evidence(false)
    });
    assert_eq!(statement.confidence, Confidence::StoreRestored);
    assert_eq!(
        (statement.records(), statement.copy_age),
        (Bound::Unknown, None)
    );
    assert!(statement.describe()[0].contains("was replaced, or restored"));
    let budget: LossBudget = "records=1000000".parse().unwrap();
    assert!(
        !budget.check(&statement).is_empty(),
        "what cannot be counted is in no budget"
    );
}

#[test]
fn each_module_has_its_own_watermark() {
    let statement = statement(&evidence(false));
    assert!(!statement.covers(DocumentKind::Contact, at(14)));
    assert!(statement.covers(DocumentKind::Contact, at(15)));
    assert!(statement.covers(DocumentKind::ConferenceContent, at(10)));
}

#[test]
fn a_rebuilt_store_that_knows_no_counts_gives_an_upper_bound() {
    let mut evidence = evidence(true);
    for report in evidence.imported.values_mut() {
        report.contained = None;
    }
    assert_eq!(statement(&evidence).records(), Bound::AtMost(15));
}

#[test]
fn a_budget_is_read_and_compared() {
    let budget: LossBudget = "records=0, files=3,age=30s".parse().unwrap();
    let excess = budget.check(&statement(&evidence(true)));
    let terms: Vec<LossTerm> = excess.iter().map(|excess| excess.term).collect();
    assert_eq!(terms, [LossTerm::Records, LossTerm::Age]);
    assert_eq!(excess[0].over, Some(3));
    assert_eq!(excess[1].over, Some(60));
    assert!(
        "records=3,files=2,age=90s,bytes=50"
            .parse::<LossBudget>()
            .unwrap()
            .check(&statement(&evidence(true)))
            .is_empty()
    );
}

#[test]
fn an_open_tail_needs_an_age_to_be_accepted() {
    let dark = statement(&evidence(false));
    let without_age: LossBudget = "records=100,files=100".parse().unwrap();
    assert_eq!(
        without_age.check(&dark).len(),
        2,
        "nobody can promise a number"
    );
    let with_age: LossBudget = "records=100,files=100,age=2min".parse().unwrap();
    assert!(with_age.check(&dark).is_empty());
}

#[test]
fn budgets_that_are_none() {
    for text in [
        "",
        "records",
        "records=",
        "records=-1",
        "records=1,records=2",
        "age=5",
        "age=5weeks",
        "bytes=3XB",
        "users=1",
        "records=1,",
    ] {
        assert!(text.parse::<LossBudget>().is_err(), "{text:?} was accepted");
    }
}

#[test]
fn a_budget_reads_back_what_it_writes() {
    for text in [
        "records=0",
        "files=3,age=30s",
        "records=1,files=2,bytes=1048576,age=3600s",
    ] {
        let budget: LossBudget = text.parse().unwrap();
        assert_eq!(budget.to_string().parse::<LossBudget>().unwrap(), budget);
    }
    assert_eq!(
        "bytes=1MB".parse::<LossBudget>().unwrap().bytes,
        Some(1_048_576)
    );
}

proptest::proptest! {
    /// A budget forgives exactly what it allows: the stated loss passes, one less of anything does not.
    #[test]
    fn a_budget_is_exact(written in 0..1_000u64, arrived in 0..1_000u64, age in 0..1_000u64) {
        let arrived = arrived.min(written);
        let mut evidence = evidence(true);
        let head = evidence.last_heartbeat.as_mut().unwrap();
        head.written = tallies(&[(DocumentKind::Contact, written)]);
        for report in evidence.imported.values_mut() {
            report.contained = Some(tallies(&[(DocumentKind::Contact, arrived)]));
            report.copy_age = Some(Duration::from_secs(age));
        }
        let statement = statement(&evidence);
        let lost = written - arrived;
        proptest::prop_assert_eq!(statement.records(), Bound::Exact(lost));
        let budget = |records, age| LossBudget { records: Some(records), age: Some(Duration::from_secs(age)), ..LossBudget::default() };
        proptest::prop_assert!(budget(lost, age).check(&statement).is_empty());
        if let (Some(records), Some(age)) = (lost.checked_sub(1), age.checked_sub(1)) {
            proptest::prop_assert_eq!(budget(records, age).check(&statement).len(), 2);
        }
        let written = budget(lost, age).to_string();
        proptest::prop_assert_eq!(written.parse::<LossBudget>().ok(), Some(budget(lost, age)));
    }
}

#[test]
fn ages_as_people_say_them() {
    let said = |seconds| human_age(Duration::from_secs(seconds));
    assert_eq!(
        [said(0), said(61), said(7_500), said(90_000)],
        ["0 s", "1 min 1 s", "2 h 5 min", "1 d 1 h"]
    );
}
