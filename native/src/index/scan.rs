//! The scan of vectors: the arithmetic of a search.

use std::ops::Range;
use std::time::Instant;

use super::codes::{GROUP, Room};
use super::filter::{Coded, Queries, Request, length};
use super::half::{self, Half};
use super::ids::{self, SetRows};
use super::metric::Metric;
use super::queue::Task;
use super::read_order::Order;
use super::stored::Stored;
use super::tile::{Shape, TALLEST};
use super::worker::{Passed, Worker};
use crate::simd::{self, Kernel, Lanes, Simd};

/// Vectors that are read at the same time where there are few queries, if that is faster: see [`Order`].
const ROWS: usize = 8;

/// How far ahead of the arithmetic such a vector is asked for, in bytes.
const AHEAD: usize = 1024;

/// How far ahead vectors in half precision are asked for, in bytes: while those that were read last are scanned, they arrive.
const HALVES_AHEAD: usize = 16 << 10;

/// Where at least one of this many vectors of a block may be found, all of them are read: in one run, which is faster than to
/// leave out the others.
const DENSE: usize = 4;

/// Values of a vector that a tile takes at once.
const STEP: usize = 8;

const DOT_PRODUCT: u8 = 0;
const COSINE: u8 = 1;
const EUCLIDEAN: u8 = 2;

/// Has `worker` keep all vectors of a block that may be found and pass the filter for a query.
pub(super) fn scan(worker: &mut Worker<'_>, queries: &Queries<'_>, block: Task<'_>) {
    worker.begin(queries);
    // Taken for the time of the scan, which writes to the worker.
    let mut room = std::mem::take(&mut worker.mask);
    let rows = (block.end - block.at) / queries.dimension;
    let filter = queries.request.filter;
    let is_masked = filter.is_some() || block.part.has_removed();
    let mask = &mut room[..if is_masked { rows.div_ceil(64) } else { 0 }];
    let allowed = if is_masked { findable(queries, block, rows, mask) } else { rows };
    let choice = match allowed {
        0 => None,
        all if all == rows => Some(Choice::All),
        many if many >= rows / DENSE => Some(Choice::Many(mask)),
        _ => Some(Choice::Few(mask)),
    };
    match (choice, &queries.coded) {
        (None, _) => {}
        (Some(choice), Some(coded)) if worker.is_coded && !matches!(choice, Choice::Few(_)) => {
            scan_codes(worker, queries, block, choice, coded);
        }
        (Some(choice), _) => scan_floats(worker, queries, block, choice, block.at..block.end),
    }
    worker.mask = room;
    worker.end(queries, rows as u64);
}

/// Has `worker` keep those vectors of a part of a block that may be found and pass the filter for a query.
fn scan_floats(
    worker: &mut Worker<'_>,
    queries: &Queries<'_>,
    block: Task<'_>,
    choice: Choice<'_>,
    values: Range<usize>,
) {
    let Task { part, at: begin, .. } = block;
    match part.values {
        Stored::Floats(floats) => {
            dispatch(worker, queries, Floats { first: part.first, floats, begin }, choice, values)
        }
        Stored::Halves(halves) => scan_halves(worker, queries, block, choice, (halves, values)),
    }
}

/// The same for vectors that are stored in half precision, a few at a time.
fn scan_halves(
    worker: &mut Worker<'_>,
    queries: &Queries<'_>,
    block: Task<'_>,
    choice: Choice<'_>,
    (halves, values): (&[Half], Range<usize>),
) {
    let dimension = queries.dimension;
    // Taken for the time of the scan, which writes to the worker.
    let mut room = std::mem::take(&mut worker.floats);
    let most = room.len() / dimension;
    let most = if matches!(choice, Choice::All) { most } else { most.min(64 / TALLEST * TALLEST) };
    for at in values.clone().step_by(most * dimension) {
        let halves = &halves[at..values.end.min(at + most * dimension)];
        let floats = &mut room[..halves.len()];
        let row = (at - block.at) / dimension;
        let bits = [choice.bits(row, halves.len() / dimension)];
        let choice = match choice {
            Choice::All => Choice::All,
            Choice::Many(_) => Choice::Many(&bits),
            Choice::Few(_) if bits == [0] => continue,
            Choice::Few(_) => Choice::Few(&bits),
        };
        if let Choice::Few(mask) = choice {
            for row in SetRows::of(mask) {
                let vector = row * dimension..(row + 1) * dimension;
                half::widen(&halves[vector.clone()], &mut floats[vector]);
            }
        } else {
            half::widen_ahead(halves, floats, HALVES_AHEAD);
        }
        let first = block.part.first + (at / dimension) as u64;
        dispatch(worker, queries, Floats { first, floats, begin: 0 }, choice, 0..floats.len());
    }
    worker.floats = room;
}

