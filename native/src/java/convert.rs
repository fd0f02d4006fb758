//! Strings and arrays across JNI, both ways.
//!
//! Strings cross as UTF-16, Java's own form: JNI's other form, modified UTF-8, hides where a surrogate without its other
//! half stands.
//!
//! Arrays cross in one of two ways, see [`Crossing`].

use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use jni::objects::{JPrimitiveArray, JString, TypeArray};
use jni::refs::Reference;
use jni::sys::{JNI_ABORT, JNIEnv, jarray, jdouble, jfloat, jint, jlong, jsize, jstring};
use jni::{Env, EnvUnowned};

use super::throw::Result;
use crate::matrix::MatrixRef;
use crate::memory::Plain;
use crate::{Error, memory};

/// The JNI environment of this thread: as `jni` hands it out, or as the JVM does.
///
/// What is called here cannot fail, or says so by what it returns: `jni` would ask for a pending exception each time.
pub trait Environment<'local> {
    /// Returns the environment as JNI functions take it.
    fn raw(&self) -> *mut JNIEnv;
}

impl<'local> Environment<'local> for Env<'local> {
    fn raw(&self) -> *mut JNIEnv {
        self.get_raw()
    }
}

impl<'local> Environment<'local> for EnvUnowned<'local> {
    fn raw(&self) -> *mut JNIEnv {
        self.as_raw()
    }
}

/// Returns the text of a Java string.
///
/// # Errors
/// A failure when the string is null, holds an unpaired surrogate, or does not fit into memory.
pub fn text<'local>(env: &impl Environment<'local>, string: &JString<'_>) -> Result<String> {
    let length = string_length(env, string)?;
    let (raw, string) = (env.raw(), string.as_raw());
    let mut units = memory::filled::<u16>(length as usize)?;
    // SAFETY: `raw` is this thread's JNI environment, and `units` has room for the whole string, so that no exception can be
    // thrown.
    unsafe { ((**raw).v1_2.GetStringRegion)(raw, string, 0, length, units.as_mut_ptr()) };
    Ok(decode(&units)?)
}

/// The longest path that any system takes: that of Windows, in UTF-16 code units.
const LONGEST_PATH: usize = 32_767;

/// Returns the path that a Java string is.
///
/// # Errors
/// A failure when the string is null, is longer than any path or holds an unpaired surrogate.
pub fn path<'local>(env: &impl Environment<'local>, string: &JString<'_>) -> Result<PathBuf> {
    let length = string_length(env, string)? as usize;
    if length > LONGEST_PATH {
        // What is made of a path later on does not ask whether there is memory for it.
        return Err(Error::PathLength { length, maximum: LONGEST_PATH }.into());
    }
    Ok(text(env, string)?.into())
}

/// Returns a new Java string.
///
/// # Errors
/// A failure when the string does not fit into memory.
pub fn java_string<'local>(env: &impl Environment<'local>, text: &str) -> Result<JString<'local>> {
    let mut units = memory::with_capacity::<u16>(text.len())?;
    units.extend(text.encode_utf16());
    let length = jsize::try_from(units.len()).map_err(|_| Error::OutOfMemory { bytes: text.len() })?;
    let raw = env.raw();
    // SAFETY: `raw` is this thread's JNI environment and `units` holds `length` units.
    let string: jstring = unsafe { ((**raw).v1_1.NewString)(raw, units.as_ptr(), length) };
    // SAFETY: `string` is what JNI has just returned.
    unsafe { new_string(string) }
}

/// Code units of a string that cross on the stack: to ask for memory takes longer than to copy a name.
const ON_STACK: usize = 1024;

