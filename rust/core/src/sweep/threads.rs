//! Worker threads of a sweep, kept between calls.
use crate::error::{CoreError, Result};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

/// Pools by number of threads. A process asks for one or two numbers, so a list is enough.
type Pools = Vec<(usize, Arc<ThreadPool>)>;

/// The pools, and the process they are of: a forked child has none of its parent's threads, and a pool without
/// threads would never finish.
static POOLS: Mutex<(u32, Pools)> = Mutex::new((0, Vec::new()));

fn pool(threads: usize) -> Result<Arc<ThreadPool>> {
    let mut guard = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let (owner, pools) = &mut *guard;
    let here = std::process::id();
    if *owner != here {
        // Dropping them would signal threads that are not there.
        std::mem::forget(std::mem::take(pools));
        *owner = here;
    }
    if let Some((_, pool)) = pools.iter().find(|(n, _)| *n == threads) {
        return Ok(pool.clone());
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|k| format!("sweep-{k}"))
        .build()
        .map_err(|e| CoreError::parameter("threads", format!("could not start {threads} threads: {e}")))?;
    let pool = Arc::new(pool);
    pools.push((threads, pool.clone()));
    Ok(pool)
}

/// Runs `work` with the number of threads it may use, inside a pool of that many; a single one runs on the caller.
pub(super) fn with_threads<T: Send>(threads: usize, work: impl FnOnce(usize) -> Result<T> + Send) -> Result<T> {
    let threads = match threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        n => n,
    };
    if threads == 1 { work(1) } else { pool(threads)?.install(|| work(threads)) }
}

/// `0..n` in at most `parts` ranges whose lengths differ by at most one.
pub(super) fn split(n: usize, parts: usize) -> Vec<Range<usize>> {
    let parts = parts.clamp(1, n.max(1));
    (0..parts).map(|p| n * p / parts..n * (p + 1) / parts).collect()
}
