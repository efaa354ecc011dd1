// The three standard files: what a program that prints has to know of them. Output that cannot be written (a full disk,
// a closed file) is a failure like any other, not silence.
#pragma once

namespace mininas {

// Takes the place of standard files that are closed, so that no file of a run is opened in their place and overwritten
// by messages; writing to a closed standard output still fails.
void occupy_standard_files();

// Throws IoError where something that was printed has not reached its file.
void flush_standard_output();

}  // namespace mininas
