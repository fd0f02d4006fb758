//! Arrays across JNI, both ways: this is the one place where they cross.
//!
//! An array is lent, in a critical section, where the garbage collector pins what is lent and goes on: G1 from JDK 22 on, and
//! Shenandoah. Any other collector has to wait until the section ends, and threads that need memory meanwhile may be told that
//! there is none. There, arrays are copied, in pieces.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use jni::objects::{JObject, JPrimitiveArray, TypeArray};
use jni::refs::Reference;
use jni::sys::{JNI_ABORT, JNIEnv, jarray, jbyte, jdouble, jfloat, jint, jlong, jsize};

use super::call::Call;
use super::failure::{Failure, Result};
use crate::matrix::MatrixRef;
use crate::matrix::view::{View, ViewMut};
use crate::memory::Plain;
use crate::{Error, memory};

/// An array is small beside another that is at least this many times as large. To copy it then costs next to nothing; lent, it would keep
/// the collector from moving what lies around it in the heap for as long as the work on the other one takes.
const SMALL_PART: usize = 16;

/// Elements of an array that are copied at a time. The collector waits while the JVM copies: for one piece at most.
const PIECE: usize = 1 << 17;

/// Whether the garbage collector pins the arrays that are lent.
static PINS: AtomicBool = AtomicBool::new(false);

/// Says whether the garbage collector pins the arrays that are lent: Java knows its collector.
pub fn set_pins(pins: bool) {
    PINS.store(pins, Ordering::Relaxed);
}

/// Returns a view of `values` as a matrix.
///
/// # Errors
/// [`Error::Shape`] for a negative number, [`Error::ValueCount`] unless there are exactly `rows * columns` values.
#[inline]
pub fn matrix<T: Copy>(rows: jint, columns: jint, values: &[T]) -> crate::Result<MatrixRef<'_, T>> {
    let (rows, columns) = shape(rows, columns)?;
    MatrixRef::new(rows, columns, values)
}

/// Returns the numbers of rows and columns of a matrix.
///
/// # Errors
/// [`Error::Shape`] for a negative one.
#[inline]
pub fn shape(rows: jint, columns: jint) -> crate::Result<(usize, usize)> {
    match (usize::try_from(rows), usize::try_from(columns)) {
        (Ok(rows), Ok(columns)) => Ok((rows, columns)),
        _ => Err(Error::Shape { rows: rows.into(), columns: columns.into() }),
    }
}

/// Returns the number of `what` in a file as Java counts them.
///
/// # Errors
/// [`Error::File`] when an int does not hold it.
pub fn size(count: usize, what: &dyn Display, path: &Path) -> crate::Result<jint> {
    let too_many = |_| Error::file(path, format!("it has {count} {what}, more than {}", jint::MAX));
    jint::try_from(count).map_err(too_many)
}

/// Number types whose arrays cross.
pub trait Element: TypeArray + Plain + Send + Sync {
    /// Copies `length` elements of an array, from `first` on, to `to`.
    ///
    /// # Safety
    /// `env` is this thread's, `array` is an array of this type that has these elements, and `to` has room for them.
    unsafe fn read(env: *mut JNIEnv, array: jarray, first: jsize, length: jsize, to: *mut Self);

    /// Copies `length` elements from `from` to an array, from `first` on.
    ///
    /// # Safety
    /// `env` is this thread's, `array` is an array of this type that has these elements, and `from` has as many.
    unsafe fn write(env: *mut JNIEnv, array: jarray, first: jsize, length: jsize, from: *const Self);

    /// Returns a new array of Java's, or null with an exception pending.
    ///
    /// # Safety
    /// `env` is this thread's, and `length` is not negative.
    unsafe fn allocate(env: *mut JNIEnv, length: jsize) -> jarray;

    /// Returns the object that a reference stands for.
    ///
    /// # Safety
    /// `array` is a local reference to an array of this type, which only the caller owns.
    unsafe fn typed<'local>(array: jarray) -> JPrimitiveArray<'local, Self>;
}

