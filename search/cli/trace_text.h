// How the commands that trace a number print it (trace.cpp, gradient_trace.cpp).
#pragma once
#include <cstdint>
#include <string>

namespace mininas {

std::string real_text(double value, int digits = 6);

// A line of the steps below a table: name, value, and how it follows from the lines above.
void print_step(const char* name, const std::string& value, const std::string& how);
void print_step(const char* name, int64_t value, const std::string& how);

}  // namespace mininas
