//! A toy aggregate: an account that money is paid into and taken from, never more than is there.

use crate::aggregate::Aggregate;
use crate::codec::{Damaged, Reader, Writer};
use crate::domain::{Domain, EncodedEvent};
use crate::upcast::Upcaster;
use crate::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Deposited(u64),
    Withdrawn(u64),
}

pub(super) struct Money;

impl Domain for Money {
    type Event<'a> = Event;

    const UPCASTERS: &'static [Upcaster] = &[];

    fn knows(event_type: &str, schema_version: u32) -> bool {
        schema_version == 1 && ["Deposited", "Withdrawn"].contains(&event_type)
    }

    fn decode(event_type: &str, _: u32, data: &str) -> Result<Option<Event>> {
        let amount = data
            .parse()
            .map_err(|_| Error::invalid("data", "is not an amount"))?;
        Ok(Some(match event_type {
            "Deposited" => Event::Deposited(amount),
            _ => Event::Withdrawn(amount),
        }))
    }

    fn encode(event: &Event) -> EncodedEvent {
        let (event_type, amount) = match event {
            Event::Deposited(amount) => ("Deposited", amount),
            Event::Withdrawn(amount) => ("Withdrawn", amount),
        };
        EncodedEvent {
            event_type,
            schema_version: 1,
            tags: Vec::new(),
            data: amount.to_string(),
        }
    }
}

/// The balance, and a digest of every event in order: events missing, doubled or exchanged show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Balance {
    pub(super) amount: u64,
    pub(super) digest: u64,
}

#[derive(Debug, Clone)]
pub(super) enum Command {
    /// One event for each amount.
    Deposit(Vec<u64>),
    /// Refused when there is not so much.
    Withdraw(u64),
    /// Pays in what is missing; nothing, when there is enough.
    TopUpTo(u64),
}

/// The aggregate, whose snapshots have the shape `SHAPE`.
pub(super) struct Account<const SHAPE: u32>;

impl<const SHAPE: u32> Aggregate for Account<SHAPE> {
    type Domain = Money;
    type State = Balance;
    type Command = Command;

    const NAME: &'static str = "account";
    const STATE_VERSION: u32 = SHAPE;

    fn decide(balance: &Balance, command: &Command) -> Result<Vec<Event>> {
        match command {
            Command::Deposit(amounts) if amounts.contains(&0) => {
                Err(Error::invalid("amount", "must be 1 or more"))
            }
            Command::Deposit(amounts) => {
                Ok(amounts.iter().copied().map(Event::Deposited).collect())
            }
            Command::Withdraw(amount) if *amount > balance.amount => {
                Err(Box::new(Error::RuleBroken {
                    rule: "enough_money".to_owned(),
                    subject: "the account".to_owned(),
                    status: balance.amount.to_string(),
                    message: "there is not enough money".to_owned(),
                }))
            }
            Command::Withdraw(amount) => Ok(vec![Event::Withdrawn(*amount)]),
            Command::TopUpTo(amount) => Ok(match amount.saturating_sub(balance.amount) {
                0 => Vec::new(),
                missing => vec![Event::Deposited(missing)],
            }),
        }
    }

    fn evolve(balance: &mut Balance, event: &Event) {
        let step = match *event {
            Event::Deposited(amount) => {
                balance.amount += amount;
                2 * amount
            }
            Event::Withdrawn(amount) => {
                balance.amount -= amount;
                2 * amount + 1
            }
        };
        balance.digest = balance.digest.wrapping_mul(31).wrapping_add(step);
    }

    fn save(balance: &Balance) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.uint(balance.amount);
        writer.uint(balance.digest);
        writer.into_bytes()
    }

    fn restore(bytes: &[u8]) -> Option<Balance> {
        let read = |reader: &mut Reader<'_>| {
            let (amount, digest) = (reader.uint()?, reader.uint()?);
            reader.end()?;
            Ok::<_, Damaged>(Balance { amount, digest })
        };
        read(&mut Reader::new(bytes)).ok()
    }
}