macro_rules! element {
    ($type:ty, $read:ident, $write:ident, $new:ident) => {
        impl Element for $type {
            unsafe fn read(env: *mut JNIEnv, array: jarray, first: jsize, length: jsize, to: *mut Self) {
                // SAFETY: this function's contract is that of the JNI function.
                unsafe { ((**env).v1_1.$read)(env, array, first, length, to) }
            }

            unsafe fn write(env: *mut JNIEnv, array: jarray, first: jsize, length: jsize, from: *const Self) {
                // SAFETY: this function's contract is that of the JNI function.
                unsafe { ((**env).v1_1.$write)(env, array, first, length, from) }
            }

            unsafe fn allocate(env: *mut JNIEnv, length: jsize) -> jarray {
                // SAFETY: this function's contract is that of the JNI function.
                unsafe { ((**env).v1_1.$new)(env, length) }
            }

            unsafe fn typed<'local>(array: jarray) -> JPrimitiveArray<'local, Self> {
                // SAFETY: as the caller grants.
                unsafe { JPrimitiveArray::<Self>::kind_from_raw(array) }
            }
        }
    };
}
element!(jbyte, GetByteArrayRegion, SetByteArrayRegion, NewByteArray);
element!(jdouble, GetDoubleArrayRegion, SetDoubleArrayRegion, NewDoubleArray);
element!(jfloat, GetFloatArrayRegion, SetFloatArrayRegion, NewFloatArray);
element!(jint, GetIntArrayRegion, SetIntArrayRegion, NewIntArray);
element!(jlong, GetLongArrayRegion, SetLongArrayRegion, NewLongArray);

/// An array of Java's that is not null.
#[derive(Debug)]
pub struct Array<'local, T> {
    call: Call<'local>,
    array: jarray,
    length: usize,
    elements: std::marker::PhantomData<T>,
}

impl<T> Clone for Array<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Array<'_, T> {}

impl<'local, T: Element> Array<'local, T> {
    /// Returns the array that an argument of this name is.
    ///
    /// # Errors
    /// [`Failure::Null`] when it is null.
    #[inline]
    pub fn new(call: Call<'local>, array: &JPrimitiveArray<'local, T>, name: &'static str) -> Result<Self> {
        match Self::nullable(call, array) {
            Some(array) => Ok(array),
            None => Err(Failure::Null(name)),
        }
    }

    /// Returns the array that an argument is, or nothing where it is null.
    #[inline]
    pub fn nullable(call: Call<'local>, array: &JPrimitiveArray<'local, T>) -> Option<Self> {
        if array.is_null() {
            return None;
        }
        let (env, array) = (call.env(), array.as_raw());
        // SAFETY: `env` is this thread's JNI environment and `array` a reference that is not null.
        let length = unsafe { ((**env).v1_1.GetArrayLength)(env, array) } as usize;
        Some(Self { call, array, length, elements: std::marker::PhantomData })
    }

    /// Returns the array that an argument is, or one without elements where it is null.
    #[inline]
    pub fn or_empty(call: Call<'local>, array: &JPrimitiveArray<'local, T>) -> Self {
        let none = Self { call, array: std::ptr::null_mut(), length: 0, elements: std::marker::PhantomData };
        Self::nullable(call, array).unwrap_or(none)
    }

    /// Returns whether this stands for an array that is null.
    #[inline]
    #[must_use]
    pub fn is_null(self) -> bool {
        self.array.is_null()
    }

    /// Returns whether this is the same array as another.
    #[must_use]
    pub fn is(self, other: Self) -> bool {
        let env = self.call.env();
        // SAFETY: `env` is this thread's JNI environment, and both are references of this call's.
        unsafe { ((**env).v1_1.IsSameObject)(env, self.array, other.array) }
    }

    /// Returns the number of elements.
    #[must_use]
    pub fn length(self) -> usize {
        self.length
    }