/// Runs the scan of some values with the best instructions.
fn dispatch(
    worker: &mut Worker<'_>,
    queries: &Queries<'_>,
    floats: Floats<'_>,
    choice: Choice<'_>,
    values: Range<usize>,
) {
    let level = queries.request.level;
    match queries.request.metric {
        Metric::DotProduct => simd::dispatch(level, Scan::<DOT_PRODUCT> { worker, queries, floats, choice, values }),
        Metric::Cosine => simd::dispatch(level, Scan::<COSINE> { worker, queries, floats, choice, values }),
        Metric::Euclidean => simd::dispatch(level, Scan::<EUCLIDEAN> { worker, queries, floats, choice, values }),
    }
}

/// The same for those that their codes do not rule out; and makes the codes of the others, which are scanned in floats.
fn scan_codes(worker: &mut Worker<'_>, queries: &Queries<'_>, block: Task<'_>, choice: Choice<'_>, coded: &Coded<'_>) {
    let dimension = queries.dimension;
    let values = GROUP * dimension;
    let room = block.part.codes.and_then(|codes| codes.room(dimension));
    let short = block.part.codes.filter(|_| worker.is_short).and_then(|codes| codes.short_room(dimension));
    // Where the floats begin that are to be scanned.
    let mut from = block.at;
    // A block begins with a group, unless vectors are so long that there are no codes.
    let mut at = block.at;
    while let Some(room) = room
        && worker.is_coded
        && at + values <= block.end
    {
        let next = at + values;
        if let Some(group) = room.group(at / values) {
            if from < at {
                scan_floats(worker, queries, block, choice, from..at);
                make_codes(room, queries, block, coded, from..at);
            }
            let allowed = choice.of_group((at - block.at) / dimension);
            if allowed != 0 {
                let first = block.part.first + (at / dimension) as u64;
                let short = short.filter(|_| worker.is_short);
                if let Some(group) = short.and_then(|short| short.group(at / values)) {
                    worker.offer_short_group(queries, coded, group, first, allowed);
                } else {
                    worker.offer_group(queries, coded, group, first, allowed);
                    if let Some(short) = short.filter(|_| worker.may_make_short()) {
                        short.make_short(at / values, coded.centre, block.part.values.part(at..next), group.1);
                    }
                }
            }
            from = next;
        }
        at = next;
    }
    if from < block.end {
        scan_floats(worker, queries, block, choice, from..block.end);
        if let Some(room) = room.filter(|_| worker.is_coded) {
            make_codes(room, queries, block, coded, from..block.end);
        }
    }
}

/// Makes the codes of whole groups, of which the values have just been read, as many as this search is to make.
fn make_codes(room: &Room, queries: &Queries<'_>, block: Task<'_>, coded: &Coded<'_>, values: Range<usize>) {
    let Request { level, metric, .. } = queries.request;
    let group = GROUP * queries.dimension;
    for i in 0..coded.budget.take(values.len() / group) {
        let at = values.start + i * group;
        room.make(at / group, level, metric, coded.centre, block.part.values.part(at..at + group));
    }
}

/// Writes to `mask` a bit for each of the `rows` of a block: whether it is there and may be found. Returns how many are.
fn findable(queries: &Queries<'_>, block: Task<'_>, rows: usize, mask: &mut [u64]) -> usize {
    let (part, first) = (block.part, block.at / queries.dimension);
    match queries.request.filter {
        Some(filter) if part.has_ids() => filter.mask_of(|row| part.id(first + row), rows, mask),
        Some(filter) => return filter.mask(part.first + first as u64, rows, mask),
        None => ids::fill(mask, rows, |_| true),
    }
    if part.has_removed() {
        for (i, word) in mask.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                *word &= !(u64::from(!part.is_alive(first + i * 64 + bit)) << bit);
            }
        }
    }
    mask.iter().map(|word| word.count_ones() as usize).sum()
}

