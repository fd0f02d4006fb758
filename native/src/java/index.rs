//! Natives behind `VectorIndex`.
//!
//! An index is known to Java by its handle, see [`handles`]: memory does not depend on how Java uses it. Arrays are copied, since
//! a search may wait for others.

use jni::sys::{jfloat, jint, jlong};

use super::failure::Failure;
use super::natives;
use crate::index::handles::{self, get};
use crate::index::{self, Index, Metric};
use crate::memory;

natives! {
    fn index_create(dimension: jint, metric: jint) -> jlong {
        Ok(handles::open(Index::new(dimension.into(), self::metric(metric))?))
    }

    fn index_open[_call](path: Path, metric: jint) -> jlong {
        Ok(handles::open(Index::open(&path, self::metric(metric))?))
    }

    fn index_map[_call](path: Path, metric: jint) -> jlong {
        // SAFETY: `VectorIndex.map` tells its callers not to change the file.
        Ok(handles::open(unsafe { Index::map(&path, self::metric(metric)) }?))
    }

    fn index_close(index: jlong) {
        handles::close(index);
        Ok(())
    }

    fn index_add[_call](index: jlong, vector: jfloat[]) -> jlong {
        let copy = |from, room: &mut [f32]| {
            vector.read(from, room);
            Ok(())
        };
        Ok(get(index)?.add_one_with::<Failure>(vector.length(), copy)? as jlong)
    }

    fn index_add_all[_call](index: jlong, vectors: jfloat[]) -> jlong {
        let copy = |from, room: &mut [f32]| {
            vectors.read(from, room);
            Ok(())
        };
        Ok(get(index)?.add_with::<Failure>(vectors.length(), copy)? as jlong)
    }

    fn index_get[_call](index: jlong, id: jlong, vector: jfloat[]) {
        let mut values = memory::filled(vector.length())?;
        get(index)?.get(id, &mut values)?;
        vector.write(&values);
        Ok(())
    }

    fn index_size(index: jlong) -> jlong {
        Ok(get(index)?.len() as jlong)
    }

    fn index_dimension(index: jlong) -> jint {
        Ok(get(index)?.dimension() as jint)
    }

    fn index_bytes(index: jlong) -> jlong {
        Ok(get(index)?.bytes() as jlong)
    }

    fn index_bytes_in_use() -> jlong {
        Ok(index::bytes_in_use() as jlong)
    }

    fn open_indexes() -> jint {
        Ok(jint::try_from(handles::count()).unwrap_or(jint::MAX))
    }

    fn index_search[_call](
        index: jlong, query: jfloat[], k: jint, within: jlong, allowed: jlong[]?, ids: jlong[], scores: jfloat[]
    ) -> jint {
        let query = query.to_vec()?;
        let allowed = allowed.map(|allowed| allowed.to_vec()).transpose()?;
        let allowed = allowed.as_deref().map(words);
        let (mut hits, mut values) = (memory::filled(ids.length())?, memory::filled(scores.length())?);
        let found = get(index)?.search(&query, k.into(), count(within), allowed, &mut hits, &mut values)?;
        ids.write(&hits[..found]);
        scores.write(&values[..found]);
        Ok(found as jint)
    }

    fn index_search_all[_call](
        index: jlong, queries: jfloat[], k: jint, within: jlong, ids: jlong[], scores: jfloat[], found: jint[]
    ) {
        let queries = queries.to_vec()?;
        let (mut hits, mut values): (Vec<jlong>, Vec<jfloat>) =
            (memory::filled(ids.length())?, memory::filled(scores.length())?);
        let mut counts = memory::filled(found.length())?;
        get(index)?.search_all(&queries, k.into(), count(within), &mut hits, &mut values, &mut counts)?;
        ids.write(&hits);
        scores.write(&values);
        found.write(&counts);
        Ok(())
    }

    fn index_save[_call](index: jlong, path: Path) {
        Ok(get(index)?.save(&path)?)
    }
}

/// Returns the metric of the Java enum's ordinal.
fn metric(ordinal: jint) -> Metric {
    match ordinal {
        0 => Metric::DotProduct,
        1 => Metric::Cosine,
        2 => Metric::Euclidean,
        _ => panic!("no metric has the ordinal {ordinal}"),
    }
}

/// Returns a number of vectors that Java has got from here.
fn count(vectors: jlong) -> u64 {
    u64::try_from(vectors).unwrap_or_else(|_| panic!("{vectors} vectors to search within"))
}

/// Returns Java's longs as what they are in a `BitSet`: 64 bits each.
fn words(longs: &[jlong]) -> &[u64] {
    // SAFETY: the types differ in the sign alone.
    unsafe { std::slice::from_raw_parts(longs.as_ptr().cast(), longs.len()) }
}
