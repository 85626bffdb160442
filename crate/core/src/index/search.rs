//! Queries answered from the index alone.

use crate::Position;
use crate::query::{Query, QueryItem};

use super::{Index, narrow, widen};

/// A query in the index's numbers: what can match at all.
#[derive(Debug, Default)]
struct Plan {
    everything: bool,
    /// The types of all items without tags; `None` if there is no such item.
    untagged: Option<TypeSet>,
    tagged: Vec<TaggedItem>,
}

/// An item with tags, all of which are known.
#[derive(Debug)]
struct TaggedItem {
    /// The types it asks for; `None`: every type.
    types: Option<TypeSet>,
    /// The tag with the fewest events, whose chain is walked.
    rarest: u32,
    others: Vec<u32>,
}

/// For each type's number, whether it is in the set.
#[derive(Debug)]
struct TypeSet(Vec<bool>);

impl TypeSet {
    fn contains(&self, kind: u16) -> bool {
        self.0.get(usize::from(kind)).copied().unwrap_or(false)
    }
}

impl Index {
    /// The position of the first event after `after` that matches; exact, and reads nothing.
    #[must_use]
    pub fn first_match(&self, query: &Query, after: Position) -> Option<Position> {
        self.matches_after(query, after, self.tail(), 1)
            .first()
            .copied()
    }

    /// The positions in `after < position <= upto` of events that match, ascending, at most `limit`:
    /// the first ones.
    #[must_use]
    pub fn matches_after(
        &self,
        query: &Query,
        after: Position,
        upto: Position,
        limit: usize,
    ) -> Vec<Position> {
        let (after, upto) = (narrow(after), narrow(upto.min(self.tail())));
        if after >= upto || limit == 0 {
            return Vec::new();
        }
        let plan = self.plan(query);
        if plan.everything {
            return widen((after + 1..=upto).take(limit).collect());
        }
        let mut found = plan.untagged.as_ref().map_or_else(Vec::new, |types| {
            (after + 1..=upto)
                .filter(|&position| types.contains(self.kind(position)))
                .take(limit)
                .collect()
        });
        for item in &plan.tagged {
            let wanted = |position| self.holds(item, position);
            let matches = self
                .tags
                .ascending(item.rarest, (after, upto), limit, wanted);
            found.extend(matches);
        }
        let mut found = widen(found);
        found.sort_unstable();
        found.dedup();
        found.truncate(limit);
        found
    }

    /// The positions below `before` of events that match, descending, at most `limit`: the last ones.
    #[must_use]
    pub fn matches_before(&self, query: &Query, before: Position, limit: usize) -> Vec<Position> {
        // The tail can be the greatest u32 there is, so "before" is turned into "up to".
        let upto = narrow(before.saturating_sub(1).min(self.tail()));
        if upto == 0 || limit == 0 {
            return Vec::new();
        }
        let plan = self.plan(query);
        if plan.everything {
            return widen((1..=upto).rev().take(limit).collect());
        }
        let mut found = plan.untagged.as_ref().map_or_else(Vec::new, |types| {
            (1..=upto)
                .rev()
                .filter(|&position| types.contains(self.kind(position)))
                .take(limit)
                .collect()
        });
        for item in &plan.tagged {
            let wanted = |position| self.holds(item, position);
            found.extend(self.tags.descending(item.rarest, upto, limit, wanted));
        }
        let mut found = widen(found);
        found.sort_unstable();
        found.reverse();
        found.dedup();
        found.truncate(limit);
        found
    }

    fn plan(&self, query: &Query) -> Plan {
        let mut plan = Plan {
            everything: query.is_everything(),
            ..Plan::default()
        };
        let untagged = query.items.iter().filter(|item| item.tags.is_empty());
        plan.untagged = self.type_set(untagged.flat_map(|item| &item.types));
        plan.tagged = query
            .items
            .iter()
            .filter_map(|item| self.plan_tagged(item))
            .collect();
        plan
    }

    /// An item with tags; `None` if it has none, or asks for what no event has.
    fn plan_tagged(&self, item: &QueryItem) -> Option<TaggedItem> {
        let numbers = item.tags.iter().map(|tag| self.tags.names.find(tag));
        let mut others = numbers.collect::<Option<Vec<u32>>>()?;
        let count = |at: &usize| others.get(*at).map_or(0, |tag| self.tags.head(*tag).count);
        let at = (0..others.len()).min_by_key(count)?;
        let rarest = others.swap_remove(at);
        let types = match self.type_set(&item.types) {
            None if !item.types.is_empty() => return None,
            types => types,
        };
        Some(TaggedItem {
            types,
            rarest,
            others,
        })
    }

    /// The set of those types that are known; `None` if there are none.
    fn type_set<'a>(&self, types: impl IntoIterator<Item = &'a String>) -> Option<TypeSet> {
        let mut set = vec![false; self.types.len()];
        let mut any = false;
        for kind in types.into_iter().filter_map(|name| self.types.find(name)) {
            if let Some(contained) = set.get_mut(usize::from(kind)) {
                *contained = true;
                any = true;
            }
        }
        any.then_some(TypeSet(set))
    }

    /// Whether the event, which has the item's rarest tag, matches the item.
    fn holds(&self, item: &TaggedItem, position: u32) -> bool {
        let kind = self.kind(position);
        item.types.as_ref().is_none_or(|types| types.contains(kind))
            && item.others.iter().all(|&tag| self.tags.has(position, tag))
    }

    fn kind(&self, position: u32) -> u16 {
        self.kinds.get(position - 1)
    }
}