/// Returns a new Java string: another one with ASCII before and after it. It is not decoded.
///
/// # Errors
/// A failure when the string is null, holds an unpaired surrogate, or does not fit into memory.
pub fn surrounded<'local>(
    env: &impl Environment<'local>,
    string: &JString<'_>,
    [before, after]: [&str; 2],
) -> Result<JString<'local>> {
    let length = string_length(env, string)?;
    let (raw, string) = (env.raw(), string.as_raw());
    let whole = before.len() + length as usize + after.len();
    let whole_length = jsize::try_from(whole).map_err(|_| Error::OutOfMemory { bytes: whole })?;
    let new: jstring = memory::with_room::<u16, _, ON_STACK>(whole, |room| {
        let (head, rest) = room.split_at_mut(before.len());
        let (middle, tail) = rest.split_at_mut(length as usize);
        widen(before, head);
        widen(after, tail);
        // SAFETY: `string` has `length` units, for which `middle` has room, so that no exception can be thrown.
        unsafe { ((**raw).v1_2.GetStringRegion)(raw, string, 0, length, middle.as_mut_ptr().cast()) };
        // SAFETY: all three parts have been written.
        let units = unsafe { room.assume_init_ref() };
        if is_plain(units) {
            return plain_string(raw, units);
        }
        require_pairs(&units[before.len()..][..length as usize])?;
        // SAFETY: `raw` is this thread's JNI environment and `units` holds so many units.
        Ok(unsafe { ((**raw).v1_1.NewString)(raw, units.as_ptr(), whole_length) })
    })?;
    // SAFETY: `new` is what JNI has just returned.
    unsafe { new_string(new) }
}

fn string_length<'local>(env: &impl Environment<'local>, string: &JString<'_>) -> Result<jsize> {
    if string.is_null() {
        return Err(jni::errors::Error::NullPtr("string").into());
    }
    let raw = env.raw();
    // SAFETY: `raw` is this thread's JNI environment and `string` a reference that is not null.
    Ok(unsafe { ((**raw).v1_1.GetStringLength)(raw, string.as_raw()) })
}

/// Returns a string that JNI has made, or the failure to make it.
///
/// # Safety
/// `string` is null with an exception pending, or a new local reference to a string, owned by nobody else.
unsafe fn new_string<'local>(string: jstring) -> Result<JString<'local>> {
    if string.is_null() {
        return Err(jni::errors::Error::JavaException.into());
    }
    // SAFETY: as the caller grants.
    Ok(unsafe { JString::kind_from_raw(string) })
}

fn widen(ascii: &str, to: &mut [MaybeUninit<u16>]) {
    debug_assert!(ascii.is_ascii());
    for (to, byte) in to.iter_mut().zip(ascii.bytes()) {
        to.write(byte.into());
    }
}

/// Returns whether units are ASCII without NUL: in JNI's modified UTF-8 they are one byte each, as the JVM keeps them, and
/// it need not find out.
fn is_plain(units: &[u16]) -> bool {
    // Without an early end, so that many units are looked at in one instruction.
    units.iter().fold(true, |plain, unit| plain & (unit.wrapping_sub(1) < 0x7F))
}

fn plain_string(env: *mut JNIEnv, units: &[u16]) -> crate::Result<jstring> {
    memory::with_room::<u8, _, { ON_STACK + 1 }>(units.len() + 1, |bytes| {
        for (to, &unit) in bytes.iter_mut().zip(units) {
            to.write(unit as u8);
        }
        bytes[units.len()].write(0);
        // SAFETY: `env` is this thread's, and `bytes` are ASCII that ends with its only NUL.
        Ok(unsafe { ((**env).v1_1.NewStringUTF)(env, bytes.as_ptr().cast()) })
    })
}

fn require_pairs(units: &[u16]) -> crate::Result<()> {
    let (mut paired, mut due) = (true, false);
    for unit in units {
        let second = unit & 0xFC00 == 0xDC00;
        paired &= second == due;
        due = unit & 0xFC00 == 0xD800;
    }
    // Which one has no other half takes longer to say.
    if paired && !due { Ok(()) } else { decode(units).map(drop) }
}

