//! Queries on event types and tags: filters of reads and conditions of appends.

use crate::limits::{MAX_EVENT_TYPE_BYTES, MAX_QUERY_TERMS, MAX_TAG_BYTES, check_text};
use crate::{Error, Position, RecordedEvent, Result};

/// An OR of items. A query without items matches every event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The alternatives.
    pub items: Vec<QueryItem>,
}

/// One alternative: the event has one of the types, and all of the tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryItem {
    /// Any of these types; none given: every type.
    pub types: Vec<String>,
    /// All of these tags; none given: whatever tags.
    pub tags: Vec<String>,
}

/// What must not have happened: an event after a position that matches a query.
///
/// This is the append condition of the Dynamic Consistency Boundary (dcb.events).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What must not be there.
    pub fail_if: Query,
    /// Events up to and including this position do not count; 0 counts every event.
    pub after: Position,
}

impl Query {
    /// A query for any of `types`.
    pub fn types<T: Into<String>>(types: impl IntoIterator<Item = T>) -> Self {
        let types = types.into_iter().map(Into::into).collect();
        Self {
            items: vec![QueryItem {
                types,
                tags: Vec::new(),
            }],
        }
    }

    /// A query for all of `tags`.
    pub fn tags<T: Into<String>>(tags: impl IntoIterator<Item = T>) -> Self {
        let tags = tags.into_iter().map(Into::into).collect();
        Self {
            items: vec![QueryItem {
                types: Vec::new(),
                tags,
            }],
        }
    }

    /// Whether every event matches.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.items.is_empty()
            || self
                .items
                .iter()
                .any(|item| item.types.is_empty() && item.tags.is_empty())
    }

    /// Whether `event` matches.
    #[must_use]
    pub fn matches(&self, event: &RecordedEvent<'_>) -> bool {
        self.items.is_empty() || self.items.iter().any(|item| item.matches(event))
    }

    /// Checks the query against the stated limits. `field` begins the path in the error.
    ///
    /// # Errors
    /// `invalid_input` naming what is wrong.
    pub fn check(&self, field: &str) -> Result<()> {
        let few = |name: String, count: usize| {
            if count > MAX_QUERY_TERMS {
                return Err(Error::invalid(
                    name,
                    format!("has {count} entries; the limit is {MAX_QUERY_TERMS}"),
                ));
            }
            Ok(())
        };
        few(field.to_owned(), self.items.len())?;
        for (index, item) in self.items.iter().enumerate() {
            few(format!("{field}.{index}.types"), item.types.len())?;
            few(format!("{field}.{index}.tags"), item.tags.len())?;
            for event_type in &item.types {
                check_text(
                    format_args!("{field}.{index}.types"),
                    event_type,
                    MAX_EVENT_TYPE_BYTES,
                )?;
            }
            for tag in &item.tags {
                check_text(format_args!("{field}.{index}.tags"), tag, MAX_TAG_BYTES)?;
            }
        }
        Ok(())
    }
}

impl QueryItem {
    /// Whether `event` has one of the types and all of the tags.
    #[must_use]
    pub fn matches(&self, event: &RecordedEvent<'_>) -> bool {
        (self.types.is_empty() || self.types.iter().any(|known| known == event.event_type))
            && self.tags.iter().all(|tag| event.tags.contains(tag))
    }
}
