//! Money is exact.

use daybook_core::json::FromJson;
use proptest::prelude::*;

use crate::money::{MoneyError, Sum};
use crate::{Amount, Currency};

/// The amount as a whole number of millionths, by another way than the library's.
fn model(text: &str) -> i128 {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: i128 = format!("{fraction:0<6}").parse().unwrap();
    sign * (whole.parse::<i128>().unwrap() * 1_000_000 + fraction)
}

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

#[test]
fn amounts_are_shown_with_their_currencys_decimals() {
    for (text, code, shown) in [
        ("44.9", "EUR", "44.90"),
        ("0", "USD", "0.00"),
        ("7", "JPY", "7"),
        ("7.0", "JPY", "7"),
        ("7.5", "JPY", "7.5"),
        ("1.5", "KWD", "1.500"),
        ("1.005", "USD", "1.005"),
        ("-3.1", "USD", "-3.10"),
        ("100", "VND", "100"),
        ("1000.000000", "EUR", "1000.00"),
    ] {
        let amount = Amount::recorded(text).unwrap();
        assert_eq!(amount.in_currency(currency(code)), shown);
    }
}

#[test]
fn every_currency_has_at_most_three_decimals_and_its_own_code() {
    let codes: std::collections::BTreeSet<_> = Currency::all().collect();
    assert_eq!(codes.len(), Currency::all().count());
    assert!(codes.iter().all(|currency| currency.decimals() <= 3));
    assert_eq!(currency("JPY").decimals(), 0);
    assert_eq!(currency("USD").decimals(), 2);
    assert_eq!(currency("KWD").decimals(), 3);
}

#[test]
fn recorded_amounts_are_plain_decimals_too() {
    let endless = "9".repeat(1 << 20);
    for text in [
        "", "-", "1e5", "NaN", "Infinity", "1,0", "5.", ".5", "+1", "🌻", "٣", &endless,
    ] {
        assert!(Amount::recorded(text).is_err(), "{text:.20}");
    }
    let too_precise = Amount::recorded("0.1234567");
    assert!(matches!(too_precise, Err(MoneyError::TooPrecise { .. })));
    assert!(Amount::recorded("0.1234560000").is_ok());
    assert!(Amount::from_json("44.98").is_err());
    assert!(Amount::from_json("\"44.98\"").is_ok());
}

#[test]
fn what_cannot_be_computed_exactly_is_an_error() {
    let most = Amount::recorded(&format!("{}.999999", "9".repeat(22))).unwrap();
    assert_eq!(most.times(1_000_000), Err(MoneyError::Overflow));
    let ten = |sum: Amount| sum.plus(sum);
    let overflow = (0..10).try_fold(most, |sum, _| ten(sum));
    assert_eq!(overflow, Err(MoneyError::Overflow));
}

proptest! {
    #[test]
    fn sums_and_products_are_those_of_whole_numbers(
        a in "-?[0-9]{1,12}(\\.[0-9]{1,6})?",
        b in "-?[0-9]{1,12}(\\.[0-9]{1,6})?",
        quantity in 0_u32..1_000_000,
    ) {
        let (x, y) = (Amount::recorded(&a).unwrap(), Amount::recorded(&b).unwrap());
        prop_assert_eq!(x.plus(y).unwrap().millionths(), model(&a) + model(&b));
        prop_assert_eq!(x.times(quantity).unwrap().millionths(), model(&a) * i128::from(quantity));
        prop_assert_eq!(x.cmp(&y), model(&a).cmp(&model(&b)));
        let mut sum = Sum::default();
        sum.add(x);
        sum.subtract(y);
        prop_assert_eq!(model(&sum.in_currency(Currency::USD)), model(&a) - model(&b));
    }

    #[test]
    fn a_recorded_amount_is_written_as_it_was_read(text in "-?(0|[1-9][0-9]{0,21})(\\.[0-9]{1,6})?") {
        let amount = Amount::recorded(&text).unwrap();
        if amount.millionths() != 0 {
            prop_assert_eq!(amount.to_string(), &*text);
        }
        prop_assert_eq!(model(&amount.in_currency(Currency::USD)), model(&text));
    }

    #[test]
    fn no_text_makes_parsing_panic(text in "\\PC{0,40}") {
        let plain = !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && text.bytes().filter(|b| *b == b'.').count() <= 1
            && !text.starts_with('.') && !text.ends_with('.');
        if !plain {
            prop_assert!(Amount::price(&text, Currency::USD).is_err());
            prop_assert!(Amount::payment(&text).is_err());
        }
    }
}
