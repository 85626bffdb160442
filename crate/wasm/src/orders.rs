//! The order book: typed commands and read models.
