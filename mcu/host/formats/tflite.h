// A .tflite file of a network in integers, for TensorFlow Lite Micro and whatever else reads this format. Our arithmetic
// is TensorFlow Lite Micro's in its default form, with two roundings, so it computes the same bytes. Runtimes for
// desktops and phones (XNNPACK) round once: single bytes of a layer differ by one.
#pragma once
#include <string>

#include "mcu/host/formats/file_format.h"

namespace mininas {

std::string tflite(const QuantizedModel& model, const FormatOptions& options);

}  // namespace mininas