/// Which vectors of a block may be found.
#[derive(Clone, Copy)]
enum Choice<'a> {
    /// All of them.
    All,
    /// Those whose bits are set, so many that the others are read as well.
    Many(&'a [u64]),
    /// Those whose bits are set.
    Few(&'a [u64]),
}

impl Choice<'_> {
    /// Returns a bit for each vector of a group that begins with the vector `first` of a block: whether it may be found.
    fn of_group(self, first: usize) -> u32 {
        match self {
            Choice::All => (1 << GROUP) - 1,
            // Whole groups lie in one word, for there are four of them in it.
            Choice::Many(mask) | Choice::Few(mask) => (mask[first / 64] >> (first % 64)) as u32 & ((1 << GROUP) - 1),
        }
    }

    /// Returns a bit for each of `count` vectors from the vector `first` of a block on, up to 64 of them: whether it may be found.
    fn bits(self, first: usize, count: usize) -> u64 {
        match self {
            Choice::All => u64::MAX,
            Choice::Many(mask) | Choice::Few(mask) => {
                let (word, bit) = (first / 64, first % 64);
                let next = mask.get(word + 1).copied().unwrap_or_default();
                let bits = (u128::from(mask[word]) | u128::from(next) << 64) >> bit;
                bits as u64 & u64::MAX >> (64 - count)
            }
        }
    }
}

/// Vectors as floats, among them those of a block.
#[derive(Clone, Copy)]
struct Floats<'a> {
    /// Slot of the first vector.
    first: u64,
    floats: &'a [f32],
    /// Where the vector begins that the first bit of the choice is of.
    begin: usize,
}

/// The scan of one block.
struct Scan<'a, 'w, const METRIC: u8> {
    worker: &'a mut Worker<'w>,
    queries: &'a Queries<'a>,
    floats: Floats<'a>,
    choice: Choice<'a>,
    /// Which of the floats: all of the block, unless there are codes of others of it.
    values: Range<usize>,
}

impl<const METRIC: u8> Kernel for Scan<'_, '_, METRIC> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let mut places = Places::of(&self);
        // In which order vectors are read, where that is tried out, and when it began.
        let mut order = None;
        // Each kernel is called at one place: it is compiled into it.
        if self.queries.is_tiled() {
            match Shape::of::<S>(self.queries.count) {
                Shape::Wide => self.tiled::<S, 4, 6>(simd, &mut places),
                Shape::Tall => self.tiled::<S, 2, 12>(simd, &mut places),
                Shape::Small => self.tiled::<S, 2, 6>(simd, &mut places),
                Shape::Least => self.tiled::<S, 1, 2>(simd, &mut places),
            }
        } else {
            if !places.are_listed() {
                order = Some((self.queries.request.read_order.next(), Instant::now()));
            }
            self.singly(simd, &mut places, order.map(|(way, _)| way));
        }
        while let Some(at) = places.next() {
            self.rows::<S, 1, 0>(simd, [at]);
        }
        if let Some((way, begin)) = order {
            self.queries.request.read_order.learn(way, begin.elapsed(), self.values.len());
        }
    }
}

/// Where the vectors of a scan begin that are still to be looked at.
struct Places<'a> {
    /// The first of them where they follow one another, and where they end.
    at: usize,
    end: usize,
    dimension: usize,
    /// Which of the vectors from `at` on, where only some are looked at.
    listed: Option<SetRows<'a>>,
    /// Those that have been taken from the list, but not looked at.
    waiting: [usize; TALLEST],
    count: usize,
}

impl<'a> Places<'a> {
    fn of<const METRIC: u8>(scan: &Scan<'a, '_, METRIC>) -> Self {
        let listed = if let Choice::Few(mask) = scan.choice { Some(SetRows::of(mask)) } else { None };
        Self {
            at: if listed.is_some() { scan.floats.begin } else { scan.values.start },
            end: scan.values.end,
            dimension: scan.queries.dimension,
            listed,
            waiting: [0; TALLEST],
            count: 0,
        }
    }

    fn are_listed(&self) -> bool {
        self.listed.is_some()
    }