    /// Returns the bytes of all elements.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.length * size_of::<T>()
    }

    /// Copies the elements from `from` on to `values`.
    ///
    /// # Panics
    /// When there are fewer elements from there on.
    pub fn read(self, from: usize, values: &mut [T]) {
        assert!(self.length.checked_sub(from) >= Some(values.len()), "the array has all these elements");
        // SAFETY: the array has these elements, and `values` has room for them.
        unsafe { self.read_to(from, values.len(), values.as_mut_ptr()) };
    }

    /// Copies `values` to the beginning.
    ///
    /// # Panics
    /// When there are fewer elements.
    pub fn write(self, values: &[T]) {
        self.write_at(0, values);
    }

    /// Copies `values` to the elements from `at` on.
    ///
    /// # Panics
    /// When there are fewer elements from there on.
    pub fn write_at(self, at: usize, values: &[T]) {
        assert!(self.length.checked_sub(at) >= Some(values.len()), "the array has room for the values");
        in_pieces(values.len(), |first, length| {
            let from = values.as_ptr().wrapping_add(first as usize);
            // SAFETY: the array has these elements, as has `values`. No index of an array is too large for a jsize.
            unsafe { T::write(self.call.env(), self.array, at as jsize + first, length, from) };
        });
    }

    /// Returns a copy of all elements.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn to_vec(self) -> crate::Result<Vec<T>> {
        let mut copy = memory::with_capacity::<T>(self.length)?;
        // SAFETY: the array has these elements, and `copy` has room for them.
        unsafe { self.read_to(0, self.length, copy.as_mut_ptr()) };
        // SAFETY: all of them have been written.
        unsafe { copy.set_len(self.length) };
        Ok(copy)
    }

    /// Copies `count` elements, from `from` on, to `to`.
    ///
    /// # Safety
    /// The array has these elements, and `to` has room for them.
    unsafe fn read_to(self, from: usize, count: usize, to: *mut T) {
        in_pieces(count, |first, length| {
            // SAFETY: as the caller grants. No index of an array is too large for a jsize.
            unsafe { T::read(self.call.env(), self.array, from as jsize + first, length, to.add(first as usize)) };
        });
    }
}

/// A `float[][]` of Java's that is not null.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'local> {
    call: Call<'local>,
    rows: jarray,
    length: usize,
    name: &'static str,
}

impl<'local> Rows<'local> {
    /// Returns the array that an argument of this name is.
    ///
    /// # Errors
    /// [`Failure::Null`] when it is null.
    pub fn new(call: Call<'local>, rows: &JObject<'local>, name: &'static str) -> Result<Self> {
        if rows.is_null() {
            return Err(Failure::Null(name));
        }
        let (env, rows) = (call.env(), rows.as_raw());
        // SAFETY: `env` is this thread's JNI environment, and Java passes an array, which is not null.
        let length = unsafe { ((**env).v1_1.GetArrayLength)(env, rows) } as usize;
        Ok(Self { call, rows, length, name })
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn length(self) -> usize {
        self.length
    }

    /// Calls `read` with a row, and returns what it returns.
    ///
    /// # Errors
    /// Those of `read`, and [`Failure::Null`] when the row is null.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn with(self, row: usize, read: impl FnOnce(Array<'local, jfloat>) -> Result<()>) -> Result<()> {
        assert!(row < self.length, "the array has this row");
        let env = self.call.env();
        // SAFETY: `env` is this thread's JNI environment, and the array has this element.
        let array = unsafe { ((**env).v1_1.GetObjectArrayElement)(env, self.rows, row as jsize) };
        if array.is_null() {
            return Err(Failure::Null(self.name));
        }
        // SAFETY: as above; the element is a `float[]`.
        let length = unsafe { ((**env).v1_1.GetArrayLength)(env, array) } as usize;
        let result = read(Array { call: self.call, array, length, elements: std::marker::PhantomData });
        // SAFETY: the reference was made above, and nobody has it any more. This may be called while an exception is pending.
        unsafe { ((**env).v1_1.DeleteLocalRef)(env, array) };
        result
    }
}

/// Returns a new array of Java's with `values`.
///
/// # Errors
/// [`Failure::Pending`] when the JVM has no memory for it.
pub fn new_array<'local, T: Element>(call: Call<'local>, values: &[T]) -> Result<JPrimitiveArray<'local, T>> {
    let length = jsize::try_from(values.len()).map_err(|_| Error::OutOfMemory { bytes: size_of_val(values) })?;
    let env = call.env();
    // SAFETY: `env` is this thread's JNI environment, and the length is not negative.
    let array = unsafe { T::allocate(env, length) };
    if array.is_null() {
        return Err(Failure::Pending);
    }
    Array { call, array, length: values.len(), elements: std::marker::PhantomData }.write(values);
    // SAFETY: this is what JNI has just returned.
    Ok(unsafe { T::typed(array) })
}