fn decode(units: &[u16]) -> crate::Result<String> {
    const LONGEST: usize = 3; // bytes of UTF-8 that one unit can become
    let ascii = units.iter().fold(0, |all, unit| all | unit) < 0x80;
    let mut text = memory::string(units.len() * if ascii { 1 } else { LONGEST })?;
    if ascii {
        text.extend(units.iter().map(|&unit| char::from(unit as u8)));
    } else {
        let mut index = 0;
        for decoded in char::decode_utf16(units.iter().copied()) {
            let character = decoded.map_err(|_| Error::UnpairedSurrogate { index })?;
            text.push(character);
            index += character.len_utf16();
        }
    }
    Ok(text)
}

/// An array is small beside another that is so many times as long. To copy it then costs next to nothing; lent, it would keep
/// the collector from moving all that lies around it in the heap for as long as the work on the other one takes.
const SMALL_PART: usize = 16;

/// Elements of an array that are copied at a time.
const PIECE: usize = 1 << 17;

/// How the arrays of one call cross.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Crossing {
    /// In place, in a critical section: for work well under a millisecond, and for any work where the garbage collector
    /// pins what a critical section holds. Elsewhere it stops for as long as the work takes, and with it the whole JVM.
    /// Arrays that are small beside others cross by copies all the same.
    Borrowed,
    /// By copies: for everything else.
    Copied,
}

impl Crossing {
    /// Returns the crossing that Java asks for: Java knows its garbage collector.
    #[must_use]
    pub const fn of(in_place: bool) -> Self {
        if in_place { Self::Borrowed } else { Self::Copied }
    }
}

/// Returns a view of `values` as a matrix.
///
/// # Errors
/// [`Error::ValueCount`] unless there are exactly `rows * columns` values.
pub fn matrix(rows: jint, columns: jint, values: &[f64]) -> crate::Result<MatrixRef<'_>> {
    // A negative number becomes one that is too large for any slice.
    MatrixRef::new(rows as usize, columns as usize, values)
}

/// Returns the number of `what` in a file as Java counts them.
///
/// # Errors
/// [`Error::Npy`] when an int does not hold it.
pub fn size(count: usize, what: &str, path: &Path) -> crate::Result<jint> {
    let too_many = |_| Error::npy(path, format!("it has {count} {what}, more than {}", jint::MAX));
    jint::try_from(count).map_err(too_many)
}

/// Number types whose arrays cross.
pub trait Element: TypeArray + Plain {
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
}

macro_rules! element {
    ($type:ty, $read:ident, $write:ident) => {
        impl Element for $type {
            unsafe fn read(env: *mut JNIEnv, array: jarray, first: jsize, length: jsize, to: *mut Self) {
                // SAFETY: this function's contract is that of the JNI function.
                unsafe { ((**env).v1_1.$read)(env, array, first, length, to) }
            }

            unsafe fn write(env: *mut JNIEnv, array: jarray, first: jsize, length: jsize, from: *const Self) {
                // SAFETY: this function's contract is that of the JNI function.
                unsafe { ((**env).v1_1.$write)(env, array, first, length, from) }
            }
        }
    };
}
element!(jdouble, GetDoubleArrayRegion, SetDoubleArrayRegion);
element!(jfloat, GetFloatArrayRegion, SetFloatArrayRegion);
element!(jint, GetIntArrayRegion, SetIntArrayRegion);
element!(jlong, GetLongArrayRegion, SetLongArrayRegion);