    /// Returns the places of as many vectors, which follow one another where all are looked at; `None` if fewer are left.
    #[inline]
    fn together<const R: usize>(&mut self) -> Option<[usize; R]> {
        const { assert!(R <= TALLEST) };
        let Some(listed) = &mut self.listed else {
            let (at, step) = (self.at, self.dimension);
            if self.end - at < R * step {
                return None;
            }
            self.at += R * step;
            return Some(std::array::from_fn(|row| at + row * step));
        };
        while self.count < R {
            self.waiting[self.count] = self.at + listed.next()? * self.dimension;
            self.count += 1;
        }
        self.count = 0;
        Some(std::array::from_fn(|row| self.waiting[row]))
    }

    /// Returns the place of one vector.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.count > 0 {
            self.count -= 1;
            return Some(self.waiting[self.count]);
        }
        if let Some(listed) = &mut self.listed {
            return listed.next().map(|row| self.at + row * self.dimension);
        }
        let at = self.at;
        self.at += self.dimension;
        (at < self.end).then_some(at)
    }
}

impl<const METRIC: u8> Scan<'_, '_, METRIC> {
    /// Scans vectors with every query in turn, as many at the same time as is faster; some may be left.
    #[inline(always)]
    fn singly<S: Simd>(&mut self, simd: S, places: &mut Places<'_>, order: Option<Order>) {
        let dimension = self.queries.dimension;
        // Where they lie far apart: the places of the first of them, and by how much that of the next is further on.
        let (mut at, mut end, mut apart) = (0, 0, 0);
        if order == Some(Order::Scattered) {
            apart = (places.end - places.at) / (ROWS * dimension) * dimension;
            (at, end) = (places.at, places.at + apart);
            places.at += ROWS * apart;
        }
        loop {
            let rows = if at < end {
                at += dimension;
                std::array::from_fn(|row| at - dimension + row * apart)
            } else if let Some(rows) = places.are_listed().then(|| places.together()).flatten() {
                rows
            } else {
                break;
            };
            self.rows::<S, ROWS, AHEAD>(simd, rows);
        }
    }

    /// Returns whether the vector at `at`, which was read, may be found.
    #[inline(always)]
    fn may_be_found(&self, at: usize) -> bool {
        match self.choice {
            Choice::Many(mask) => ids::is_set(mask, (at - self.floats.begin) / self.queries.dimension),
            Choice::All | Choice::Few(_) => true,
        }
    }

    /// Offers the vectors at `at` to every query that they may be good for.
    #[inline(always)]
    fn rows<S: Simd, const R: usize, const AHEAD: usize>(&mut self, simd: S, at: [usize; R]) {
        let (queries, dimension) = (self.queries, self.queries.dimension);
        let rows = at.map(|at| &self.floats.floats[at..at + dimension]);
        for (query, scaled) in queries.scaled.chunks_exact(dimension).enumerate() {
            let sums = row_sums::<S, R, AHEAD, METRIC>(simd, scaled, rows);
            for (sums, at) in sums.into_iter().zip(at) {
                let slot = self.floats.first + (at / dimension) as u64;
                let passes = self.passes(sums, self.worker.cutoffs[query]) & self.may_be_found(at);
                self.worker.keep_if(passes, queries, Passed { query, slot, sums });
            }
        }
    }

    /// Returns whether a vector with the sums q·x and x·x, or the distance, may reach `threshold`.
    #[inline(always)]
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a comparison with NaN has to let pass")]
    fn passes(&self, [sum, squares]: [f32; 2], threshold: f32) -> bool {
        match METRIC {
            DOT_PRODUCT => !(sum + self.slack(squares) < threshold),
            COSINE => !(sum < threshold * length(squares)),
            _ => !(-sum < threshold),
        }
    }

    /// Returns by how much q·x may exceed its sum of floats, for a vector with the sum x·x.
    #[inline(always)]
    fn slack(&self, squares: f32) -> f32 {
        // The least normal number stands for what underflow has taken from the sum.
        self.queries.bound.relative as f32 * (squares + f32::MIN_POSITIVE).sqrt()
    }

    /// Scans tiles of `R` vectors by `Q` registers of queries; fewer vectors than that may be left.
    #[inline(always)]
    fn tiled<S: Simd, const Q: usize, const R: usize>(&mut self, simd: S, places: &mut Places<'_>) {
        let next = if places.are_listed() { 0 } else { R * self.queries.dimension * size_of::<f32>() };
        while let Some(rows) = places.together::<R>() {
            self.tile::<S, Q, R>(simd, rows, next);
        }
    }

