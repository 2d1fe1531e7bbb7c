//! Reads what an operator names: a file, a pipe or standard input, each up to a limit.

use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal as _, Read, stderr, stdin};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::error::{Error, Kind, Result};

/// The device number of `/dev/null` (null(4)), the one device that is read.
const NULL_DEVICE: u64 = 0x103;
/// How long a FIFO may have no writer if there is no terminal to interrupt the wait from.
const WRITER_LIMIT: Duration = Duration::from_secs(10);
const MEBIBYTE: u64 = 1 << 20;

/// What is read, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct LimitedInput<'a> {
    /// As an error names it.
    pub name: &'a str,
    /// In bytes.
    pub limit: u64,
}

impl LimitedInput<'_> {
    /// Reads a regular file or a pipe.
    ///
    /// # Errors
    /// Invalid input if it is a device or larger than the limit. Otherwise the error of the file system, or a FIFO
    /// without a writer.
    pub fn read_file(self, path: &Path) -> Result<Vec<u8>> {
        // To open a device can have effects, so its type is known first.
        let metadata = fs::metadata(path).map_err(|error| self.unreadable(error))?;
        self.check(&metadata)?;
        let file = if metadata.file_type().is_fifo() { self.open_fifo(path)? } else { self.open(path)? };
        self.read_open(file)
    }

    /// As [`LimitedInput::read_file`], of a file that is open.
    ///
    /// # Errors
    /// As [`LimitedInput::read_file`].
    pub fn read_open(self, file: File) -> Result<Vec<u8>> {
        self.check(&file.metadata().map_err(|error| self.unreadable(error))?)?;
        self.read(file)
    }

    /// Reads standard input.
    ///
    /// # Errors
    /// As [`LimitedInput::read_file`].
    pub fn read_stdin(self) -> Result<Vec<u8>> {
        let standard_input =
            stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|error| self.unreadable(error))?;
        if !standard_input.is_terminal() {
            self.check(&standard_input.metadata().map_err(|error| self.unreadable(error))?)?;
        }
        self.read(standard_input)
    }

    fn open(self, path: &Path) -> Result<File> {
        File::open(path).map_err(|error| self.unreadable(error))
    }

    /// Opens a FIFO. The open ends when another process opens it for writing, so a thread waits for that.
    fn open_fifo(self, path: &Path) -> Result<File> {
        if stdin().is_terminal() || stderr().is_terminal() {
            return self.open(path);
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let owned = path.to_owned();
        thread::spawn(move || sender.send(File::open(owned)));
        match receiver.recv_timeout(WRITER_LIMIT) {
            Ok(opened) => opened.map_err(|error| self.unreadable(error)),
            Err(_) => Err(Error::new(Kind::Io, format!("{} is a FIFO that no program writes to", self.name))
                .hint("start the program that writes to it first")),
        }
    }

    fn check(self, metadata: &Metadata) -> Result<()> {
        let kind = metadata.file_type();
        let is_device = kind.is_block_device() || kind.is_char_device() && metadata.rdev() != NULL_DEVICE;
        if is_device {
            return Err(
                Error::invalid(format!("{} is a device", self.name)).hint("name a regular file or a pipe")
            );
        }
        if kind.is_file() && metadata.len() > self.limit {
            return Err(self.too_large());
        }
        Ok(())
    }

    fn read(self, source: impl Read) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let limited = source.take(self.limit.saturating_add(1)).read_to_end(&mut bytes);
        limited.map_err(|error| self.unreadable(error))?;
        if bytes.len() as u64 > self.limit {
            return Err(self.too_large());
        }
        Ok(bytes)
    }

    fn too_large(self) -> Error {
        let limit = self.limit / MEBIBYTE;
        Error::invalid(format!("{} is larger than {limit} MiB, the most that qdns reads of it", self.name))
    }

    fn unreadable(self, error: io::Error) -> Error {
        Error::new(Kind::Io, format!("{} cannot be read", self.name)).cause(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_input_ends_at_the_limit() {
        let input = LimitedInput { name: "input", limit: MEBIBYTE };
        assert_eq!(input.read(io::repeat(0).take(MEBIBYTE)).unwrap().len() as u64, MEBIBYTE);
        let error = input.read(io::repeat(0)).unwrap_err();
        assert_eq!(error.message, "input is larger than 1 MiB, the most that qdns reads of it");
    }

    #[test]
    fn a_device_is_refused_and_the_null_device_is_empty() {
        let input = LimitedInput { name: "input", limit: MEBIBYTE };
        let error = input.read_file(Path::new("/dev/zero")).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (Kind::InvalidInput, "input is a device"));
        assert!(input.read_file(Path::new("/dev/null")).unwrap().is_empty());
    }
}
