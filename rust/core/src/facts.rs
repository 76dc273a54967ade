//! Facts declared once: settings with their defaults and bounds, and the names that stand for numbers.
//!
//! [`settings!`](crate::settings) makes a struct of settings, [`names!`](crate::names) an enum whose variants have
//! names. Both can be read as data, so that bindings, documents and tests need no second list.
use crate::error::{CoreError, Result};
use std::fmt;

/// What a number may be. Numbers that are not finite are never within.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// Both ends are allowed.
    Closed(f64, f64),
    /// Neither end is allowed.
    Open(f64, f64),
}

impl Bounds {
    /// Above 0.
    pub const POSITIVE: Self = Self::Open(0.0, f64::INFINITY);
    /// Any number.
    pub const ANY: Self = Self::Open(f64::NEG_INFINITY, f64::INFINITY);

    /// Whether `x` is allowed.
    #[must_use]
    pub fn contains(self, x: f64) -> bool {
        x.is_finite()
            && match self {
                Self::Closed(low, high) => low <= x && x <= high,
                Self::Open(low, high) => low < x && x < high,
            }
    }

    /// Both ends, and whether they are allowed.
    #[must_use]
    pub fn ends(self) -> (f64, f64, bool) {
        match self {
            Self::Closed(low, high) => (low, high, true),
            Self::Open(low, high) => (low, high, false),
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Closed(low, f64::INFINITY) => write!(f, "{low} and above"),
            Self::Open(low, f64::INFINITY) => write!(f, "the numbers above {low}"),
            Self::Closed(low, high) => write!(f, "{low}..{high}"),
            Self::Open(low, high) => write!(f, "({low}, {high})"),
        }
    }
}

/// A setting's value, free of its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any number.
    Float(f64),
    /// Several numbers.
    Floats(Vec<f64>),
    /// One of a list of names.
    Name(String),
}

/// What values a setting has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// Whole numbers; the name of the column type that holds them.
    Int(&'static str),
    /// Numbers.
    Float,
    /// So many numbers.
    Floats(usize),
    /// One of these names; in columns its number, as `uint8`.
    Name(&'static [&'static str]),
}

impl Kind {
    /// Type of the column that holds many values; `None` where no column can.
    #[must_use]
    pub fn dtype(self) -> Option<&'static str> {
        match self {
            Self::Bool | Self::Floats(_) => None,
            Self::Int(dtype) => Some(dtype),
            Self::Float => Some("float64"),
            Self::Name(_) => Some("uint8"),
        }
    }
}

/// A type that settings can have.
pub trait Setting: Sized {
    /// What its values are.
    const KIND: Kind;

    /// The value as this type; `None` if it is none. Names may be given by their number.
    fn from_value(value: &Value) -> Option<Self>;

    /// This value.
    fn to_value(&self) -> Value;

    /// Whether its numbers are within the bounds.
    fn within(&self, bounds: Bounds) -> bool {
        match self.to_value() {
            Value::Int(x) => bounds.contains(x as f64),
            Value::Float(x) => bounds.contains(x),
            Value::Floats(x) => x.iter().all(|&x| bounds.contains(x)),
            Value::Bool(_) | Value::Name(_) => true,
        }
    }
}

macro_rules! integers {
    ($($t:ty => $dtype:literal),*) => {$(
        impl Setting for $t {
            const KIND: Kind = Kind::Int($dtype);
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(x) => Self::try_from(*x).ok(),
                    _ => None,
                }
            }
            fn to_value(&self) -> Value {
                Value::Int(i64::from(*self))
            }
        }
    )*};
}
integers!(i32 => "int32", i64 => "int64", u32 => "uint32");

impl Setting for bool {
    const KIND: Kind = Kind::Bool;
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(x) => Some(*x),
            _ => None,
        }
    }
    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Setting for f64 {
    const KIND: Kind = Kind::Float;
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Float(x) => Some(*x),
            Value::Int(x) => Some(*x as Self),
            _ => None,
        }
    }
    fn to_value(&self) -> Value {
        Value::Float(*self)
    }
}

