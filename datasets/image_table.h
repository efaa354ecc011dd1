// A data set of PNG and JPEG files whose classes stand in a table of text (CSV): one line an image, with its file,
// relative to the table's folder, and its label.
//   file,label            the first line names the columns, in any order and among others; without such a line the
//   cat/001.jpg,cat       first column is the file and the second the label
// Columns are separated by commas, semicolons or tabs, and may be quoted (RFC 4180). Names that are understood: file,
// filename, path, image, id ...; label, class, category, target ...; split, set, subset, usage for a column that says
// train, test or val. A file without an ending may be a .jpg, .jpeg or .png. Labels are sorted by name, or as numbers
// where all are numbers.
#pragma once
#include <filesystem>

#include "datasets/image_files.h"

namespace mininas {

// The files and labels of a table, of which no image is opened. Throws FormatError with the line where the table is not
// as above, ConfigError for fewer than two labels or a test label that training lacks.
FileSet read_image_table(const std::filesystem::path& table, Purpose purpose);

// Throws what read_image_table and load_file_set throw.
Dataset load_image_table(const std::filesystem::path& table, const FormChoice& form, const LoadRequest& request);

}  // namespace mininas
