#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

// Runs `body` in a child process and returns its exit status; the child never returns into the test program.
template <class Body>
int in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 99;
    try {
      status = body();
    } catch (...) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

size_t entries_of(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is read back as it was written, and nothing else is left in the folder", "[core][file]") {
  const TempDir folder;
  std::string content("any \0 bytes\n\xff", 13);
  write_text_file(folder / "a", content);
  CHECK(read_text_file(folder / "a") == content);
  write_text_file(folder / "a", "");
  CHECK(read_text_file(folder / "a").empty());
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("when the disk is full in the middle of a write, the old content stays and no temporary file is left",
          "[core][file]") {
  const TempDir folder;
  write_text_file(folder / "a", "old");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};  // largest file size in bytes: write() fails half-way, as on a full disk
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_text_file(folder / "a", std::string(5000, 'x'));
    } catch (const IoError& error) {
      return std::string(error.what()).find("a: cannot write") != std::string::npos ? 7 : 8;
    }
    return 9;
  });
  CHECK(status == 7);
  CHECK(read_text_file(folder / "a") == "old");
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("a device without space is an error that names path and reason", "[core][file]") {
  CHECK_THROWS_AS(append_line("/dev/full", "a line"), IoError);
  CHECK_THROWS_WITH(append_line("/dev/full", "a line"),
                    Catch::Contains("/dev/full") && Catch::Contains("No space left"));
}

TEST_CASE("what cannot be written or read is an error that names path and reason", "[core][file]") {
  const TempDir folder;
  CHECK_THROWS_WITH(write_text_file(folder / "no" / "file", "x"),
                    Catch::Contains("no") && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(read_file(folder / "missing"), Catch::Contains("missing") && Catch::Contains("No such file"));
  CHECK_THROWS_AS(read_file(folder.path()), IoError);
  CHECK_THROWS_AS(write_text_file(folder.path(), "x"), IoError);  // there is a folder with this name
  write_text_file(folder / "plain", "x");
  CHECK_THROWS_AS(make_writable_folder(folder / "plain" / "below"), IoError);
}

TEST_CASE("a file larger than the limit is refused", "[core][file]") {
  const TempDir folder;
  write_text_file(folder / "a", "12345");
  CHECK(read_file(folder / "a", 5).size() == 5);
  CHECK_THROWS_AS(read_file(folder / "a", 4), FormatError);
}

TEST_CASE("processes that write the same file at once leave one of their contents whole, and nothing else",
          "[core][file]") {
  const TempDir folder;
  const auto write_many = [&](char letter) {
    return [&folder, letter] {
      for (int i = 0; i < 200; ++i) write_text_file(folder / "shared", std::string(20000, letter));
      return 0;
    };
  };
  const pid_t other = ::fork();
  if (other == 0) ::_exit(in_child(write_many('b')));
  CHECK(in_child(write_many('a')) == 0);
  int status = 1;
  ::waitpid(other, &status, 0);
  CHECK(status == 0);
  const std::string content = read_text_file(folder / "shared");
  CHECK((content == std::string(20000, 'a') || content == std::string(20000, 'b')));
  CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("the temporary file of a killed writer is removed when the folder is locked; that of a running one stays",
          "[core][file]") {
  const TempDir folder;
  const rlimit small{1000, 1000};
  in_child([&] {  // killed by the signal in the middle of a write
    ::setrlimit(RLIMIT_FSIZE, &small);
    write_text_file(folder / "a", std::string(5000, 'x'));
    return 0;
  });
  CHECK(entries_of(folder.path()) == 1);
  fs::path leftover = fs::directory_iterator(folder.path())->path();
  {
    const int living = ::open(leftover.c_str(), O_RDONLY | O_CLOEXEC);
    ::flock(living, LOCK_EX);
    remove_leftovers(folder.path());
    CHECK(fs::exists(leftover));
    ::close(living);
  }
  const FolderLock lock(folder.path());
  CHECK_FALSE(fs::exists(leftover));
}

TEST_CASE("a pipe in the place of a file is refused at once", "[core][file]") {
  const TempDir folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_file(folder / "pipe"), Catch::Contains("pipe") && Catch::Contains("no regular file"));
}

TEST_CASE("a line that cannot be written whole is not there", "[core][file]") {
  const TempDir folder;
  append_line(folder / "journal", "one");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      append_line(folder / "journal", std::string(5000, 'x'));
    } catch (const IoError&) {
      return 7;
    }
    return 9;
  });
  CHECK(status == 7);
  append_line(folder / "journal", "two");
  CHECK(read_text_file(folder / "journal") == "one\ntwo\n");
}

TEST_CASE("lines are added at the end", "[core][file]") {
  const TempDir folder;
  append_line(folder / "journal", "one");
  append_line(folder / "journal", "two");
  CHECK(read_text_file(folder / "journal") == "one\ntwo\n");
}

TEST_CASE("a writable folder is made with its parents", "[core][file]") {
  const TempDir folder;
  make_writable_folder(folder / "a/b/c");
  make_writable_folder(folder / "a/b/c");
  CHECK(fs::is_directory(folder / "a/b/c"));
  if (::geteuid() == 0) return;  // root may write anywhere
  fs::permissions(folder / "a", fs::perms::owner_read);
  CHECK_THROWS_AS(make_writable_folder(folder / "a"), IoError);
  fs::permissions(folder / "a", fs::perms::owner_all);
}

TEST_CASE("a folder locked by one process is refused to another until it ends", "[core][file]") {
  const TempDir folder;
  const auto try_lock = [&] {
    try {
      const FolderLock lock(folder.path());
    } catch (const IoError& error) {
      return std::string(error.what()).find("another process") != std::string::npos ? 1 : 2;
    }
    return 0;
  };
  {
    const FolderLock mine(folder.path());
    CHECK(in_child(try_lock) == 1);
  }
  CHECK(in_child(try_lock) == 0);
  const int status = in_child([&] {
    const FolderLock held(folder.path());
    ::_exit(5);  // ends without unlocking
    return 0;
  });
  CHECK(status == 5);
  CHECK(try_lock() == 0);
}
