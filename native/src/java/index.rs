//! Natives behind `VectorIndex`.
//!
//! An index is known to Java by its handle, see [`handles`]: memory does not depend on how Java uses it.

use jni::objects::{JClass, JFloatArray, JIntArray, JLongArray, JString};
use jni::sys::{jfloat, jint, jlong};
use jni::{Env, NativeMethod};

use super::throw::{Result, Throw};
use super::{convert, native};
use crate::index::handles::{self, get};
use crate::index::{self, Index, Metric};
use crate::memory;

pub(super) const NATIVES: &[NativeMethod] = &[
    native! { fn index_create(dimension: jint, metric: jint) -> jlong },
    native! { fn index_open(path: JString, metric: jint) -> jlong },
    native! { fn index_map(path: JString, metric: jint) -> jlong },
    native! { fn index_close(index: jlong) },
    native! { fn index_add(index: jlong, vector: jfloat[]) -> jlong },
    native! { fn index_add_all(index: jlong, vectors: jfloat[]) -> jlong },
    native! { fn index_get(index: jlong, id: jlong, vector: jfloat[]) },
    native! { fn index_size(index: jlong) -> jlong },
    native! { fn index_dimension(index: jlong) -> jint },
    native! { fn index_bytes(index: jlong) -> jlong },
    native! { fn index_bytes_in_use() -> jlong },
    native! { fn index_search(index: jlong, query: jfloat[], k: jint, within: jlong, allowed: jlong[], ids: jlong[], scores: jfloat[]) -> jint },
    native! { fn index_search_all(index: jlong, queries: jfloat[], k: jint, within: jlong, ids: jlong[], scores: jfloat[], found: jint[]) },
    native! { fn index_save(index: jlong, path: JString) },
];

fn index_create<'local>(_: &mut Env<'local>, _: JClass<'local>, dimension: jint, metric: jint) -> Result<jlong> {
    Ok(handles::open(Index::new(dimension.into(), self::metric(metric))?))
}

fn index_open<'local>(env: &mut Env<'local>, _: JClass<'local>, file: JString<'local>, metric: jint) -> Result<jlong> {
    Ok(handles::open(Index::open(&convert::path(env, &file)?, self::metric(metric))?))
}

fn index_map<'local>(env: &mut Env<'local>, _: JClass<'local>, file: JString<'local>, metric: jint) -> Result<jlong> {
    // SAFETY: `VectorIndex.map` tells its callers not to change the file.
    Ok(handles::open(unsafe { Index::map(&convert::path(env, &file)?, self::metric(metric)) }?))
}

fn index_close<'local>(_: &mut Env<'local>, _: JClass<'local>, index: jlong) -> Result<()> {
    handles::close(index);
    Ok(())
}

fn index_add<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    index: jlong,
    vector: JFloatArray<'local>,
) -> Result<jlong> {
    let count = vector.len(env)?;
    let copy = |from, room: &mut [f32]| convert::read(env, &vector, from, room);
    Ok(get(index)?.add_one_with::<super::throw::Failure>(count, copy)? as jlong)
}

fn index_add_all<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    index: jlong,
    vectors: JFloatArray<'local>,
) -> Result<jlong> {
    let count = vectors.len(env)?;
    let copy = |from, room: &mut [f32]| convert::read(env, &vectors, from, room);
    Ok(get(index)?.add_with::<super::throw::Failure>(count, copy)? as jlong)
}

fn index_get<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    index: jlong,
    id: jlong,
    vector: JFloatArray<'local>,
) -> Result<()> {
    let mut values = memory::filled(vector.len(env)?)?;
    get(index)?.get(id, &mut values)?;
    convert::write(env, &vector, &values)
}

fn index_size<'local>(_: &mut Env<'local>, _: JClass<'local>, index: jlong) -> Result<jlong> {
    Ok(get(index)?.len() as jlong)
}

fn index_dimension<'local>(_: &mut Env<'local>, _: JClass<'local>, index: jlong) -> Result<jint> {
    Ok(get(index)?.dimension() as jint)
}

fn index_bytes<'local>(_: &mut Env<'local>, _: JClass<'local>, index: jlong) -> Result<jlong> {
    Ok(get(index)?.bytes() as jlong)
}

fn index_bytes_in_use<'local>(_: &mut Env<'local>, _: JClass<'local>) -> Result<jlong> {
    Ok(index::bytes_in_use() as jlong)
}

#[expect(clippy::too_many_arguments, reason = "the results are arrays of the caller's")]
fn index_search<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    index: jlong,
    query: JFloatArray<'local>,
    k: jint,
    within: jlong,
    allowed: JLongArray<'local>,
    ids: JLongArray<'local>,
    scores: JFloatArray<'local>,
) -> Result<jint> {
    let query = convert::copied(env, &query)?;
    let allowed = if allowed.is_null() { None } else { Some(convert::copied(env, &allowed)?) };
    let allowed = allowed.as_deref().map(words);
    let (mut hits, mut values) = (memory::filled(ids.len(env)?)?, memory::filled(scores.len(env)?)?);
    let found = get(index)?.search(&query, k.into(), within as u64, allowed, &mut hits, &mut values)?;
    convert::write(env, &ids, &hits[..found])?;
    convert::write(env, &scores, &values[..found])?;
    Ok(found as jint)
}

#[expect(clippy::too_many_arguments, reason = "the results are arrays of the caller's")]
fn index_search_all<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    index: jlong,
    queries: JFloatArray<'local>,
    k: jint,
    within: jlong,
    ids: JLongArray<'local>,
    scores: JFloatArray<'local>,
    found: JIntArray<'local>,
) -> Result<()> {
    let queries = convert::copied(env, &queries)?;
    let (mut hits, mut values): (Vec<jlong>, Vec<jfloat>) =
        (memory::filled(ids.len(env)?)?, memory::filled(scores.len(env)?)?);
    let mut counts = memory::filled(found.len(env)?)?;
    get(index)?.search_all(&queries, k.into(), within as u64, &mut hits, &mut values, &mut counts)?;
    convert::write(env, &ids, &hits)?;
    convert::write(env, &scores, &values)?;
    convert::write(env, &found, &counts)
}

fn index_save<'local>(env: &mut Env<'local>, _: JClass<'local>, index: jlong, file: JString<'local>) -> Result<()> {
    Ok(get(index)?.save(&convert::path(env, &file)?)?)
}

/// Returns the metric of the Java enum's ordinal.
fn metric(ordinal: jint) -> Metric {
    [Metric::DotProduct, Metric::Cosine, Metric::Euclidean][ordinal as usize]
}

/// Returns Java's longs as what they are in a `BitSet`: 64 bits each.
fn words(longs: &[jlong]) -> &[u64] {
    // SAFETY: the types differ in the sign alone.
    unsafe { std::slice::from_raw_parts(longs.as_ptr().cast(), longs.len()) }
}
