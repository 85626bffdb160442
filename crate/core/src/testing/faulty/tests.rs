use super::*;
use crate::memory::MemoryStorage;
use crate::testing::{block_on, ready};

fn batch(last: Position) -> StoredBatch {
    StoredBatch {
        last,
        bytes: vec![7],
    }
}

fn storage() -> (FaultyStorage<MemoryStorage>, Faults) {
    let faults = Faults::none();
    let storage = FaultyStorage::new(MemoryStorage::new(), faults.clone());
    (storage, faults)
}

async fn commit(storage: &impl Storage, tail: Position) -> Result<Commit> {
    let batch = batch(tail + 1);
    storage
        .commit(tail, ready(&[batch]), Durability::Strict)
        .await
}

fn code<T>(answer: Result<T>) -> Option<&'static str> {
    answer.err().map(|error| error.code())
}

#[test]
fn a_refused_write_changes_nothing_and_keeps_the_connection() {
    let (storage, faults) = storage();
    faults.next(Operation::Commit, Fault::quota_exceeded());
    block_on(async {
        assert_eq!(code(commit(&storage, 0).await), Some("quota_exceeded"));
        assert_eq!(storage.read_after(0, 1).await, Ok(vec![]));
        assert_eq!(commit(&storage, 0).await, Ok(Commit::Done));
    });
}

#[test]
fn a_lost_connection_stays_lost_until_reconnected() {
    for (fault, stored) in [
        (Fault::LostBefore, vec![]),
        (Fault::LostAfter, vec![batch(1)]),
    ] {
        let (storage, faults) = storage();
        faults.after(1, fault);
        block_on(async {
            assert_eq!(storage.read_after(0, 1).await, Ok(vec![]));
            assert_eq!(code(commit(&storage, 0).await), Some("connection_lost"));
            assert_eq!(
                code(storage.read_after(0, 1).await),
                Some("connection_lost")
            );
            assert_eq!(code(storage.destroy().await), Some("connection_lost"));
            assert_eq!(storage.inner().read_after(0, 9).await.as_ref(), Ok(&stored));

            faults.next(Operation::Reconnect, Fault::LostBefore);
            assert_eq!(code(storage.reconnect().await), Some("connection_lost"));
            assert_eq!(
                code(storage.read_record("a").await),
                Some("connection_lost")
            );
            assert_eq!(storage.reconnect().await, Ok(()));
            assert_eq!(storage.read_after(0, 9).await, Ok(stored));
        });
    }
}

#[test]
fn faults_of_a_kind_come_one_after_the_other_and_are_counted() {
    use Operation::{Commit as Committed, ReadRecord};
    let (storage, faults) = storage();
    faults.next(Committed, Fault::quota_exceeded());
    faults.next(Committed, Fault::Refused(Error::Aborted));
    block_on(async {
        assert_eq!(storage.read_record("a").await, Ok(None));
        assert_eq!(code(commit(&storage, 0).await), Some("quota_exceeded"));
        assert_eq!(code(commit(&storage, 0).await), Some("aborted"));
        assert_eq!(commit(&storage, 0).await, Ok(Commit::Done));
    });
    assert_eq!(
        faults.calls(),
        [ReadRecord, Committed, Committed, Committed]
    );
}

#[test]
fn a_closed_connection_answers_closed() {
    let (storage, faults) = storage();
    faults.next(Operation::Commit, Fault::LostBefore);
    faults.lose_connection();
    block_on(async {
        storage.close().await;
        assert_eq!(commit(&storage, 0).await, Err(Error::Closed.into()));
        assert_eq!(storage.reconnect().await, Err(Error::Closed.into()));
    });
}

#[test]
fn a_seed_gives_the_same_faults_of_every_kind_again() {
    let run = |seed| {
        let faults = Faults::seeded(seed, 3);
        let storage = FaultyStorage::new(MemoryStorage::new(), faults.clone());
        block_on(async {
            let mut answers = Vec::new();
            for _ in 0..300 {
                let tail = storage
                    .inner()
                    .read_after(0, usize::MAX)
                    .await
                    .unwrap()
                    .len();
                answers.push((tail, commit(&storage, tail as Position).await));
                while storage.reconnect().await.is_err() {}
            }
            faults.calm();
            assert_eq!(commit(&storage, 0).await, Ok(Commit::Behind));
            answers
        })
    };
    let answers = run(1);
    assert_eq!(answers, run(1));
    assert_ne!(answers, run(2));

    let stored_next = |pair: &[(usize, _)]| pair[1].0 > pair[0].0;
    let code = |answer: &Result<Commit>| answer.as_ref().err().map(|error| error.code());
    let lost = |pair: &&[(usize, Result<Commit>)]| code(&pair[0].1) == Some("connection_lost");
    let refused = |(_, answer): &_| code(answer) == Some("quota_exceeded");
    assert!(answers.iter().any(refused));
    assert!(answers.windows(2).filter(lost).any(stored_next));
    assert!(!answers.windows(2).filter(lost).all(stored_next));
}