/// Runs `work` on the elements of `inputs` and `outputs`, and returns what it returns.
///
/// Outputs start as anything. Where `work` fails, what they hold afterwards means nothing: they are arrays that nobody else has
/// seen. `work` makes no call to Java: it has no environment to make one with.
///
/// # Errors
/// What `work` fails with, and a failure when an array is null or the memory for copies cannot be had.
///
/// # Safety
/// No output is also an input or another output.
pub unsafe fn with_arrays<'local, T: Element, R, const N: usize, const M: usize>(
    env: &impl Environment<'local>,
    crossing: Crossing,
    inputs: [&JPrimitiveArray<'_, T>; N],
    outputs: [&JPrimitiveArray<'_, T>; M],
    work: impl FnOnce([&[T]; N], [&mut [T]; M]) -> crate::Result<R>,
) -> Result<R> {
    let (input_lengths, output_lengths) = (lengths(env, &inputs)?, lengths(env, &outputs)?);
    let largest = input_lengths.iter().chain(&output_lengths).fold(0, |largest, length| largest.max(*length));
    let lends = |length: usize| crossing == Crossing::Borrowed && length * SMALL_PART > largest;

    let mut input_elements: [Elements<T>; N] = [const { Elements::Copied(Vec::new()) }; N];
    let mut output_elements: [Elements<T>; M] = [const { Elements::Copied(Vec::new()) }; M];
    // Copies first: no other JNI call is allowed once the first array is borrowed.
    for lent in [false, true] {
        for (i, (array, length)) in inputs.iter().zip(input_lengths).enumerate() {
            if lends(length) == lent {
                // SAFETY: the array is not null and has this length.
                input_elements[i] = unsafe { Elements::of_input(env.raw(), array, length, lent)? };
            }
        }
        for (i, (array, length)) in outputs.iter().zip(output_lengths).enumerate() {
            if lends(length) == lent {
                output_elements[i] = Elements::for_output(env.raw(), array, length, lent)?;
            }
        }
    }
    let returned =
        work(input_elements.each_ref().map(Elements::get), output_elements.each_mut().map(Elements::get_mut))?;
    drop(input_elements);
    // All sections end before the first copy is written back.
    let copies = output_elements.map(Elements::into_copy);
    for (copy, array) in copies.iter().zip(outputs) {
        if let Some(values) = copy {
            write(env, array, values)?;
        }
    }
    Ok(returned)
}

/// Copies `values` to the beginning of an array that has at least as many.
///
/// # Errors
/// A failure when the array is null.
///
/// # Panics
/// When the array is shorter.
pub fn write<'local, T: Element>(
    env: &impl Environment<'local>,
    array: &JPrimitiveArray<'_, T>,
    values: &[T],
) -> Result<()> {
    assert!(values.len() <= length(env, array)?, "the array has room for the values");
    in_pieces(values.len(), |first, length| {
        // SAFETY: the array is not null and has these elements, as has `values`.
        unsafe { T::write(env.raw(), array.as_raw(), first, length, values.as_ptr().add(first as usize)) };
    });
    Ok(())
}

/// Copies the elements of an array from `from` on to `values`.
///
/// # Errors
/// A failure when the array is null.
///
/// # Panics
/// When the array has fewer elements from there on.
pub fn read<'local, T: Element>(
    env: &impl Environment<'local>,
    array: &JPrimitiveArray<'_, T>,
    from: usize,
    values: &mut [T],
) -> Result<()> {
    assert!(length(env, array)?.checked_sub(from) >= Some(values.len()), "the array has all these elements");
    // SAFETY: the array is not null and has these elements, and `values` has room for them.
    unsafe { read_pieces(env.raw(), array, from, values.len(), values.as_mut_ptr()) };
    Ok(())
}

/// Copies `count` elements of an array, from `from` on, to `to`.
///
/// # Safety
/// `env` is this thread's, the array is not null and has these elements, and `to` has room for them.
unsafe fn read_pieces<T: Element>(
    env: *mut JNIEnv,
    array: &JPrimitiveArray<'_, T>,
    from: usize,
    count: usize,
    to: *mut T,
) {
    in_pieces(count, |first, length| {
        // SAFETY: as the caller grants.
        unsafe { T::read(env, array.as_raw(), from as jsize + first, length, to.add(first as usize)) };
    });
}

