//! What becomes of a process that the system refuses memory: a sentence and exit code 1, if its owner asked for that.
//!
//! Rust aborts when an allocation fails, and so do libraries written in it. A command asks for words instead
//! (`end_in_words`); inside a program of somebody else nothing changes.
#![allow(unsafe_code)] // allocators and signal handlers have no safe interface

use pyo3::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_int;
use std::ptr::null_mut;
use std::sync::OnceLock;

/// Last words of a process, made while there is memory.
struct Words {
    refused: Vec<u8>,
    aborted: Vec<u8>,
    terminal: Option<libc::termios>,
}

static WORDS: OnceLock<Words> = OnceLock::new();

/// Writes and ends; only calls that are allowed in a signal handler.
fn end(words: &Words, said: &[u8]) -> ! {
    // SAFETY: the buffers live as long as the process, and none of these calls takes memory or a lock.
    unsafe {
        if let Some(modes) = &words.terminal {
            libc::tcsetattr(libc::STDERR_FILENO, libc::TCSANOW, modes);
        }
        libc::write(libc::STDERR_FILENO, said.as_ptr().cast(), said.len());
        libc::_exit(1)
    }
}

extern "C" fn on_abort(_signal: c_int) {
    if let Some(words) = WORDS.get() {
        end(words, &words.aborted);
    }
}

/// The system's allocator, which says so when it has nothing left.
struct Outspoken;

fn spoken(given: *mut u8) -> *mut u8 {
    if given.is_null()
        && let Some(words) = WORDS.get()
    {
        end(words, &words.refused);
    }
    given
}

// SAFETY: every call is handed to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Outspoken {
    // SAFETY: as the trait asks of the caller.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        spoken(unsafe { System.alloc(layout) })
    }

    // SAFETY: as the trait asks of the caller.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        spoken(unsafe { System.alloc_zeroed(layout) })
    }

    // SAFETY: as the trait asks of the caller.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        spoken(unsafe { System.realloc(block, layout, size) })
    }

    // SAFETY: as the trait asks of the caller.
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Outspoken = Outspoken;

/// End this process with exit code 1 and a sentence where it would abort; for the owner of the process to call.
///
/// The modes of the terminal are put back to what they are now.
///
/// Parameters
/// ----------
/// refused : bytes
///     Written to standard error when the core is refused memory.
/// aborted : bytes
///     Written when a library aborts.
#[pyfunction]
pub fn end_in_words(refused: Vec<u8>, aborted: Vec<u8>) {
    let mut modes = std::mem::MaybeUninit::uninit();
    // SAFETY: the structure is read only if the call says that it has filled it in.
    let read = unsafe { libc::tcgetattr(libc::STDERR_FILENO, modes.as_mut_ptr()) } == 0;
    // SAFETY: as above.
    let terminal = read.then(|| unsafe { modes.assume_init() });
    if WORDS.set(Words { refused, aborted, terminal }).is_ok() {
        // SAFETY: the handler makes only calls that are allowed in one.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_abort as extern "C" fn(c_int) as usize;
            libc::sigaction(libc::SIGABRT, &raw const action, null_mut());
        }
    }
}

/// Ask the core for more memory than there is, to see what becomes of it.
#[pyfunction]
pub fn _exhaust() -> usize {
    std::hint::black_box(vec![1_u8; isize::MAX as usize]).len()
}
