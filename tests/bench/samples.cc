#include "tests/bench/samples.h"

#include <algorithm>
#include <cstddef>

namespace sail::bench {

constexpr size_t kMostKept = 1'000'000;

void Samples::Add(uint64_t microseconds) {
  ++count_;
  if (kept_.size() < kMostKept) {
    kept_.push_back(microseconds);
  } else if (uint64_t place = Random() % count_; place < kMostKept) {
    kept_[place] = microseconds;
  }
}

uint64_t Samples::Percentile(double share) {
  if (kept_.empty()) return 0;
  auto rank = static_cast<size_t>(share * static_cast<double>(kept_.size() - 1));
  std::nth_element(kept_.begin(), kept_.begin() + static_cast<ptrdiff_t>(rank), kept_.end());
  return kept_[rank];
}

uint64_t Samples::Random() {
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 7;
  random_state_ ^= random_state_ << 17;
  return random_state_;
}

}  // namespace sail::bench