/// Calls `copy` with where each piece of an array begins and how long it is.
fn in_pieces(length: usize, mut copy: impl FnMut(jsize, jsize)) {
    for first in (0..length).step_by(PIECE) {
        // An array of Java's has no more elements than a jsize can tell.
        copy(first as jsize, PIECE.min(length - first) as jsize);
    }
}

/// What a call does with an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Access {
    /// It reads the elements.
    Input,
    /// It writes all elements, which start as anything.
    Output,
    /// It reads and writes the elements.
    InputAndOutput,
}

/// Which of the arrays of one call are lent.
#[derive(Clone, Copy, Debug)]
pub struct Lending {
    /// Those with more bytes than this.
    above: usize,
    /// Whether inputs are.
    inputs: bool,
}

impl Lending {
    /// Returns what holds for a call whose largest array has this many bytes.
    #[inline]
    #[must_use]
    pub fn beside(largest: usize) -> Self {
        Self { above: if PINS.load(Ordering::Relaxed) { largest / SMALL_PART } else { usize::MAX }, inputs: true }
    }

    /// Returns what holds for a call whose arrays are to be copied.
    #[inline]
    #[must_use]
    pub fn nothing() -> Self {
        Self { above: usize::MAX, inputs: false }
    }

    /// Returns the same, but without inputs if others may write to them during the call.
    #[inline]
    #[must_use]
    pub fn unless_shared(self, is_shared: bool) -> Self {
        Self { inputs: !is_shared, ..self }
    }

    #[inline]
    fn lends(self, access: Access, bytes: usize) -> bool {
        bytes > self.above && (self.inputs || access == Access::Output)
    }
}

/// The elements of an array for the time of one call: lent, or a copy.
///
/// It is made in three steps, each for all arrays of the call before the next one for any: [`new`](Self::new), [`copy`](Self::copy)
/// and [`lend`](Self::lend). No other function of JNI may be called between the last one and [`end`](Self::end).
#[derive(Debug)]
pub struct Elements<'local, T: Element> {
    array: Array<'local, T>,
    access: Access,
    /// Where they are while they are lent.
    lent: Option<NonNull<T>>,
    copy: Vec<T>,
}

impl<'local, T: Element> Elements<'local, T> {
    /// Returns the elements of `array`, none of which are there yet.
    #[inline]
    #[must_use]
    pub fn new(array: Array<'local, T>, access: Access) -> Self {
        Self { array, access, lent: None, copy: Vec::new() }
    }

