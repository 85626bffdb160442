//! What must hold of loading, deciding and appending, over the memory backend.

mod account;
mod commands;
mod history;
mod snapshots;

use super::{CommandContext, Executed, Loaded, Repository};
use crate::memory::MemoryStorage;
use crate::storage::Storage;
use crate::store::{Append, Options, Store};
use crate::testing::Yielding;
use crate::{ExpectedVersion, NewEvent, Timestamp, Version};
use account::{Account, Balance, Command};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const STREAM: &str = "account-1";

type Accounts<S> = Repository<Account<1>, S>;

/// A tab: a repository over a store of its own, with places to switch at.
async fn tab(memory: &MemoryStorage) -> Accounts<Yielding<MemoryStorage>> {
    slow_tab(memory, 1).await
}

/// A tab in whose every operation the others come to their turn so many times.
async fn slow_tab(memory: &MemoryStorage, yields: usize) -> Accounts<Yielding<MemoryStorage>> {
    let storage = Yielding::slow(memory.connect(), yields);
    Repository::new(Store::open(storage, Options::default()).await.unwrap())
}

/// Carries out a command that is to succeed.
async fn done<S: Storage + 'static>(
    accounts: &Accounts<S>,
    command_id: &str,
    command: Command,
) -> Executed<Balance> {
    let context = CommandContext::new(command_id, NOW);
    accounts.execute(STREAM, &command, &context).await.unwrap()
}

/// Deposits `count` times 1.
async fn deposit<S: Storage + 'static>(accounts: &Accounts<S>, command_id: &str, count: usize) {
    done(accounts, command_id, Command::Deposit(vec![1; count])).await;
}

/// Appends an event as another build would have.
async fn append_foreign<S: Storage + 'static>(store: &Store<S>, event_type: &str, schema: u32) {
    let id = uuid::Uuid::from_u128(u128::from(store.tail()));
    let mut event = NewEvent::new(id, event_type, NOW, "[]");
    event.schema_version = Some(schema);
    let append = Append::to(STREAM, ExpectedVersion::Any, vec![event], NOW);
    store.append(append).await.unwrap();
}

/// The whole stream folded from its beginning, without snapshots.
async fn replayed<S: Storage + 'static>(accounts: &Accounts<S>) -> Loaded<Balance> {
    let everything = super::AsOf::Version(Version::MAX);
    accounts.load_as_of(STREAM, everything).await.unwrap()
}
