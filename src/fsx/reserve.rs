//! Space set aside before it is needed, so that a full disk cannot lose what can be fetched only once.
//!
//! Invariant: `fill` needs no new disk block for what fits in the reservation.

use std::{
    fs::{File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{FsError, parent, sync_dir, system::Closed as _};

/// A file of zeros on the disk, waiting to be filled.
#[derive(Debug)]
pub struct Reserved {
    file: File,
    path: PathBuf,
}

impl Reserved {
    /// Creates a new 0600 file of `bytes` zeros, on the disk when this returns.
    pub fn create(path: &Path, bytes: usize) -> Result<Self, FsError> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .closed()
            .unfollowed()
            .open(path)
            .map_err(FsError::io("create", path))?;
        // Zeros are written, not only allocated: some file systems promise less than fallocate says.
        let zeros = [0_u8; 8 * 1024];
        let mut left = bytes;
        while left > 0 {
            let step = left.min(zeros.len());
            if let Err(error) = file.write_all(&zeros[..step]) {
                let refusal = FsError::io("reserve space in", path)(error);
                std::fs::remove_file(path).map_err(FsError::io("remove", path))?;
                return Err(refusal);
            }
            left -= step;
        }
        file.sync_all().map_err(FsError::io("sync", path))?;
        sync_dir(parent(path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Puts the content in the reserved blocks, with the rest cut off; on the disk when this returns. It is cut first, so that
    /// what was written is never followed by what was reserved.
    pub fn fill(mut self, content: &[u8]) -> Result<(), FsError> {
        let failed = |action| FsError::io(action, &self.path);
        self.file.seek(SeekFrom::Start(0)).map_err(failed("write"))?;
        self.file.set_len(content.len() as u64).map_err(failed("write"))?;
        self.file.write_all(content).map_err(failed("write"))?;
        self.file.sync_all().map_err(failed("sync"))
    }

    /// Gives the space back: nothing came that had to be kept.
    pub fn release(self) -> Result<(), FsError> {
        super::remove(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_and_releases() {
        let dir = tempfile::tempdir().unwrap();
        let held = dir.path().join("held");
        let reserved = Reserved::create(&held, 100_000).unwrap();
        assert_eq!(std::fs::metadata(&held).unwrap().len(), 100_000);
        assert!(Reserved::create(&held, 1).is_err(), "an existing file is never taken over");
        reserved.fill(b"token").unwrap();
        assert_eq!(std::fs::read(&held).unwrap(), b"token");
        super::super::remove(&held).unwrap();
        Reserved::create(&held, 10).unwrap().release().unwrap();
        assert!(!held.exists());
    }
}
