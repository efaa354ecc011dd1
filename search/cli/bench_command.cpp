// mininas bench: how fast one network trains and predicts on this machine.
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"
#include "search/cli/commands.h"
#include "search/cost/cost.h"
#include "search/cost/speed.h"
#include "search/space/build.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string architecture, input = "32x32x3";
  int classes = 10;
  SpeedOptions speed;
};

// Images per second of one batch: the median, and the deviation that half of the repeats do not exceed.
struct Rate {
  double images_per_second, spread;
  int repeats;
};

Rate rate_of(const Timing& timing, int batch) {
  const double rate = batch / timing.seconds;
  return {rate, rate * timing.deviation / timing.seconds, timing.repeats};
}

void print_rate(const std::string& name, const Rate& rate) {
  char line[96];
  std::snprintf(line, sizeof line, "%10.1f images/s  +- %.1f %%  (median of %d)", rate.images_per_second,
                100.0 * rate.spread / rate.images_per_second, rate.repeats);
  print_row(name, line);
}

struct Rates {
  Rate train, infer, infer_int8;
};

Record to_record(const Options& o, const NetworkSpec& spec, const Rates& rates, int64_t peak_memory_bytes) {
  Record record, spread;
  record.set("architecture", to_text(parse_architecture(o.architecture)))
      .set("input", to_text(spec.input()))
      .set("classes", o.classes);
  record.set("batch", o.speed.batch).set("threads", thread_count()).set("kernels", kernels().isa);
  record.set("params", parameter_count(spec)).set("macs", mac_count(spec));
  record.set("train_images_per_second", rates.train.images_per_second)
      .set("infer_images_per_second", rates.infer.images_per_second);
  record.set("infer_int8_images_per_second", rates.infer_int8.images_per_second)
      .set("peak_memory_bytes", peak_memory_bytes);
  spread.set("train_images_per_second", rates.train.spread).set("infer_images_per_second", rates.infer.spread);
  return record.set("spread", spread.set("infer_int8_images_per_second", rates.infer_int8.spread));
}

void print(const Options& o, const NetworkSpec& spec, const Rates& rates, int64_t peak_memory_bytes) {
  print_row("architecture", to_text(parse_architecture(o.architecture)));
  print_row("image, batch", text(to_text(spec.input()), ", ", o.speed.batch, " images, ", o.classes, " classes"));
  print_row("size", text(grouped(parameter_count(spec)), " parameters, ", grouped(mac_count(spec)), " MACs"));
  print_row("machine", text(thread_count(), " threads, kernels ", kernels().isa));
  print_rate("training", rates.train);
  print_rate("inference", rates.infer);
  print_rate("inference, int8", rates.infer_int8);
  print_row("peak memory", text(grouped(peak_memory_bytes), " bytes in training"));
}

int run(Options& o) {
  apply(o.common);
  o.speed.seed = o.common.seed;
  const NetworkSpec spec =
      build_network_spec(architecture_of("arch", o.architecture), image_shape_of("input", o.input), o.classes);
  const Speed speed = measure_speed(spec, o.speed);
  const int batch = o.speed.batch;
  const Rates rates{rate_of(speed.train, batch), rate_of(speed.infer, batch), rate_of(speed.infer_int8, batch)};
  if (o.common.json)
    print_json(to_record(o, spec, rates, speed.peak_memory_bytes));
  else
    print(o, spec, rates, speed.peak_memory_bytes);
  return 0;
}

}  // namespace

void add_bench_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command =
      parser.add("bench", "measures how fast one network trains and predicts on this machine, and the memory it takes",
                 "Example:\n  mininas bench --arch w16:s3*5 --classes 10\n\nA training step is forward, backward, "
                 "clipping and update on "
                 "random images that stay the same. Each figure is the median of many repeats after a warm-up; its "
                 "spread is the median "
                 "absolute deviation, in images a second in the JSON. Peak memory is that of training.",
                 [o](const Command&) { return run(*o); });
  command.required("arch", o->architecture, "such as w16:s3*5; `mininas help architectures` tells the forms");
  command.option("input", o->input, "height x width x channels of the image");
  command.fields({{"classes", "number of classes", &o->classes, 2, 100000},
                  {"batch", "images in one step", &o->speed.batch, 2, 65536},
                  {"seconds", "how long each of the three measurements takes; longer ones vary less", &o->speed.seconds,
                   0.01, 3600}});
  add_common(command, o->common);
}

}  // namespace mininas
