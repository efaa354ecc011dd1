// Which folders of a data set are classes and which are parts (training, test), before any image is opened. People's
// tools lay folders out in different ways; what was understood other than as usual is told in `notes`.
//   DIR/CLASS/*                                undivided
//   DIR/train/CLASS/*, DIR/test/CLASS/*        divided; also Train, training, Test, testing
//   ... with val, valid or validation          in the place of a missing test; beside test its images are for training
//   DIR/train/CLASS/* alone                    undivided
//   DIR/test/CLASS/* alone                     can be measured on, not trained on
//   DIR/ONE/... and nothing else               as if DIR/ONE had been named
//   DIR/images/... beside DIR/labels/          as if DIR/images had been named; refused where images stand in it
//                                              without class folders: such annotations name no class of an image
// A folder is a part if it has such a name and holds folders; with images in it, it is a class that happens to be
// called "train" or "test". Not seen: hidden entries, what operating systems leave (__MACOSX, Thumbs.db, ...), and this
// program's own output (runs, exports, caches).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mininas {

enum class FolderPart { kNone, kTrain, kTest, kValidation };
// By its name: train, training; test, testing; val, valid, validation; in capital letters too.
FolderPart part_called(std::string name);

struct ClassFolder {
  std::string name;  // readable (datasets/readable_name.h)
  std::filesystem::path path;
};

struct FolderLayout {
  std::filesystem::path root;            // the folder of the class folders or parts
  std::vector<ClassFolder> train, test;  // sorted by name; a class may occur twice where parts were joined
  bool divided = false;                  // otherwise all is in `train`
  std::vector<std::string> notes;
};

// Throws IoError where a folder is missing or cannot be listed, ConfigError where it cannot be understood.
FolderLayout understand_folder(const std::filesystem::path& folder);

bool is_folder(const std::filesystem::path& path);
// Whether this program wrote a folder: a run, an export, a search's cache, or a folder of nothing but such.
bool is_output(const std::filesystem::path& folder);
// Whether a file's name is that of the text that annotating programs write beside images: .txt, .xml or .json.
bool is_annotation(const std::filesystem::path& file);

// What is to be seen in a folder, sorted by name (as bytes). Throws IoError where it cannot be listed.
std::vector<std::filesystem::path> visible_entries(const std::filesystem::path& folder);

}  // namespace mininas
