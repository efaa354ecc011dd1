#include "search/methods/session.h"

namespace mininas {

Trial Session::evaluate(const Candidate& candidate) { return evaluate(std::span(&candidate, 1)).front(); }

}  // namespace mininas
