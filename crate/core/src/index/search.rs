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

impl Plan {
    /// Whether events match for their types alone, so that all of them are looked at.
    const fn scans(&self) -> bool {
        self.everything || self.untagged.is_some()
    }
}

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
        let mut found = Vec::new();
        if plan.scans() {
            for position in after + 1..=upto {
                if found.len() == limit {
                    break;
                }
                if self.has_type(&plan, position) {
                    found.push(position);
                }
            }
        }
        for item in &plan.tagged {
            let wanted = |position| self.holds(item, position);
            let range = (after, upto);
            found.append(&mut self.tags.ascending(item.rarest, range, limit, wanted));
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
        let mut found = Vec::new();
        if plan.scans() {
            for position in (1..=upto).rev() {
                if found.len() == limit {
                    break;
                }
                if self.has_type(&plan, position) {
                    found.push(position);
                }
            }
        }
        for item in &plan.tagged {
            let wanted = |position| self.holds(item, position);
            found.append(&mut self.tags.descending(item.rarest, upto, limit, wanted));
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
        if plan.everything {
            return plan;
        }
        for item in &query.items {
            if item.tags.is_empty() {
                self.add_types(&mut plan.untagged, &item.types);
            } else if let Some(item) = self.plan_tagged(item) {
                plan.tagged.push(item);
            }
        }
        plan
    }

    /// An item with tags; `None` if it asks for what no event has.
    fn plan_tagged(&self, item: &QueryItem) -> Option<TaggedItem> {
        let mut others = Vec::with_capacity(item.tags.len());
        for tag in &item.tags {
            others.push(self.tags.names.find(tag)?);
        }
        let count = |at: &usize| others.get(*at).map_or(0, |tag| self.tags.head(*tag).count);
        let at = (0..others.len()).min_by_key(count)?;
        let rarest = others.swap_remove(at);
        let mut types = None;
        self.add_types(&mut types, &item.types);
        if types.is_none() && !item.types.is_empty() {
            return None;
        }
        Some(TaggedItem {
            types,
            rarest,
            others,
        })
    }

    /// Adds those types that are known; the set stays `None` as long as there are none.
    fn add_types(&self, set: &mut Option<TypeSet>, types: &[String]) {
        for name in types {
            if let Some(kind) = self.types.find(name) {
                let set = set.get_or_insert_with(|| TypeSet(vec![false; self.types.len()]));
                if let Some(contained) = set.0.get_mut(usize::from(kind)) {
                    *contained = true;
                }
            }
        }
    }

    /// Whether the event matches for its type alone.
    fn has_type(&self, plan: &Plan, position: u32) -> bool {
        let contains = |types: &TypeSet| types.contains(self.kind(position));
        plan.everything || plan.untagged.as_ref().is_some_and(contains)
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
