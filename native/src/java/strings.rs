//! Strings across JNI, both ways.
//!
//! They cross as UTF-16, Java's own form: JNI's other form, modified UTF-8, hides where a surrogate without its other half
//! stands.

use std::mem::MaybeUninit;
use std::path::PathBuf;

use jni::objects::JString;
use jni::refs::Reference;
use jni::sys::{JNIEnv, jsize, jstring};

use super::call::Call;
use super::failure::{Failure, Result};
use super::throw::new_string;
use crate::{Error, memory};

/// Returns the text of a Java string.
///
/// # Errors
/// A failure when the string is null, holds an unpaired surrogate, or does not fit into memory.
pub fn text(call: Call<'_>, string: &JString<'_>) -> Result<String> {
    let length = string_length(call, string)?;
    let (raw, string) = (call.env(), string.as_raw());
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
pub fn path(call: Call<'_>, string: &JString<'_>) -> Result<PathBuf> {
    let length = string_length(call, string)? as usize;
    if length > LONGEST_PATH {
        // What is made of a path later on does not ask whether there is memory for it.
        return Err(Error::PathLength { length, maximum: LONGEST_PATH }.into());
    }
    Ok(text(call, string)?.into())
}

/// Returns a new Java string.
///
/// # Errors
/// A failure when the string does not fit into memory.
pub fn java_string<'local>(call: Call<'local>, text: &str) -> Result<JString<'local>> {
    let mut units = memory::with_capacity::<u16>(text.len())?;
    units.extend(text.encode_utf16());
    let string = new_string(call, &units)?;
    // SAFETY: this is what JNI has just returned.
    unsafe { local_string(string.as_ptr()) }
}

/// Code units of a string that cross on the stack: to ask for memory takes longer than to copy a name.
const ON_STACK: usize = 1024;

/// Returns a new Java string: another one with ASCII before and after it. It is not decoded.
///
/// # Errors
/// A failure when the string is null, holds an unpaired surrogate, or does not fit into memory.
pub fn surrounded<'local>(
    call: Call<'local>,
    string: &JString<'_>,
    [before, after]: [&str; 2],
) -> Result<JString<'local>> {
    let length = string_length(call, string)?;
    let (raw, string) = (call.env(), string.as_raw());
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
        // SAFETY: `raw` is this thread's JNI environment and `units` has room for that many units.
        Ok(unsafe { ((**raw).v1_1.NewString)(raw, units.as_ptr(), whole_length) })
    })?;
    // SAFETY: `new` is what JNI has just returned.
    unsafe { local_string(new) }
}

fn string_length(call: Call<'_>, string: &JString<'_>) -> Result<jsize> {
    if string.is_null() {
        return Err(Failure::Null("string"));
    }
    let raw = call.env();
    // SAFETY: `raw` is this thread's JNI environment and `string` a reference that is not null.
    Ok(unsafe { ((**raw).v1_1.GetStringLength)(raw, string.as_raw()) })
}

/// Returns a string that JNI has made, or the failure to make it.
///
/// # Safety
/// `string` is null with an exception pending, or a new local reference to a string, which only the caller owns.
unsafe fn local_string<'local>(string: jstring) -> Result<JString<'local>> {
    if string.is_null() {
        return Err(Failure::Pending);
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
