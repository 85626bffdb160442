//! Who buys, what is sold, and what people say.

use crate::splitmix::SplitMix64;

/// How many customers the shop has.
const CUSTOMERS: u64 = 200;

/// Customers with names of their own.
const NAMES: [&str; 12] = [
    "Ada Lovelace",
    "Zoë Brandão",
    "田中 さくら",
    "Łukasz Żak",
    "נועה לוי",
    "Nguyễn Thị Lan",
    "فاطمة حسن",
    "Ольга Смирнова",
    "Søren Ærø",
    "Mía 🌻 Peña",
    "김서연",
    "Γιώργος Παππάς",
];

const GIVEN: [&str; 20] = [
    "Alma", "Bruno", "Clara", "Dmitri", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jonas", "Kezia",
    "Leo", "Maya", "Nils", "Olive", "Pavel", "Quinn", "Rosa", "Sven", "Tara",
];

const FAMILY: [&str; 20] = [
    "Adler", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen",
    "Kaya", "Lind", "Moreau", "Novak", "Okafor", "Patel", "Rossi", "Silva", "Tanaka", "Weber",
];

/// A product: its id and its price in hundredths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub(super) id: &'static str,
    pub(super) cents: u64,
}

const fn product(id: &'static str, cents: u64) -> Product {
    Product { id, cents }
}

pub(super) const PRODUCTS: [Product; 24] = [
    product("fountain-pen", 3900),
    product("ink-blue-black", 1250),
    product("ink-sepia", 1250),
    product("notebook-a5-dotted", 1495),
    product("notebook-a4-ruled", 1995),
    product("daybook-2-columns", 2249),
    product("ledger-cloth-bound", 4480),
    product("pencil-2b", 180),
    product("pencil-box", 2400),
    product("eraser", 120),
    product("brass-sharpener", 890),
    product("ruler-30cm", 650),
    product("desk-lamp", 7900),
    product("blotting-paper", 540),
    product("envelopes-50", 899),
    product("sealing-wax", 1120),
    product("letter-opener", 1750),
    product("paperweight", 2990),
    product("calendar-wall", 1699),
    product("postcards-10", 999),
    product("tea-assam", 745),
    product("tea-sencha", 985),
    product("mug-stoneware", 1600),
    product("gift-card", 2500),
];

/// Why orders are cancelled.
pub(super) const CANCELLED: [&str; 6] = [
    "changed my mind",
    "ordered twice",
    "found it elsewhere",
    "delivery would take too long",
    "wrong address",
    "not paid in time",
];

/// Why money is given back.
pub(super) const REFUNDED: [&str; 5] = [
    "arrived damaged",
    "not as described",
    "never arrived",
    "wrong colour",
    "returned unopened",
];

/// A customer: some buy often, most now and then.
pub(super) fn customer(random: &mut SplitMix64) -> String {
    let among = random.below(CUSTOMERS) + 1;
    let number = usize::try_from(random.below(among)).unwrap_or_default();
    if let Some(name) = NAMES.get(number) {
        return (*name).to_owned();
    }
    // Each pair of names comes up once among 400 numbers.
    let (column, row) = (number % GIVEN.len(), number / GIVEN.len());
    let given = GIVEN.get(column).copied().unwrap_or_default();
    let family = FAMILY
        .get((column * 7 + row) % FAMILY.len())
        .copied()
        .unwrap_or_default();
    format!("{given} {family}")
}