/// Returns a copy of an array.
///
/// # Errors
/// A failure when the array is null or the memory cannot be had.
pub fn copied<'local, T: Element>(env: &impl Environment<'local>, array: &JPrimitiveArray<'_, T>) -> Result<Vec<T>> {
    let length = length(env, array)?;
    // SAFETY: the array is not null and has this length.
    Ok(unsafe { copied_whole(env.raw(), array, length)? })
}

/// Returns a copy of an array.
///
/// # Errors
/// [`Error::OutOfMemory`].
///
/// # Safety
/// `env` is this thread's, and the array is not null and has this length.
unsafe fn copied_whole<T: Element>(
    env: *mut JNIEnv,
    array: &JPrimitiveArray<'_, T>,
    length: usize,
) -> crate::Result<Vec<T>> {
    let mut copy = memory::with_capacity::<T>(length)?;
    // SAFETY: the caller grants these elements, and `copy` has room for them.
    unsafe { read_pieces(env, array, 0, length, copy.as_mut_ptr()) };
    // SAFETY: all of them have been written.
    unsafe { copy.set_len(length) };
    Ok(copy)
}

/// Calls `copy` with where each piece of an array begins and how long it is. The garbage collector waits while the JVM copies:
/// for one piece at most.
fn in_pieces(length: usize, mut copy: impl FnMut(jsize, jsize)) {
    for first in (0..length).step_by(PIECE) {
        // An array of Java's has no more elements than a jsize can tell.
        copy(first as jsize, PIECE.min(length - first) as jsize);
    }
}

fn lengths<'local, T: Element, const N: usize>(
    env: &impl Environment<'local>,
    arrays: &[&JPrimitiveArray<'_, T>; N],
) -> Result<[usize; N]> {
    let mut lengths = [0; N];
    for (to, array) in lengths.iter_mut().zip(arrays) {
        *to = length(env, array)?;
    }
    Ok(lengths)
}

fn length<'local, T: Element>(env: &impl Environment<'local>, array: &JPrimitiveArray<'_, T>) -> Result<usize> {
    if array.is_null() {
        return Err(jni::errors::Error::NullPtr("array").into());
    }
    let raw = env.raw();
    // SAFETY: `raw` is this thread's JNI environment and `array` a reference that is not null.
    Ok(unsafe { ((**raw).v1_1.GetArrayLength)(raw, array.as_raw()) } as usize)
}

/// The elements of an array.
enum Elements<T: Element> {
    Copied(Vec<T>),
    Borrowed(Borrowed<T>),
}

impl<T: Element> Elements<T> {
    /// Returns the elements of an array, lent or copied.
    ///
    /// # Safety
    /// `env` is this thread's, and the array is not null and has this length.
    unsafe fn of_input(
        env: *mut JNIEnv,
        array: &JPrimitiveArray<'_, T>,
        length: usize,
        lent: bool,
    ) -> crate::Result<Self> {
        Ok(if lent {
            Self::Borrowed(Borrowed::new(env, array, length, JNI_ABORT)?)
        } else {
            // SAFETY: as the caller grants.
            Self::Copied(unsafe { copied_whole(env, array, length)? })
        })
    }

    /// Returns room for the elements of an array: its own, or to be copied.
    fn for_output(env: *mut JNIEnv, array: &JPrimitiveArray<'_, T>, length: usize, lent: bool) -> crate::Result<Self> {
        Ok(if lent {
            Self::Borrowed(Borrowed::new(env, array, length, 0)?)
        } else {
            Self::Copied(memory::unspecified(length)?)
        })
    }

    fn get(&self) -> &[T] {
        match self {
            Self::Copied(copy) => copy,
            Self::Borrowed(array) => array.elements(),
        }
    }

    fn get_mut(&mut self) -> &mut [T] {
        match self {
            Self::Copied(copy) => copy,
            Self::Borrowed(array) => array.elements_mut(),
        }
    }