impl<const N: usize> Setting for [f64; N] {
    const KIND: Kind = Kind::Floats(N);
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Floats(x) => Self::try_from(x.as_slice()).ok(),
            _ => None,
        }
    }
    fn to_value(&self) -> Value {
        Value::Floats(self.to_vec())
    }
}

/// One setting of a struct.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the struct.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What numbers it may have.
    pub bounds: Bounds,
    /// What it means.
    pub doc: &'static str,
}

/// A struct of settings.
pub trait Settings: Sized {
    /// What a name begins with outside the struct: in messages, in the configuration.
    const PREFIX: &'static str;
    /// Its settings, in order.
    const FIELDS: &'static [Field];

    /// All values, in the order of the fields.
    fn values(&self) -> Vec<Value>;

    /// The struct with these values, in the order of the fields.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] if a value is missing or of another kind.
    fn from_values(values: &[Value]) -> Result<Self>;

    /// Checks the bounds of every setting.
    ///
    /// # Errors
    /// [`CoreError::Parameter`] naming the first setting that is out of bounds.
    fn check_bounds(&self) -> Result<()>;
}

/// The value as the type of a setting.
///
/// # Errors
/// [`CoreError::Parameter`] if it is missing or of another kind.
pub fn convert<T: Setting>(name: &str, value: Option<&Value>) -> Result<T> {
    let value = value.ok_or_else(|| CoreError::parameter(name, "is missing"))?;
    T::from_value(value).ok_or_else(|| {
        let what = match (T::KIND, value) {
            (Kind::Name(names), Value::Name(given)) => format!("{given:?} is none of {}", names.join(", ")),
            (Kind::Name(names), Value::Int(given)) => {
                let list: Vec<String> = names.iter().enumerate().map(|(k, n)| format!("{k} ({n})")).collect();
                format!("{given} is none of {}", list.join(", "))
            }
            (Kind::Name(names), _) => format!("expected one of {}", names.join(", ")),
            (Kind::Int(_), Value::Int(given)) => format!("{given} is out of range"),
            (Kind::Int(_), _) => "expected a whole number".into(),
            (Kind::Bool, _) => "expected true or false".into(),
            (Kind::Float, _) => "expected a number".into(),
            (Kind::Floats(n), _) => format!("expected {n} numbers"),
        };
        CoreError::parameter(name, what)
    })
}

/// Error unless the setting is within its bounds.
///
/// # Errors
/// [`CoreError::Parameter`] with name, value and bounds.
pub fn bounded<T: Setting>(name: &str, value: &T, bounds: Bounds) -> Result<()> {
    if value.within(bounds) {
        return Ok(());
    }
    let shown = match value.to_value() {
        Value::Int(x) => x.to_string(),
        Value::Float(x) => x.to_string(),
        other => format!("{other:?}"),
    };
    Err(CoreError::parameter(name, format!("{shown} is outside {bounds}")))
}