    /// Returns the array.
    #[inline]
    #[must_use]
    pub fn array(&self) -> Array<'local, T> {
        self.array
    }

    /// Copies the elements, if they are not to be lent.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    #[inline]
    pub fn copy(&mut self, lending: Lending) -> crate::Result<()> {
        if !lending.lends(self.access, self.array.bytes()) {
            self.copy = if self.access == Access::Output {
                memory::unspecified(self.array.length())?
            } else {
                self.array.to_vec()?
            };
        }
        Ok(())
    }

    /// Begins to borrow the elements, if they are to be lent.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    #[inline]
    pub fn lend(&mut self, lending: Lending) -> crate::Result<()> {
        if lending.lends(self.access, self.array.bytes()) { self.begin() } else { Ok(()) }
    }

    /// Begins a critical section. `jni` has one too, but calls JNI within it.
    #[inline(never)]
    fn begin(&mut self) -> crate::Result<()> {
        let env = self.array.call.env();
        // SAFETY: `env` is this thread's environment, and the array is not null, for it has elements.
        let lent = unsafe { ((**env).v1_2.GetPrimitiveArrayCritical)(env, self.array.array, std::ptr::null_mut()) };
        self.lent = NonNull::new(lent.cast());
        if self.lent.is_none() {
            return Err(Error::OutOfMemory { bytes: self.array.bytes() });
        }
        Ok(())
    }

    /// Returns the elements.
    #[inline]
    #[must_use]
    pub fn get(&self) -> &[T] {
        match self.lent {
            // SAFETY: the JVM keeps the elements here until the section ends, and an array that is written is not lent twice.
            Some(lent) => unsafe { std::slice::from_raw_parts(lent.as_ptr(), self.array.length()) },
            None => &self.copy,
        }
    }

    /// Returns the elements, to be written.
    ///
    /// # Safety
    /// No other argument of the call is the same array.
    #[inline]
    #[must_use]
    pub unsafe fn get_mut(&mut self) -> &mut [T] {
        match self.lent {
            // SAFETY: as in `get`; by the caller's grant no one else has this array.
            Some(lent) => unsafe { std::slice::from_raw_parts_mut(lent.as_ptr(), self.array.length()) },
            None => &mut self.copy,
        }
    }

    /// Ends to borrow the elements, if they are lent.
    #[inline]
    pub fn end(&mut self) {
        if let Some(lent) = self.lent.take() {
            self.release(lent);
        }
    }

    #[inline(never)]
    fn release(&self, lent: NonNull<T>) {
        let env = self.array.call.env();
        let mode = if self.access == Access::Input { JNI_ABORT } else { 0 };
        // SAFETY: `begin` began the section on this thread with these values, and this ends it.
        unsafe { ((**env).v1_2.ReleasePrimitiveArrayCritical)(env, self.array.array, lent.as_ptr().cast(), mode) };
    }

    /// Copies to the array what was written, if it was not lent. To be called when nothing is lent any more.
    #[inline]
    pub fn write_back(&self) {
        // What was lent has no copy, nor has what is empty.
        self.array.write(&self.copy);
    }
}

impl<T: Element> Drop for Elements<'_, T> {
    /// Ends what is lent where the call fails before it comes to that.
    #[inline]
    fn drop(&mut self) {
        self.end();
    }
}

/// A matrix in an array of Java's, of which it may be a part: columns of adjacent elements, each column a step after the one before.
#[derive(Debug)]
pub struct Columns<'local, T> {
    array: Array<'local, T>,
    first: usize,
    rows: usize,
    columns: usize,
    step: usize,
}

impl<T> Clone for Columns<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Columns<'_, T> {}

impl<'local, T: Element> Columns<'local, T> {
    /// Returns the matrix of `rows` x `columns` elements that begins with element `first`.
    ///
    /// # Panics
    /// When the array does not have all of them, or when columns overlap: Java has looked.
    #[must_use]
    pub fn new(array: Array<'local, T>, first: jint, (rows, columns): (jint, jint), step: jint) -> Self {
        let not_negative = |number| usize::try_from(number).expect("it is not negative");
        let [first, rows, columns, step] = [first, rows, columns, step].map(not_negative);
        let matrix = Self { array, first, rows, columns, step };
        assert!(rows <= step || columns <= 1, "{rows} rows in columns with a step of {step}");
        assert!(first.saturating_add(matrix.span()) <= array.length(), "the array has all elements of the matrix");
        matrix
    }

    /// Returns the vector of `length` elements that begins with element `first`, as a matrix of one column.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    #[must_use]
    pub fn vector(array: Array<'local, T>, first: jint, length: jint) -> Self {
        Self::new(array, first, (length, 1), length)
    }

    /// Returns the array.
    #[inline]
    #[must_use]
    pub fn array(self) -> Array<'local, T> {
        self.array
    }

    /// Returns the number of rows.
    #[inline]
    #[must_use]
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Returns the number of elements from the first to the last one, and between them.
    fn span(self) -> usize {
        if self.rows == 0 || self.columns == 0 {
            0
        } else {
            (self.columns - 1).saturating_mul(self.step).saturating_add(self.rows)
        }
    }

    /// Returns the bytes of its elements.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.rows.saturating_mul(self.columns).saturating_mul(size_of::<T>())
    }

    /// Returns a copy, and how far apart its columns are.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    fn to_vec(self) -> crate::Result<(Vec<T>, usize)> {
        let Self { array, first, rows, columns, step } = self;
        // To copy what is between columns takes less time than a call for each of them, unless it is most of it.
        if self.span() / 2 <= rows * columns {
            let mut copy = memory::unspecified(self.span())?;
            array.read(first, &mut copy);
            return Ok((copy, step));
        }
        let mut copy = memory::unspecified(rows * columns)?;
        for (column, to) in copy.chunks_exact_mut(rows).enumerate() {
            array.read(first + column * step, to);
        }
        Ok((copy, rows))
    }
}