    /// Offers the `R` vectors at `at` to every query that they may be good for, and asks for those that lie `next` bytes on.
    #[inline(always)]
    fn tile<S: Simd, const Q: usize, const R: usize>(&mut self, simd: S, at: [usize; R], next: usize) {
        let (queries, dimension) = (self.queries, self.queries.dimension);
        let lanes = <S as Lanes<f32>>::LANES;
        let width = Q * lanes;
        let rows: [&[f32]; R] = std::array::from_fn(|row| &self.floats.floats[at[row]..][..dimension]);
        let mut squares = [0.0; R];
        if METRIC != EUCLIDEAN {
            for row in 0..R {
                squares[row] = norm_squared(simd, rows[row]);
            }
        }
        for (tile, packed) in queries.packed.chunks_exact(width * dimension).enumerate() {
            // The next vectors, while there is arithmetic to do.
            let ahead = if tile == 0 { next } else { 0 };
            let sums = tile_sums::<S, Q, R, METRIC>(simd, rows, packed, ahead);
            for (row, sums) in sums.into_iter().enumerate() {
                if !self.may_be_found(at[row]) {
                    continue;
                }
                for (across, sum) in sums.into_iter().enumerate() {
                    let first = tile * width + across * lanes;
                    let threshold = Lanes::<f32>::blocks(simd, &self.worker.cutoffs[first..][..lanes]).0;
                    let threshold = Lanes::<f32>::load(simd, &threshold[0]);
                    let mut passed = match METRIC {
                        DOT_PRODUCT => {
                            let slack = Lanes::<f32>::splat(simd, self.slack(squares[row]));
                            simd.not_less(Lanes::<f32>::add(simd, sum, slack), threshold)
                        }
                        COSINE => {
                            let norm = Lanes::<f32>::splat(simd, length(squares[row]));
                            simd.not_less(sum, Lanes::<f32>::mul(simd, threshold, norm))
                        }
                        _ => {
                            let negative = Lanes::<f32>::sub(simd, Lanes::<f32>::splat(simd, 0.0), sum);
                            simd.not_less(negative, threshold)
                        }
                    };
                    if passed == 0 {
                        continue;
                    }
                    let values = Lanes::<f32>::store(simd, sum);
                    while passed != 0 {
                        let lane = passed.trailing_zeros() as usize;
                        passed &= passed - 1;
                        if first + lane < queries.count {
                            let slot = self.floats.first + (at[row] / dimension) as u64;
                            let sums = [values.as_ref()[lane], squares[row]];
                            self.worker.keep_if(true, queries, Passed { query: first + lane, slot, sums });
                        }
                    }
                }
            }
        }
    }
}

/// Registers of a vector that are taken one after another.
const LINES: usize = 2;

/// Returns for each of the vectors q·x and x·x, or the squared distance and nothing.
#[inline(always)]
fn row_sums<S: Lanes<f32>, const R: usize, const AHEAD: usize, const METRIC: u8>(
    simd: S,
    query: &[f32],
    rows: [&[f32]; R],
) -> [[f32; 2]; R] {
    let mut sums = [[simd.splat(0.0); 2]; R];
    let (query, query_tail) = simd.blocks(query);
    let blocks = rows.map(|row| simd.blocks(row).0);
    // Two lines of a vector at a time: memory gives lines of one page sooner than those of many.
    let (whole, left) = query.as_chunks::<LINES>();
    let parts = blocks.map(|blocks| blocks.as_chunks::<LINES>().0);
    for (i, query) in whole.iter().enumerate() {
        for row in 0..R {
            let part = &parts[row][i];
            for (q, x) in query.iter().zip(part) {
                if AHEAD > 0 {
                    simd::prefetch(std::ptr::from_ref(x).wrapping_byte_add(AHEAD));
                }
                sums[row] = row_step::<S, METRIC>(simd, sums[row], simd.load(q), simd.load(x));
            }
        }
    }
    for (i, q) in left.iter().enumerate() {
        let q = simd.load(q);
        for row in 0..R {
            let x = &blocks[row][whole.len() * LINES + i];
            sums[row] = row_step::<S, METRIC>(simd, sums[row], q, simd.load(x));
        }
    }
    if !query_tail.is_empty() {
        let q = simd.load_first(query_tail);
        for row in 0..R {
            sums[row] = row_step::<S, METRIC>(simd, sums[row], q, simd.load_first(simd.blocks(rows[row]).1));
        }
    }
    // No closure: it would be compiled without the instructions of `S`, and pass registers through memory.
    let mut totals = [[0.0; 2]; R];
    for row in 0..R {
        let [sum, squares] = sums[row];
        totals[row] = [simd.sum(sum), if METRIC == EUCLIDEAN { 0.0 } else { simd.sum(squares) }];
    }
    totals
}