/// Declares a struct of settings: `name: type = default, bounds;`. Leave the default out of all of them for a struct
/// that has none.
#[macro_export]
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $S:ident($prefix:literal) {
            $($(#[doc = $doc:literal])* $name:ident: $T:ty = $default:expr, $bounds:expr;)*
        }
    ) => {
        $crate::settings! {
            $(#[$meta])*
            pub struct $S($prefix) { $($(#[doc = $doc])* $name: $T, $bounds;)* }
        }

        impl Default for $S {
            fn default() -> Self {
                Self { $($name: $default),* }
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $S:ident($prefix:literal) {
            $($(#[doc = $doc:literal])* $name:ident: $T:ty, $bounds:expr;)*
        }
    ) => {
        $(#[$meta])*
        pub struct $S {
            $($(#[doc = $doc])* pub $name: $T,)*
        }

        impl $crate::facts::Settings for $S {
            const PREFIX: &'static str = $prefix;
            const FIELDS: &'static [$crate::facts::Field] = &[$($crate::facts::Field {
                name: stringify!($name),
                kind: <$T as $crate::facts::Setting>::KIND,
                bounds: $bounds,
                doc: concat!($($doc),*),
            }),*];

            fn values(&self) -> Vec<$crate::facts::Value> {
                vec![$($crate::facts::Setting::to_value(&self.$name)),*]
            }

            fn from_values(values: &[$crate::facts::Value]) -> $crate::error::Result<Self> {
                let mut values = values.iter();
                Ok(Self { $($name: $crate::facts::convert(concat!($prefix, stringify!($name)), values.next())?),* })
            }

            fn check_bounds(&self) -> $crate::error::Result<()> {
                $($crate::facts::bounded(concat!($prefix, stringify!($name)), &self.$name, $bounds)?;)*
                Ok(())
            }
        }
    };
}

/// Declares an enum of `u8` whose variants have names: `Variant = "name",` in order from 0.
#[macro_export]
macro_rules! names {
    (
        $(#[$meta:meta])*
        pub enum $E:ident {
            $($(#[$doc:meta])* $V:ident = $name:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $E {
            $($(#[$doc])* $V,)*
        }

        impl $E {
            /// All of them, by number.
            pub const ALL: &'static [Self] = &[$(Self::$V),*];
            /// Their names, by number.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The one with this number.
            #[must_use]
            pub fn from_u8(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }

        impl $crate::facts::Setting for $E {
            const KIND: $crate::facts::Kind = $crate::facts::Kind::Name(Self::NAMES);

            fn from_value(value: &$crate::facts::Value) -> Option<Self> {
                let number = match value {
                    $crate::facts::Value::Name(name) => Self::NAMES.iter().position(|n| n == name),
                    $crate::facts::Value::Int(x) => usize::try_from(*x).ok(),
                    _ => None,
                };
                number.and_then(|k| Self::ALL.get(k)).copied()
            }

            fn to_value(&self) -> $crate::facts::Value {
                $crate::facts::Value::Name(self.name().into())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::names! {
        /// Two names.
        pub enum Side {
            /// One.
            Left = "left",
            /// The other.
            Right = "right",
        }
    }

    crate::settings! {
        /// One setting of each kind.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Few("few.") {
            /// A count.
            count: i32 = 3, Bounds::Closed(1.0, 5.0);
            /// A share.
            share: f64 = 0.5, Bounds::Open(0.0, 1.0);
            /// Two edges.
            edges: [f64; 2] = [1.0, 2.0], Bounds::POSITIVE;
            /// A side.
            side: Side = Side::Left, Bounds::ANY;
            /// A switch.
            on: bool = true, Bounds::ANY;
        }
    }

    #[test]
    fn values_go_round_and_names_may_be_numbers() {
        let few = Few { count: 2, side: Side::Right, ..Few::default() };
        assert_eq!(Few::from_values(&few.values()), Ok(few));
        let mut values = few.values();
        values[3] = Value::Int(0);
        assert_eq!(Few::from_values(&values).unwrap().side, Side::Left);
        assert_eq!((Side::from_u8(1), Side::from_u8(2)), (Some(Side::Right), None));
        assert_eq!(Few::FIELDS[0].doc.trim(), "A count.");
        assert_eq!(Few::FIELDS[3].kind, Kind::Name(&["left", "right"]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |k: usize, value: Value| {
            let mut values = Few::default().values();
            values[k] = value;
            Few::from_values(&values).and_then(|few| few.check_bounds()).unwrap_err().to_string()
        };
        assert_eq!(refused(0, Value::Int(6)), "few.count: 6 is outside 1..5");
        assert_eq!(refused(0, Value::Int(1 << 40)), "few.count: 1099511627776 is out of range");
        assert_eq!(refused(0, Value::Float(2.5)), "few.count: expected a whole number");
        assert_eq!(refused(1, Value::Float(1.0)), "few.share: 1 is outside (0, 1)");
        assert_eq!(refused(1, Value::Float(f64::NAN)), "few.share: NaN is outside (0, 1)");
        assert_eq!(refused(2, Value::Floats(vec![1.0])), "few.edges: expected 2 numbers");
        assert_eq!(refused(3, Value::Name("up".into())), "few.side: \"up\" is none of left, right");
        assert_eq!(refused(3, Value::Int(2)), "few.side: 2 is none of 0 (left), 1 (right)");
        assert_eq!(refused(4, Value::Int(1)), "few.on: expected true or false");
        assert_eq!(Few::from_values(&[]).unwrap_err().to_string(), "few.count: is missing");
    }
}
