#ifndef SAIL_TESTS_BENCH_SAMPLES_H_
#define SAIL_TESTS_BENCH_SAMPLES_H_

#include <cstdint>
#include <vector>

namespace sail::bench {

// Durations in microseconds, and their percentiles. Memory is bounded: past a million samples each new one
// replaces an old one by chance, so that what is kept stays a fair picture.
class Samples {
 public:
  void Add(uint64_t microseconds);
  uint64_t count() const { return count_; }
  // share in [0, 1]; 0 when there are none.
  uint64_t Percentile(double share);

 private:
  uint64_t Random();

  std::vector<uint64_t> kept_;
  uint64_t count_ = 0;
  uint64_t random_state_ = 0x9e3779b97f4a7c15;
};

}  // namespace sail::bench

#endif  // SAIL_TESTS_BENCH_SAMPLES_H_
