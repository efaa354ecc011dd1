// A .tflite file of a network in integers, for TensorFlow Lite Micro and whatever else reads this format. Our
// arithmetic follows its reference kernels in their default form, which round twice; that it gives the same bytes was
// not measured (bench/results/exports.md). Runtimes for desktops and phones (XNNPACK) round once: single bytes of a
// layer differ by one.
#pragma once
#include <string>

#include "mcu/host/formats/file_format.h"

namespace mininas {

std::string tflite(const QuantizedModel& model, const FormatOptions& options);

}  // namespace mininas
