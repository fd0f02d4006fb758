//! Strings across JNI, both ways.
//!
//! They cross as UTF-16, Java's own form: JNI's other form, modified UTF-8, hides where a surrogate without its other
//! half stands.

use jni::Env;
use jni::objects::JString;
use jni::refs::Reference;
use jni::sys::{jsize, jstring};

use super::throw::Result;
use crate::{Error, memory};

/// Returns the text of a Java string.
///
/// # Errors
/// A failure when the string is null, holds an unpaired surrogate, or does not fit into memory.
pub fn text(env: &Env<'_>, string: &JString<'_>) -> Result<String> {
    if string.is_null() {
        return Err(jni::errors::Error::NullPtr("string").into());
    }
    let (raw, string) = (env.get_raw(), string.as_raw());
    // SAFETY: `raw` is this thread's JNI environment and `string` a reference that is not null.
    let length = unsafe { ((**raw).v1_1.GetStringLength)(raw, string) };
    let mut units = memory::filled::<u16>(length as usize)?;
    // SAFETY: as above, and `units` has room for the whole string, so that no exception can be thrown.
    unsafe { ((**raw).v1_2.GetStringRegion)(raw, string, 0, length, units.as_mut_ptr()) };
    Ok(decode(&units)?)
}

/// Returns a new Java string.
///
/// # Errors
/// A failure when the string does not fit into memory.
pub fn java_string<'local>(env: &mut Env<'local>, text: &str) -> Result<JString<'local>> {
    let mut units = memory::with_capacity::<u16>(text.len())?;
    units.extend(text.encode_utf16());
    let length = jsize::try_from(units.len()).map_err(|_| Error::OutOfMemory { bytes: text.len() })?;
    let raw = env.get_raw();
    // SAFETY: `raw` is this thread's JNI environment and `units` holds `length` units.
    let string: jstring = unsafe { ((**raw).v1_1.NewString)(raw, units.as_ptr(), length) };
    if string.is_null() {
        return Err(jni::errors::Error::JavaException.into());
    }
    // SAFETY: `string` is a new local reference to a string, owned by nobody else.
    Ok(unsafe { JString::from_raw(env, string) })
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
        }
    }
}
