// An outcome as a record: a part of a journal line, and a file of the cache.
#pragma once
#include "search/methods/candidate.h"
#include "search/record/record.h"

namespace mininas {

// Adds the outcome's fields to `record`.
void set_outcome(Record& record, const Outcome& outcome);
// Throws FormatError. Ignores other fields of the record.
Outcome outcome_from(const Record& record);

}  // namespace mininas