/// The elements of a matrix in an array for the time of one call: lent, or a copy. What lies between its columns is never written.
///
/// It is made in the three steps of [`Elements`].
#[derive(Debug)]
pub struct ColumnElements<'local, T: Element> {
    matrix: Columns<'local, T>,
    /// Of the whole array, in case it is lent.
    whole: Elements<'local, T>,
    copy: Vec<T>,
    /// From a column of the copy to the next.
    copy_step: usize,
}

impl<'local, T: Element> ColumnElements<'local, T> {
    /// Returns the elements of `matrix`, none of which are there yet.
    #[must_use]
    pub fn new(matrix: Columns<'local, T>, access: Access) -> Self {
        let whole = Elements::new(matrix.array, access);
        Self { matrix, whole, copy: Vec::new(), copy_step: matrix.rows }
    }

    fn is_lent(&self, lending: Lending) -> bool {
        lending.lends(self.whole.access, self.matrix.bytes())
    }

    /// Copies the elements, if they are not to be lent.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn copy(&mut self, lending: Lending) -> crate::Result<()> {
        if !self.is_lent(lending) {
            (self.copy, self.copy_step) = if self.whole.access == Access::Output {
                (memory::unspecified(self.matrix.rows * self.matrix.columns)?, self.matrix.rows)
            } else {
                self.matrix.to_vec()?
            };
        }
        Ok(())
    }

    /// Begins to borrow the array, if it is to be lent.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn lend(&mut self, lending: Lending) -> crate::Result<()> {
        if self.is_lent(lending) { self.whole.begin() } else { Ok(()) }
    }

    /// Returns the transpose, whose rows are the columns.
    #[must_use]
    pub(crate) fn rows(&self) -> View<'_, T> {
        let Columns { first, rows, columns, step, .. } = self.matrix;
        if self.whole.lent.is_some() {
            View::new(&self.whole.get()[first..], columns, rows, step)
        } else {
            View::new(&self.copy, columns, rows, self.copy_step)
        }
    }

    /// Returns the transpose, to be written.
    ///
    /// # Safety
    /// No other argument of the call is the same array, if arrays are lent.
    #[must_use]
    pub(crate) unsafe fn rows_mut(&mut self) -> ViewMut<'_, T> {
        let Columns { first, rows, columns, step, .. } = self.matrix;
        if self.whole.lent.is_some() {
            // SAFETY: as the caller grants.
            ViewMut::new(&mut unsafe { self.whole.get_mut() }[first..], columns, rows, step)
        } else {
            ViewMut::new(&mut self.copy, columns, rows, self.copy_step)
        }
    }

    /// Ends to borrow the array, if it is lent.
    pub fn end(&mut self) {
        self.whole.end();
    }

    /// Copies to the array what was written, if it was not lent. To be called when nothing is lent any more.
    pub fn write_back(&self) {
        let Columns { array, first, rows, step, .. } = self.matrix;
        if self.copy_step == rows && step == rows {
            array.write_at(first, &self.copy);
        } else {
            self.write_back_part(|_| 0..rows);
        }
    }

    /// Does the same with those rows of each column that `part` returns.
    pub(crate) fn write_back_part(&self, part: impl Fn(usize) -> Range<usize>) {
        let Columns { array, first, rows, columns, step } = self.matrix;
        if self.copy.is_empty() {
            return;
        }
        for column in 0..columns {
            let part = part(column);
            let values = &self.copy[column * self.copy_step..][..rows][part.clone()];
            array.write_at(first + column * step + part.start, values);
        }
    }
}
