//! 64-bit integers as JSON strings: a JSON number above 2^53 is changed by
//! most programs that read it.

use std::fmt::{Display, Formatter};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

/// A number in a string. It is read without a copy of the string: a large cluster's state has a hundred thousand.
struct Decimal<T>(T);

struct Digits<T>(PhantomData<T>);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Decimal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits(PhantomData))
    }
}

impl<T: FromStr<Err: Display>> Visitor<'_> for Digits<T> {
    type Value = Decimal<T>;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a string of digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal<T>, E> {
        text.parse().map(Decimal).map_err(E::custom)
    }
}

pub(in crate::admin) fn serialize<T: Display, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(in crate::admin) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    Decimal::deserialize(deserializer).map(|decimal| decimal.0)
}

/// The same for a number that may be absent.
pub(in crate::admin) mod option {
    use super::{Decimal, Deserialize, Deserializer, Display, FromStr, Serializer};

    #[expect(clippy::ref_option, reason = "the signature is serde's")]
    pub(in crate::admin) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::admin) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Ok(Option::<Decimal<T>>::deserialize(deserializer)?.map(|decimal| decimal.0))
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{from_str, from_value, json, to_string};

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Numbers {
        #[serde(with = "super")]
        whole: u64,
        #[serde(default, skip_serializing_if = "Option::is_none", with = "super::option")]
        perhaps: Option<i64>,
    }

    #[test]
    fn numbers_are_strings_in_json_and_come_back_whole() {
        let numbers = Numbers { whole: u64::MAX, perhaps: Some(i64::MIN) };
        let text = to_string(&numbers).unwrap();
        assert_eq!(text, r#"{"whole":"18446744073709551615","perhaps":"-9223372036854775808"}"#);
        assert_eq!(from_str::<Numbers>(&text).unwrap(), numbers);
        // Out of a value the string is not borrowed.
        assert_eq!(from_value::<Numbers>(from_str(&text).unwrap()).unwrap(), numbers);
    }

    #[test]
    fn what_is_absent_or_null_is_none() {
        let none = Numbers { whole: 1, perhaps: None };
        assert_eq!(from_str::<Numbers>(r#"{"whole":"1"}"#).unwrap(), none);
        assert_eq!(from_value::<Numbers>(json!({"whole": "1", "perhaps": null})).unwrap(), none);
    }

    #[test]
    fn what_is_no_string_or_no_number_is_refused() {
        for wrong in
            [r#"{"whole":1}"#, r#"{"whole":"x"}"#, r#"{"whole":"-1"}"#, r#"{"whole":"1","perhaps":2}"#]
        {
            assert!(from_str::<Numbers>(wrong).is_err(), "{wrong}");
        }
    }
}
