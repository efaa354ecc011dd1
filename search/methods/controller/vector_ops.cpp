#include "search/methods/controller/vector_ops.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/portable_math.h"

namespace mininas::controller {
namespace {

Tensor vector_of(int64_t count) { return Tensor::zeros({1, 1, 1, count}); }

Tensor mapped(const Tensor& x, const std::function<double(double)>& f) {
  Tensor y = vector_of(x.size());
  for (int64_t i = 0; i < x.size(); ++i) y.data()[i] = static_cast<float>(f(double{x.data()[i]}));
  return y;
}

double logistic(double x) { return 1.0 / (1.0 + portable_exp(-x)); }

// `slope(y)`: the derivative as a function of the value.
Var recorded(Tape& tape, Var x, Tensor value, double (*slope)(double)) {
  const Var y = tape.next();
  return tape.record(std::move(value), {x}, [x, y, slope](Tape& t, const Tensor& dy) {
    Tensor dx = vector_of(dy.size());
    for (int64_t i = 0; i < dy.size(); ++i)
      dx.data()[i] = static_cast<float>(double{dy.data()[i]} * slope(double{t.value(y).data()[i]}));
    t.accumulate(x, std::move(dx));
  });
}

// A value of one element whose gradient in the logits is known already.
Var scalar(Tape& tape, Var logits, double value, const std::vector<double>& slopes) {
  return tape.record(Tensor::full({1, 1, 1, 1}, static_cast<float>(value)), {logits},
                     [logits, slopes](Tape& t, const Tensor& dy) {
                       Tensor dx = vector_of(static_cast<int64_t>(slopes.size()));
                       for (size_t i = 0; i < slopes.size(); ++i)
                         dx.data()[i] = static_cast<float>(slopes[i] * double{dy.data()[0]});
                       t.accumulate(logits, std::move(dx));
                     });
}

bool is_allowed(const std::vector<bool>& allowed, size_t i) { return allowed.empty() || allowed[i]; }

}  // namespace

Var affine(Tape& tape, Var x, Var weight, Var bias) {
  const Tensor &w = tape.value(weight), &v = tape.value(x);
  const int64_t out = w.shape().n, in = w.shape().c;
  MN_CHECK(v.size() == in, "a vector of ", v.size(), " for weights of ", in);
  Tensor y = vector_of(out);
  for (int64_t o = 0; o < out; ++o) {
    double sum = bias.index < 0 ? 0.0 : double{tape.value(bias).data()[o]};
    for (int64_t i = 0; i < in; ++i) sum += double{w.data()[o * in + i]} * double{v.data()[i]};
    y.data()[o] = static_cast<float>(sum);
  }
  std::vector<Var> inputs = {x, weight};
  if (bias.index >= 0) inputs.push_back(bias);
  return tape.record(std::move(y), inputs, [=](Tape& t, const Tensor& dy) {
    Tensor dx = vector_of(in), dw = Tensor::zeros({out, 1, 1, in});
    for (int64_t o = 0; o < out; ++o)
      for (int64_t i = 0; i < in; ++i) {
        dx.data()[i] += dy.data()[o] * t.value(weight).data()[o * in + i];
        dw.data()[o * in + i] = dy.data()[o] * t.value(x).data()[i];
      }
    if (t.wants_gradient(x)) t.accumulate(x, std::move(dx));
    if (t.wants_gradient(weight)) t.accumulate(weight, std::move(dw));
    if (bias.index >= 0 && t.wants_gradient(bias)) t.accumulate(bias, dy.clone());
  });
}

Var row(Tape& tape, Var table, int index) {
  const Shape shape = tape.value(table).shape();
  Tensor y = vector_of(shape.c);
  std::copy_n(tape.value(table).data() + index * shape.c, shape.c, y.data());
  return tape.record(std::move(y), {table}, [table, index, shape](Tape& t, const Tensor& dy) {
    Tensor d = Tensor::zeros(shape);
    std::copy_n(dy.data(), shape.c, d.data() + index * shape.c);
    t.accumulate(table, std::move(d));
  });
}

Var concatenated(Tape& tape, Var a, Var b) {
  const int64_t first = tape.value(a).size(), second = tape.value(b).size();
  Tensor y = vector_of(first + second);
  std::copy_n(tape.value(a).data(), first, y.data());
  std::copy_n(tape.value(b).data(), second, y.data() + first);
  return tape.record(std::move(y), {a, b}, [=](Tape& t, const Tensor& dy) {
    Tensor da = vector_of(first), db = vector_of(second);
    std::copy_n(dy.data(), first, da.data());
    std::copy_n(dy.data() + first, second, db.data());
    if (t.wants_gradient(a)) t.accumulate(a, std::move(da));
    if (t.wants_gradient(b)) t.accumulate(b, std::move(db));
  });
}

Var slice(Tape& tape, Var x, int64_t first, int64_t count) {
  const int64_t size = tape.value(x).size();
  Tensor y = vector_of(count);
  std::copy_n(tape.value(x).data() + first, count, y.data());
  return tape.record(std::move(y), {x}, [=](Tape& t, const Tensor& dy) {
    Tensor dx = vector_of(size);
    std::copy_n(dy.data(), count, dx.data() + first);
    t.accumulate(x, std::move(dx));
  });
}

Var sigmoid(Tape& tape, Var x) {
  return recorded(tape, x, mapped(tape.value(x), logistic), [](double y) { return y * (1 - y); });
}

Var tanh(Tape& tape, Var x) {
  return recorded(tape, x, mapped(tape.value(x), [](double v) { return 2 * logistic(2 * v) - 1; }),
                  [](double y) { return 1 - y * y; });
}

Var sum(Tape& tape, Var a, Var b) {
  const Tensor &x = tape.value(a), &y = tape.value(b);
  MN_CHECK(x.size() == y.size(), x.size(), " and ", y.size(), " elements");
  Tensor total = vector_of(x.size());
  for (int64_t i = 0; i < x.size(); ++i) total.data()[i] = x.data()[i] + y.data()[i];
  return tape.record(std::move(total), {a, b}, [a, b](Tape& t, const Tensor& dy) {
    if (t.wants_gradient(a)) t.accumulate(a, dy.clone());
    if (t.wants_gradient(b)) t.accumulate(b, dy.clone());
  });
}

Var product(Tape& tape, Var a, Var b) {
  const auto times = [](const Tensor& x, const Tensor& y) {
    Tensor z = vector_of(x.size());
    for (int64_t i = 0; i < x.size(); ++i) z.data()[i] = x.data()[i] * y.data()[i];
    return z;
  };
  return tape.record(times(tape.value(a), tape.value(b)), {a, b}, [a, b, times](Tape& t, const Tensor& dy) {
    if (t.wants_gradient(a)) t.accumulate(a, times(dy, t.value(b)));
    if (t.wants_gradient(b)) t.accumulate(b, times(dy, t.value(a)));
  });
}

Var scaled(Tape& tape, Var x, float factor) {
  const auto times = [factor](const Tensor& v) {
    Tensor z = vector_of(v.size());
    for (int64_t i = 0; i < v.size(); ++i) z.data()[i] = factor * v.data()[i];
    return z;
  };
  return tape.record(times(tape.value(x)), {x}, [x, times](Tape& t, const Tensor& dy) { t.accumulate(x, times(dy)); });
}

std::vector<double> probabilities(const Tensor& logits, const std::vector<bool>& allowed) {
  const auto count = static_cast<size_t>(logits.size());
  double largest = -1e300, total = 0;
  for (size_t i = 0; i < count; ++i)
    if (is_allowed(allowed, i)) largest = std::max(largest, double{logits.data()[i]});
  std::vector<double> all(count, 0.0);
  for (size_t i = 0; i < count; ++i)
    if (is_allowed(allowed, i)) total += all[i] = portable_exp(double{logits.data()[i]} - largest);
  for (double& p : all) p /= total;
  return all;
}

Var log_probability(Tape& tape, Var logits, int index, const std::vector<bool>& allowed) {
  const std::vector<double> p = probabilities(tape.value(logits), allowed);
  std::vector<double> slopes;
  for (size_t i = 0; i < p.size(); ++i) slopes.push_back((static_cast<int>(i) == index ? 1.0 : 0.0) - p[i]);
  return scalar(tape, logits, portable_log(p[static_cast<size_t>(index)]), slopes);
}

Var log_probability(Tape& tape, Var logit, bool outcome) {
  const double p = logistic(double{tape.value(logit).data()[0]});
  return scalar(tape, logit, portable_log(outcome ? p : 1 - p), {(outcome ? 1.0 : 0.0) - p});
}

Var entropy(Tape& tape, Var logits, const std::vector<bool>& allowed) {
  const std::vector<double> p = probabilities(tape.value(logits), allowed);
  double value = 0;
  for (const double each : p) value -= each > 0 ? each * portable_log(each) : 0.0;
  std::vector<double> slopes;
  for (const double each : p) slopes.push_back(each > 0 ? -each * (portable_log(each) + value) : 0.0);
  return scalar(tape, logits, value, slopes);
}

}  // namespace mininas::controller
