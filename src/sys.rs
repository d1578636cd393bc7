//! The only unsafe code: keying a database, pinning small secrets in memory, forgetting variables, keeping open files, holding signals.
//!
//! May use nothing of this crate. Invariant: every function is safe to call with any arguments of its types (that which forgets
//! variables: while there is one thread).
#![expect(unsafe_code, reason = "five calls that no safe wrapper offers; each block says why it is sound")]

#[cfg(unix)]
mod signals;

use rusqlite::{Connection, Error, Result, ffi};

#[cfg(unix)]
pub use signals::Held;

/// Gives SQLCipher its raw key (`x'…'`) without the key ever becoming SQL text, which SQLite would keep and log.
///
/// Must be the first thing done with the connection's pages. A wrong key shows only when the first page is read.
pub fn key_database(connection: &Connection, key: &[u8]) -> Result<()> {
    let length =
        i32::try_from(key.len()).map_err(|_| Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), None))?;
    // SAFETY: the handle is open for as long as `connection` is borrowed; `key` is valid for `length` bytes, and
    // SQLCipher copies it before it returns.
    let code = unsafe { ffi::sqlite3_key(connection.handle(), key.as_ptr().cast(), length) };
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(Error::SqliteFailure(ffi::Error::new(code), None)) }
}

/// Asks the kernel never to swap out the pages a secret lies on. Tells whether it agreed: there is a small limit.
#[cfg(unix)]
pub fn keep_in_memory<T: ?Sized>(secret: &T) -> bool {
    let begin = std::ptr::from_ref(secret).cast::<std::ffi::c_void>().cast_mut();
    // SAFETY: the range is valid memory borrowed for the call; locking changes no content and is never undone, so
    // no other user of the same page can lose its lock.
    unsafe { rustix::mm::mlock(begin, size_of_val(secret)) }.is_ok()
}

/// Nothing is kept in memory here.
#[cfg(not(unix))]
pub fn keep_in_memory<T: ?Sized>(_secret: &T) -> bool {
    false
}

/// Takes variables out of the process's environment, so that no child gets them, also where a library starts it.
///
/// To be called before there is a second thread.
pub fn forget_variables(names: &[&str]) {
    for name in names {
        // SAFETY: `cli::main` calls this before it starts anything, so no other thread reads or writes the environment.
        unsafe { std::env::remove_var(name) };
    }
}

/// Marks an open file so that no program that is started gets it; a number that is not open is passed over.
#[cfg(unix)]
pub fn close_on_start(descriptor: i32) {
    // SAFETY: the number is borrowed for one call that neither reads nor closes it; the kernel refuses one that is not open.
    let borrowed = unsafe { std::os::fd::BorrowedFd::borrow_raw(descriptor.max(0)) };
    let _refused = rustix::io::fcntl_setfd(borrowed, rustix::io::FdFlags::CLOEXEC);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_can_be_given_and_a_secret_pinned() {
        let connection = Connection::open_in_memory().unwrap();
        assert!(key_database(&connection, b"any").is_ok());
        assert!(keep_in_memory(&[7; 32]));
    }
}