/// Adds the products of registers of q and x to the sums.
#[inline(always)]
fn row_step<S: Lanes<f32>, const METRIC: u8>(
    simd: S,
    [sum, squares]: [S::Vector; 2],
    q: S::Vector,
    x: S::Vector,
) -> [S::Vector; 2] {
    if METRIC == EUCLIDEAN {
        let difference = simd.sub(q, x);
        [simd.mul_add(difference, difference, sum), squares]
    } else {
        [simd.mul_add(q, x, sum), simd.mul_add(x, x, squares)]
    }
}

/// Returns x·x.
#[inline(always)]
fn norm_squared<S: Lanes<f32>>(simd: S, row: &[f32]) -> f32 {
    let zero = simd.splat(0.0);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    let (row, tail) = simd.blocks(row);
    let (row4, row1) = row.as_chunks::<4>();
    for x in row4 {
        let (p, q, r, s) = (simd.load(&x[0]), simd.load(&x[1]), simd.load(&x[2]), simd.load(&x[3]));
        a = simd.mul_add(p, p, a);
        b = simd.mul_add(q, q, b);
        c = simd.mul_add(r, r, c);
        d = simd.mul_add(s, s, d);
    }
    for x in row1 {
        let x = simd.load(x);
        a = simd.mul_add(x, x, a);
    }
    if !tail.is_empty() {
        let x = simd.load_first(tail);
        b = simd.mul_add(x, x, b);
    }
    simd.sum(simd.add(simd.add(a, b), simd.add(c, d)))
}

/// Adds what value `i` of each vector and of each query contributes. Not a function: the sums would pass through memory.
macro_rules! tile_step {
    ($simd:ident, $sums:ident, $rows:ident, $i:ident, $queries:ident) => {
        let mut queries = [$simd.splat(0.0); Q];
        for across in 0..Q {
            queries[across] = $simd.load(&$queries[across]);
        }
        for row in 0..R {
            let x = $simd.splat($rows[row][$i]);
            for across in 0..Q {
                $sums[row][across] = if METRIC == EUCLIDEAN {
                    let difference = $simd.sub(queries[across], x);
                    $simd.mul_add(difference, difference, $sums[row][across])
                } else {
                    $simd.mul_add(queries[across], x, $sums[row][across])
                };
            }
        }
    };
}

/// Returns for each of the vectors and each of the queries q·x, or the squared distance, and asks for the memory `ahead`.
#[inline(always)]
fn tile_sums<S: Lanes<f32>, const Q: usize, const R: usize, const METRIC: u8>(
    simd: S,
    rows: [&[f32]; R],
    packed: &[f32],
    ahead: usize,
) -> [[S::Vector; Q]; R] {
    let mut sums = [[simd.splat(0.0); Q]; R];
    let packed = simd.blocks(packed).0.as_chunks::<Q>().0;
    let (packed, packed_left) = packed.as_chunks::<STEP>();
    // Arrays of a fixed length, so that nothing is left to check in the innermost loop.
    let steps = rows.map(|row| row.as_chunks::<STEP>().0);
    for (step, queries) in packed.iter().enumerate() {
        let rows = steps.map(|steps| &steps[step]);
        for row in rows {
            simd::prefetch(row.as_ptr().wrapping_byte_add(ahead));
        }
        for (i, queries) in queries.iter().enumerate() {
            tile_step!(simd, sums, rows, i, queries);
        }
    }
    let left = rows.map(|row| row.as_chunks::<STEP>().1);
    for (i, queries) in packed_left.iter().enumerate() {
        tile_step!(simd, sums, left, i, queries);
    }
    sums
}
