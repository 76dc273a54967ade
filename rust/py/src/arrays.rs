//! Arrays at the edge: exact dtypes, one dimension, contiguous; copied once.
use crate::errors::{data, usage};
use numpy::{Element, PyArray1, PyArrayDescrMethods, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods, dtype};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Puts named fields of a struct of vectors into a dict of arrays, in this order.
macro_rules! columns {
    ($py:expr, $from:expr, $($name:ident),* $(,)?) => {{
        let dict = pyo3::types::PyDict::new($py);
        $(dict.set_item(stringify!($name), numpy::IntoPyArray::into_pyarray($from.$name, $py))?;)*
        dict
    }};
}
pub(crate) use columns;

fn untyped<'a, 'py>(value: &'a Bound<'py, PyAny>, name: &str) -> PyResult<&'a Bound<'py, PyUntypedArray>> {
    let py = value.py();
    let Ok(array) = value.cast::<PyUntypedArray>() else {
        let kind = value.get_type().qualname()?;
        return Err(data(py, &format!("{name}: expected a numpy array, got {kind}")));
    };
    if array.ndim() != 1 {
        return Err(data(py, &format!("{name}: expected one dimension, got {}", array.ndim())));
    }
    if !array.is_contiguous() {
        return Err(data(py, &format!("{name}: the array is not contiguous; pass numpy.ascontiguousarray({name})")));
    }
    Ok(array)
}

fn copy<T: Element + Copy>(array: &Bound<'_, PyUntypedArray>, name: &str) -> PyResult<Option<Vec<T>>> {
    let Ok(typed) = array.cast::<PyArray1<T>>() else { return Ok(None) };
    let py = array.py();
    let read = typed.try_readonly().map_err(|e| data(py, &format!("{name}: {e}")))?;
    Ok(Some(read.as_slice().map_err(|e| data(py, &format!("{name}: {e}")))?.to_vec()))
}

/// A column of exactly this dtype.
pub fn column<T: Element + Copy>(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<T>> {
    let array = untyped(value, name)?;
    let py = value.py();
    match copy(array, name)? {
        Some(column) => Ok(column),
        None => Err(data(py, &format!("{name}: expected dtype {}, got {}", dtype::<T>(py), array.dtype()))),
    }
}

/// Nanoseconds since the epoch: int64, or datetime64[ns].
pub fn nanoseconds(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<i64>> {
    let array = untyped(value, name)?;
    let dtype = array.dtype();
    if dtype.kind() != b'M' {
        return column(value, name);
    }
    if dtype.str()?.to_str()? != "datetime64[ns]" {
        return Err(data(value.py(), &format!("{name}: expected datetime64[ns] or int64 nanoseconds, got {dtype}")));
    }
    column(&array.call_method1("view", ("int64",))?, name)
}

/// A column of any integer dtype, or of floats that are whole numbers.
pub fn whole_numbers(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<i64>> {
    if untyped(value, name)?.dtype().kind() != b'f' {
        return integers(value, name);
    }
    let py = value.py();
    let floats: Vec<f64> = column(&value.call_method1("astype", ("float64",))?, name)?;
    let whole = |x: f64| x.fract() == 0.0 && x.abs() < 9e15;
    if let Some(row) = floats.iter().position(|&x| !whole(x)) {
        return Err(data(py, &format!("bar {row}: {name} {} is not a whole number", floats[row])));
    }
    Ok(floats.into_iter().map(|x| x as i64).collect())
}

/// A column of any integer dtype.
pub fn integers(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<i64>> {
    let array = untyped(value, name)?;
    let py = value.py();
    macro_rules! narrow {
        ($($t:ty),*) => {$(
            if let Some(column) = copy::<$t>(array, name)? {
                return Ok(column.into_iter().map(i64::from).collect());
            }
        )*};
    }
    narrow!(i64, i32, u32, u16, u8, i16, i8);
    let Some(column) = copy::<u64>(array, name)? else {
        return Err(data(py, &format!("{name}: expected integers, got {}", array.dtype())));
    };
    match column.iter().position(|&x| i64::try_from(x).is_err()) {
        Some(row) => Err(data(py, &format!("{name}: row {row}: {} is too large", column[row]))),
        None => Ok(column.into_iter().map(|x| x as i64).collect()),
    }
}

/// A column of any integer dtype whose values fit `T`.
pub fn fitting<T: TryFrom<i64>>(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<T>> {
    let wide = integers(value, name)?;
    wide.iter()
        .enumerate()
        .map(|(row, &x)| {
            T::try_from(x).map_err(|_| data(value.py(), &format!("{name}: row {row}: {x} is out of range")))
        })
        .collect()
}

/// The value of a required key.
pub fn item<'py>(dict: &Bound<'py, PyDict>, what: &str, key: &str) -> PyResult<Bound<'py, PyAny>> {
    match dict.get_item(key)? {
        Some(value) => Ok(value),
        None => Err(usage(dict.py(), &format!("{what}: {key:?} is missing"))),
    }
}

/// Refuses keys that mean nothing.
pub fn known_keys(dict: &Bound<'_, PyDict>, what: &str, known: &[&str]) -> PyResult<()> {
    for key in dict.keys() {
        let key = key.str()?.to_string();
        if !known.contains(&key.as_str()) {
            let message = format!("{what}: {key:?} is unknown; there are {}", known.join(", "));
            return Err(usage(dict.py(), &message));
        }
    }
    Ok(())
}