    /// Returns the copy, if it is one; otherwise the section ends.
    fn into_copy(self) -> Option<Vec<T>> {
        match self {
            Self::Copied(copy) => Some(copy),
            Self::Borrowed(_) => None,
        }
    }
}

/// An array in a critical section, which ends when this is dropped.
struct Borrowed<T> {
    env: *mut JNIEnv,
    array: jarray,
    elements: NonNull<T>,
    length: usize,
    mode: jint,
}

impl<T: Element> Borrowed<T> {
    /// Begins a critical section. `jni` has one too, but calls JNI within it.
    fn new(env: *mut JNIEnv, array: &JPrimitiveArray<'_, T>, length: usize, mode: jint) -> crate::Result<Self> {
        let array = array.as_raw();
        // SAFETY: `env` is this thread's environment, and `array` is not null, for its length is known.
        let elements = unsafe { ((**env).v1_2.GetPrimitiveArrayCritical)(env, array, std::ptr::null_mut()) };
        let elements = NonNull::new(elements.cast()).ok_or(Error::OutOfMemory { bytes: length * size_of::<T>() })?;
        Ok(Self { env, array, elements, length, mode })
    }

    fn elements(&self) -> &[T] {
        // SAFETY: the JVM keeps `length` elements here until the section ends, and the arrays that are written are others.
        unsafe { std::slice::from_raw_parts(self.elements.as_ptr(), self.length) }
    }

    fn elements_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `elements`; by the contract of `with_arrays` nobody else has this array.
        unsafe { std::slice::from_raw_parts_mut(self.elements.as_ptr(), self.length) }
    }
}

impl<T> Drop for Borrowed<T> {
    fn drop(&mut self) {
        // SAFETY: `new` began the section on this thread with these values, and this ends it.
        unsafe {
            ((**self.env).v1_2.ReleasePrimitiveArrayCritical)(
                self.env,
                self.array,
                self.elements.as_ptr().cast(),
                self.mode,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(decode(&units).as_deref(), Ok(text));
    }

    #[test]
    fn any_unicode_text_is_decoded() {
        for text in ["", "Gopher", "a\0b", "Zoë", "漢字", "🦀", "\u{10FFFF}", "שלום", "\u{FFFF}"] {
            round_trip(text);
        }
        round_trip(&"🦀a".repeat(100_000));
    }

    #[test]
    fn plain_text_is_ascii_without_nul() {
        let plain = |text: &str| is_plain(&text.encode_utf16().collect::<Vec<_>>());
        assert!(plain(""));
        assert!(plain(&('\u{1}'..='\u{7F}').collect::<String>()));
        for text in ["\0", "a\0b", "é", "\u{80}", "Ā", "漢", "🦀", &("a".repeat(100) + "\u{80}")] {
            assert!(!plain(text), "{text:?}");
        }
    }

    #[test]
    fn every_text_consists_of_pairs() {
        for text in ["", "Zoë", "🦀", "🦀🐘", "a🦀", "🦀a", "\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"] {
            assert_eq!(require_pairs(&text.encode_utf16().collect::<Vec<_>>()), Ok(()));
        }
    }

    #[test]
    fn an_unpaired_surrogate_is_named_by_its_index() {
        let crab: Vec<u16> = "🦀".encode_utf16().collect();
        for (units, index) in [
            (vec![0xD83E], 0),
            (vec![0xDD80], 0),
            (vec![0x61, 0xD83E, 0x62], 1),
            ([&crab[..], &[0xDD80]].concat(), 2),
            ([&crab[..], &[0xD83E, 0xD83E, 0xDD80]].concat(), 2),
        ] {
            assert_eq!(decode(&units), Err(Error::UnpairedSurrogate { index }));
            assert_eq!(require_pairs(&units), Err(Error::UnpairedSurrogate { index }));
        }
    }
}
