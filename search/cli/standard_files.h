// Standard input, output and error. Output that cannot be written (full disk, closed file) is an error like any other.
#pragma once

namespace mininas {

// Opens a substitute for each standard file that is closed. Otherwise a file of the run could get its number and be
// overwritten by messages. Writing to a closed standard output still fails.
void occupy_standard_files();

// Throws IoError if something that was printed could not be written.
void flush_standard_output();

}  // namespace mininas
