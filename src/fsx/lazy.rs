//! Output files that appear only when there is something to say, and then whole.
//!
//! Invariant: a command that fails leaves the old output file as it was.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{FsError, parent};

/// A file the user asked for (`--output`): nothing is created before the first byte, and it takes its final name
/// only in `finish`. A pipe or device is written to directly; a symlink is followed, since the user named it.
#[derive(Debug)]
pub struct LazyFile {
    target: PathBuf,
    sink: Option<Sink>,
}

#[derive(Debug)]
enum Sink {
    Beside(NamedTempFile),
    Direct(File),
}

impl LazyFile {
    /// An output file that does not exist yet.
    pub fn new(target: &Path) -> Self {
        Self { target: target.to_owned(), sink: None }
    }

    /// Gives the file its name. Creates an empty one if nothing was written.
    pub fn finish(mut self) -> Result<(), FsError> {
        let opened = self.sink().map(|_| ());
        opened.map_err(FsError::io("create", &self.target))?;
        let target = std::fs::canonicalize(&self.target).unwrap_or_else(|_| self.target.clone());
        match self.sink.take() {
            Some(Sink::Beside(file)) => {
                file.as_file().sync_all().map_err(FsError::io("write", &self.target))?;
                file.persist(&target).map_err(|error| FsError::io("create", &self.target)(error.error))?;
            }
            Some(Sink::Direct(mut file)) => file.flush().map_err(FsError::io("write", &self.target))?,
            None => {}
        }
        Ok(())
    }

    fn sink(&mut self) -> io::Result<&mut dyn Write> {
        if self.sink.is_none() {
            self.sink = Some(Sink::open(&self.target)?);
        }
        match &mut self.sink {
            Some(Sink::Beside(file)) => Ok(file),
            Some(Sink::Direct(file)) => Ok(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Sink {
    fn open(target: &Path) -> io::Result<Self> {
        match std::fs::metadata(target) {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if !found.is_file() => File::options().write(true).open(target).map(Self::Direct),
            Ok(_) => Self::beside(&std::fs::canonicalize(target)?),
            Err(_) => Self::beside(target),
        }
    }

    fn beside(target: &Path) -> io::Result<Self> {
        tempfile::Builder::new().prefix(".bursar-").tempfile_in(parent(target)).map(Self::Beside)
    }
}

impl Write for LazyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Some(Sink::Beside(file)) => file.flush(),
            Some(Sink::Direct(file)) => file.flush(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appears_only_when_finished() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out.csv");
        let mut file = LazyFile::new(&target);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        file.write_all(b"a,b\n").unwrap();
        assert!(!target.exists());
        file.finish().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"a,b\n");

        let mut failed = LazyFile::new(&target);
        failed.write_all(b"half").unwrap();
        drop(failed);
        assert_eq!(std::fs::read(&target).unwrap(), b"a,b\n");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn writes_through_links_and_into_devices() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        super::super::replace(&real, b"old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut file = LazyFile::new(&link);
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());

        let mut null = LazyFile::new(Path::new("/dev/null"));
        null.write_all(b"gone").unwrap();
        null.finish().unwrap();
    }
}
